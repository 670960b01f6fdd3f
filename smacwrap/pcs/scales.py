"""Numbers and the vector entries that stand for them, of all numeric parameters at once."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from smacwrap.pcs.digits import DIGITS, LOG_DIGITS, MOST_EXACT, exactly
from smacwrap.pcs.model import Integer, Number, Parameter

Matrix = npt.NDArray[np.float64]

_ALIKE = 10
"""Reals that agree to so many decimals of their range are hardly different ones."""

_POWERS = np.array([float(10**power) for power in range(MOST_EXACT + 1)])


class Scales:
    """Entries in [0, 1] ⇄ numbers.

    A double that goes through an entry and back comes out with other last digits. So what is drawn
    has some digits fewer, by which an entry always stands for the same number.

    Args:
        parameters: of which those that are no numbers are left out.

    Attributes:
        columns: the places of the numbers among the parameters. All matrices here have one column
            for each of them.
    """

    def __init__(self, parameters: Iterable[Parameter]) -> None:
        placed = [(i, p) for i, p in enumerate(parameters) if isinstance(p, Number)]
        self.columns: npt.NDArray[np.intp] = np.array([i for i, _ in placed], dtype=np.intp)
        self._low: Matrix = np.array([float(p.lower) for _, p in placed])
        self._high: Matrix = np.array([float(p.upper) for _, p in placed])
        log = np.array([bool(p.log) for _, p in placed], dtype=np.bool_)
        whole = np.array([isinstance(p, Integer) for _, p in placed], np.bool_)
        self._logs = np.flatnonzero(log)
        self._integers = np.flatnonzero(whole)
        self._log_integers = np.flatnonzero(log[whole])
        self._reals, self._log_reals = np.flatnonzero(~whole & ~log), np.flatnonzero(~whole & log)
        self._bottom, self._top = self._low.copy(), self._high.copy()
        # The logarithms of math, as in `to_unit`: NumPy's may have another last digit.
        self._bottom[log] = [math.log(low) for low in self._low[log]]
        self._top[log] = [math.log(high) for high in self._high[log]]
        self._span = self._top - self._bottom
        largest = np.maximum(np.abs(self._low), np.abs(self._high))
        self._decimals = DIGITS - _magnitude(largest[self._reals])
        alike = _ALIKE - _magnitude(self._span)
        self._alike_decimals = np.minimum(self._decimals, alike[self._reals])
        self._alike_digits = np.minimum(LOG_DIGITS, alike[self._log_reals])

    def numbers(self, entries: Matrix) -> Matrix:
        """The numbers that entries stand for, within their bounds; NaN for NaN."""
        numbers = self._bottom + entries * self._span
        numbers[:, self._logs] = np.exp(numbers[:, self._logs])
        numbers[:, self._integers] = np.rint(numbers[:, self._integers])
        rounded = self._rounded(numbers, self._decimals, LOG_DIGITS)
        return np.clip(rounded, self._low, self._high)

    def alike(self, numbers: Matrix) -> Matrix:
        """The numbers, where reals that differ by 1e-10 of their scale only are the same one."""
        return self._rounded(numbers, self._alike_decimals, self._alike_digits)

    def _rounded(self, numbers: Matrix, decimals: Any, digits: Any) -> Matrix:
        """With so many decimals, or digits on a log scale, for each real; integers stay."""
        numbers = numbers.copy()
        if len(self._reals):
            numbers[:, self._reals] = rounded(numbers[:, self._reals], decimals)
        if len(self._log_reals):
            reals = numbers[:, self._log_reals]
            numbers[:, self._log_reals] = rounded(reals, digits - 1 - _magnitude(reals))
        return numbers

    def entries(self, numbers: Matrix) -> Matrix:
        """The entries of numbers."""
        scaled = numbers.copy()
        scaled[:, self._logs] = np.log(numbers[:, self._logs])
        return np.asarray((scaled - self._bottom) / self._span)

    def spread(self, shares: Matrix) -> Matrix:
        """Entries of which all values are as likely, if the shares are even on [0, 1].

        On a logarithmic scale an integer n is as likely as what lies between n - 1/2 and n + 1/2.
        """
        entries = shares.copy()
        whole, log = self._integers, self._log_integers
        bottom, top = self._low[whole] - 0.5, self._high[whole] + 0.5
        bottom[log], top[log] = np.log(bottom[log]), np.log(top[log])
        numbers = bottom + shares[:, whole] * (top - bottom)
        numbers[:, log] = np.exp(numbers[:, log])
        entries[:, whole] = self._whole_entries(numbers)
        return entries

    def snapped(self, entries: Matrix) -> Matrix:
        """The entries moved into [0, 1], those of integers onto the nearest one."""
        entries = np.clip(entries, 0.0, 1.0)
        whole, log = self._integers, self._log_integers
        numbers = self._bottom[whole] + entries[:, whole] * self._span[whole]
        numbers[:, log] = np.exp(numbers[:, log])
        entries[:, whole] = self._whole_entries(numbers)
        return entries

    def _whole_entries(self, numbers: Matrix) -> Matrix:
        """The entries of the integers next to `numbers`, which has a column for each integer."""
        whole, log = self._integers, self._log_integers
        scaled = np.clip(np.rint(numbers), self._low[whole], self._high[whole])
        scaled[:, log] = np.log(scaled[:, log])
        return np.asarray((scaled - self._bottom[whole]) / self._span[whole])


def rounded(numbers: Matrix, decimals: npt.NDArray[np.intp]) -> Matrix:
    """Numbers rounded to so many decimals each, which can be below 0: the nearest double to that.

    `numpy.round` takes one number of decimals for all, and overflows where there are many.
    """
    sizes = np.abs(decimals)
    powers = _POWERS[np.minimum(sizes, MOST_EXACT)]
    with np.errstate(over="ignore"):
        found = np.rint(numbers * powers) / powers
    if (decimals < 0).any():
        found = np.where(decimals < 0, np.rint(numbers / powers) * powers, found)
    if (sizes <= MOST_EXACT).all():
        return np.asarray(found)
    odd = np.broadcast_to(sizes > MOST_EXACT, numbers.shape)
    places = np.broadcast_to(decimals, numbers.shape)[odd].tolist()
    found[odd] = [exactly(*pair) for pair in zip(numbers[odd].tolist(), places, strict=True)]
    return np.asarray(found)


def _magnitude(numbers: Matrix) -> npt.NDArray[np.intp]:
    """The exponents in decimal notation: 2 for 123; 0 for 0 and NaN."""
    with np.errstate(divide="ignore", invalid="ignore"):
        exponents = np.floor(np.log10(np.abs(numbers)))
    return np.where(np.isfinite(exponents), exponents, 0).astype(np.intp)

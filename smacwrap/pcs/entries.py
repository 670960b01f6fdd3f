"""Where a parameter's values lie in the vectors that ConfigSpace computes with."""

import math
import re
from collections.abc import Iterable
from typing import Literal

from smacwrap.pcs.lines import NUMBER, Line, listed
from smacwrap.pcs.model import Categorical, Constant, Integer, Listed, Number, Parameter

Operator = Literal["==", "!=", "<", ">", "in"]

Interval = tuple[float, float]
"""An open interval of vector entries. NaN, the entry of an inactive parameter, is in none."""

_ROUNDING = 4
"""By so many units in the last place an entry, or a number that went through one, may be off."""

_LARGEST_WRITTEN_OUT = 1e16


def texts(parameter: Parameter) -> tuple[str, ...] | None:
    """The values of a categorical or ordinal, in order; None for a number."""
    return parameter.values if isinstance(parameter, Listed) else None


def intervals(
    parameter: Parameter, operator: Operator, values: Iterable[str | float]
) -> tuple[Interval, ...]:
    """The vector entries for which `parameter operator value` holds.

    The borders lie between neighbouring values: entries of one and the same integer differ in
    their last digits, depending on whether they were sampled, mutated or converted.
    """
    if isinstance(parameter, Listed):
        entries = sorted(to_entry(parameter, value) for value in values)
        bands = [(entry - 0.5, entry + 0.5) for entry in entries]
    else:
        bands = sorted(_band(parameter, float(value)) for value in values)
    if operator in ("==", "in"):
        return tuple(bands)
    low, high = bands[0]
    below, above = (-math.inf, low), (high, math.inf)
    return {"!=": (below, above), "<": (below,), ">": (above,)}[operator]


def _band(parameter: Parameter, number: float) -> Interval:
    """The entries that stand for one number."""
    entry = to_entry(parameter, number)
    if not isinstance(parameter, Number):
        return entry - 0.5, entry + 0.5
    slack = _slack(parameter)
    low, high = entry - slack, entry + slack
    if isinstance(parameter, Integer):
        # A border that is no integer ("n < 4.5") needs no room around it.
        half = 0.5 if number == int(number) else 0.0
        below, above = to_unit(parameter, number - half), to_unit(parameter, number + half)
        return (min(low, below), max(high, above)) if half else (below, above)
    return low, high


def _slack(parameter: Number) -> float:
    """How much entries of the same number can differ."""
    low, high = float(parameter.lower), float(parameter.upper)
    if parameter.log:
        low, high = math.log(low), math.log(high)
    elif isinstance(parameter, Integer):
        return math.ulp(1.0)
    return _ROUNDING * math.ulp(max(-low, high, high - low)) / (high - low)


def are_apart(parameter: Number, left: float, right: float) -> bool:
    """Whether a real lies between two numbers, of which a condition can tell it apart."""
    (_, below), (above, _) = _band(parameter, left), _band(parameter, right)
    return above - below > _slack(parameter)


def to_entry(parameter: Parameter, value: str | float) -> float:
    """The vector entry of a value."""
    if isinstance(parameter, Listed):
        return float(parameter.places[str(value)])
    if isinstance(parameter, Constant):
        # An integer with one value; ConfigSpace has the entry 1 for it.
        return 1.0 + float(value) - float(parameter.value)
    assert isinstance(parameter, Number)
    return to_unit(parameter, float(value))


def to_unit(parameter: Number, number: float) -> float:
    """Scales a number as ConfigSpace does: the lowest value to 0, the highest to 1."""
    low, high = float(parameter.lower), float(parameter.upper)
    if parameter.log:
        return (math.log(number) - math.log(low)) / (math.log(high) - math.log(low))
    return (number - low) / (high - low)


def is_ordered(parameter: Parameter) -> bool:
    """Whether the values have an order: all but categorical ones have."""
    return not isinstance(parameter, Categorical)


def read_value(line: Line, parameter: Parameter, text: str, start: int) -> str | float:
    """The value of `parameter` that `line` names at `start`: a text, or a number.

    Numbers lie within the bounds, but may be fractions for integers too, as in `n < 4.5`.

    Raises:
        UserError: there is no such value.
    """
    place = start, start + max(1, len(text))
    if isinstance(parameter, Listed):
        if text not in parameter.places:
            names = parameter.values
            raise line.error(
                f"'{parameter.name}' has no value '{text}': "
                f"expected one of {listed(names)}{line.nearest(text, names)}",
                *place,
            )
        return text
    if not re.fullmatch(NUMBER, text):
        raise line.error(f"'{text}' is not a number, but '{parameter.name}' is", *place)
    low, high = bounds(parameter)
    rounding = _ROUNDING * math.ulp(max(-low, high))
    if not low - rounding <= float(text) <= high + rounding:
        raise line.error(
            f"{text} is outside the range [{plain(low)}, {plain(high)}] of '{parameter.name}'",
            *place,
        )
    return min(max(float(text), low), high)


def bounds(parameter: Parameter) -> tuple[float, float]:
    """The lowest and highest value of a number."""
    if isinstance(parameter, Constant):
        return float(parameter.value), float(parameter.value)
    assert isinstance(parameter, Number)
    return float(parameter.lower), float(parameter.upper)


def plain(value: str | float) -> str:
    """A value as it is written in a PCS file."""
    if isinstance(value, str):
        return value
    whole = value == int(value) and abs(value) < _LARGEST_WRITTEN_OUT
    return str(int(value)) if whole else repr(float(value))

"""Where a parameter's values lie in the vectors that ConfigSpace computes with."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np
from ConfigSpace import (
    CategoricalHyperparameter,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.hyperparameters import Hyperparameter

from smacwrap.pcs.lines import NUMBER, Line, listed
from smacwrap.pcs.scales import Scales

Parameter = Hyperparameter[Any, Any]
Number = UniformFloatHyperparameter | UniformIntegerHyperparameter
Operator = Literal["==", "!=", "<", ">", "in"]

Interval = tuple[float, float]
"""An open interval of vector entries. NaN, the entry of an inactive parameter, is in none."""

_ROUNDING = 4
"""By so many units in the last place an entry, or a number that went through one, may be off."""

_LARGEST_WRITTEN_OUT = 1e16

_MANY_VALUES = 100
"""From so many on, ConfigSpace's dictionary finds one of them faster than looking through them."""


def texts(parameter: Parameter) -> Sequence[str] | None:
    """The values of a categorical or ordinal, in order; None for a number."""
    if isinstance(parameter, CategoricalHyperparameter):
        return cast(Sequence[str], parameter.choices)
    if isinstance(parameter, OrdinalHyperparameter):
        return cast(Sequence[str], parameter.sequence)
    return None


def intervals(
    parameter: Parameter, operator: Operator, values: Iterable[str | float]
) -> tuple[Interval, ...]:
    """The vector entries for which `parameter operator value` holds.

    The borders lie between neighbouring values: entries of one and the same integer differ in
    their last digits, depending on whether they were sampled, mutated or converted.
    """
    names = texts(parameter)
    if names is None:
        bands = sorted(_band(parameter, float(value)) for value in values)
    else:
        entries = np.sort(parameter.to_vector(np.array([*values], dtype=object))).tolist()
        bands = [(entry - 0.5, entry + 0.5) for entry in entries]
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
    if isinstance(parameter, UniformIntegerHyperparameter):
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
    elif isinstance(parameter, UniformIntegerHyperparameter):
        return math.ulp(1.0)
    return _ROUNDING * math.ulp(max(-low, high, high - low)) / (high - low)


def are_apart(parameter: Number, left: float, right: float) -> bool:
    """Whether a real lies between two numbers, of which a condition can tell it apart."""
    (_, below), (above, _) = _band(parameter, left), _band(parameter, right)
    return above - below > _slack(parameter)


def to_entry(parameter: Parameter, value: str | float) -> float:
    """The vector entry of a value."""
    names = texts(parameter)
    if names is not None:
        if len(names) < _MANY_VALUES:
            return float(names.index(cast(str, value)))
        return float(parameter.to_vector(value))
    if isinstance(parameter, Constant):
        # An integer with one value; ConfigSpace has the entry 1 for it.
        return 1.0 + float(value) - float(cast(int, parameter.value))
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
    return not isinstance(parameter, CategoricalHyperparameter)


def read_value(line: Line, parameter: Parameter, text: str, start: int) -> str | float:
    """The value of `parameter` that `line` names at `start`: a text, or a number.

    Numbers lie within the bounds, but may be fractions for integers too, as in `n < 4.5`.

    Raises:
        UserError: there is no such value.
    """
    place = start, start + max(1, len(text))
    names = texts(parameter)
    if names is not None:
        if not (text in names if len(names) < _MANY_VALUES else parameter.legal_value(text)):
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
        return float(cast(int, parameter.value)), float(cast(int, parameter.value))
    assert isinstance(parameter, Number)
    return float(parameter.lower), float(parameter.upper)


def plain(value: str | float) -> str:
    """A value as it is written in a PCS file."""
    if isinstance(value, str):
        return value
    whole = value == int(value) and abs(value) < _LARGEST_WRITTEN_OUT
    return str(int(value)) if whole else repr(float(value))


def to_numbers(
    parameter: Parameter, scales: Scales, entries: Any, ranks: Mapping[str, float]
) -> Any:
    """The numbers that stand for vector entries, one or an array, in an expression.

    Args:
        parameter: whose entries they are; where NaN, inactive, its default counts.
        scales: of this parameter.
        entries: as in a configuration's vector.
        ranks: the number of each text value.
    """
    entries = np.where(np.isnan(entries), to_entry(parameter, parameter.default_value), entries)
    names = texts(parameter)
    if names is not None:
        places = entries.astype(np.intp)
        if places.size < len(names):
            return np.array([ranks[names[i]] for i in places.flat]).reshape(places.shape)
        return np.array([ranks[name] for name in names])[places]
    if isinstance(parameter, Constant):
        return np.full(entries.shape, float(cast(int, parameter.value)))
    assert isinstance(parameter, Number)
    return scales.numbers(entries.reshape(-1, 1)).reshape(entries.shape)

"""How many digits the number has that a vector entry stands for, and rounding to them."""

import math

from smacwrap.pcs.model import Integer, Number

DIGITS = 13
"""So many decimals has an entry's number, times the size of the range's bounds, ..."""

LOG_DIGITS = 12
"""... or so many significant digits on a logarithmic scale, where large exponents cost some."""

MOST_EXACT = 22
"""The highest power of ten that is a double without being rounded."""


def number_at(parameter: Number, entry: float) -> float:
    """The number that a vector entry stands for, as `Scales.numbers` reckons it for many."""
    low, high = float(parameter.lower), float(parameter.upper)
    bottom, top = (math.log(low), math.log(high)) if parameter.log else (low, high)
    number = bottom + entry * (top - bottom)
    if parameter.log:
        number = math.exp(number)
    if isinstance(parameter, Integer):
        number = float(round(number))
    elif parameter.log:
        number = rounded(number, LOG_DIGITS - 1 - magnitude(number))
    else:
        number = rounded(number, DIGITS - magnitude(max(abs(low), abs(high))))
    return min(max(number, low), high)


def rounded(number: float, decimals: int) -> float:
    """A number rounded to so many decimals, which can be below 0: the nearest double to that."""
    if abs(decimals) > MOST_EXACT:
        return exactly(number, decimals)
    power = float(10 ** abs(decimals))
    if decimals < 0:
        return float(round(number / power)) * power
    large = number * power
    return float(round(large)) / power if math.isfinite(large) else large


def exactly(number: float, decimals: int) -> float:
    """The same for any number of decimals; it takes longer."""
    if not math.isfinite(number) or number == 0:
        return number
    digits = decimals + math.floor(math.log10(abs(number)))
    return float(f"{number:.{digits}e}") if digits >= 0 else 0.0


def magnitude(number: float) -> int:
    """The exponent in decimal notation: 2 for 123; 0 for 0."""
    return math.floor(math.log10(abs(number))) if number else 0

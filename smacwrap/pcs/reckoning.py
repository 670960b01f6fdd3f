"""The operations of advanced clauses on doubles: as NumPy's, which `reckoning_arrays` has.

Python's own raise errors where a double has an infinite result, or none.
"""

import math
from collections.abc import Callable, Mapping

NEGATE = "negate"
"""The sign of one number. No function can be called so in a clause."""


def _or_nan(function: Callable[[float], float]) -> Callable[[float], float]:
    """NaN where a function has no result."""

    def call(number: float) -> float:
        try:
            return function(number)
        except ValueError:
            return math.nan

    return call


def _growing(function: Callable[[float], float]) -> Callable[[float], float]:
    """Infinity where the result is too large, with the sign that it has on this side of 0."""

    def call(number: float) -> float:
        try:
            return function(number)
        except OverflowError:
            return math.copysign(math.inf, function(math.copysign(1.0, number)))

    return call


def _logarithm(function: Callable[[float], float], zero: float = 0.0) -> Callable[[float], float]:
    """Minus infinity at the number where it begins, NaN below."""

    def call(number: float) -> float:
        if number == zero:
            return -math.inf
        return math.nan if number < zero else function(number)

    return call


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    def call(number: float) -> float:
        # -0.0 is another divisor than 0.0.
        return math.copysign(function(number), number) if math.isfinite(number) else number

    return call


UNARY: Mapping[str, Callable[[float], float]] = {
    NEGATE: lambda number: -number,
    "abs": abs,
    "acos": _or_nan(math.acos),
    "asin": _or_nan(math.asin),
    "atan": math.atan,
    "cos": _or_nan(math.cos),
    "sin": _or_nan(math.sin),
    "tan": _or_nan(math.tan),
    "sinh": _growing(math.sinh),
    "cosh": _growing(math.cosh),
    "tanh": math.tanh,
    "exp": _growing(math.exp),
    "ceil": _whole(math.ceil),
    "floor": _whole(math.floor),
    "log": _logarithm(math.log),
    "log2": _logarithm(math.log2),
    "log10": _logarithm(math.log10),
    "sqrt": _or_nan(math.sqrt),
    "cbrt": math.cbrt,
    "expm1": _growing(math.expm1),
    "log1p": _logarithm(math.log1p, -1.0),
}


def _divide(left: float, right: float) -> float:
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _rest(left: float, right: float) -> float:
    try:
        return math.fmod(left, right)
    except ValueError:
        return math.nan


def _power(base: float, exponent: float) -> float:
    """As in Java, where ±1 to the power of NaN or of infinity is NaN."""
    if abs(base) == 1 and not math.isfinite(exponent):
        return math.nan
    odd = math.isfinite(exponent) and exponent % 2 == 1
    try:
        return math.pow(base, exponent)
    except OverflowError:
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        if base != 0:
            return math.nan
        return math.copysign(math.inf, base) if odd else math.inf


BINARY: Mapping[str, Callable[[float, float], float]] = {
    "||": lambda left, right: float(left > 0 or right > 0),
    "&&": lambda left, right: float(left > 0 and right > 0),
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": _rest,
    "^": _power,
}

"""Advanced clauses reckoned with for many configurations at once, in NumPy's arrays."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from smacwrap.pcs.entries import to_entry
from smacwrap.pcs.expressions import Expression
from smacwrap.pcs.model import Constant, Listed, Number, Parameter
from smacwrap.pcs.reckoning import NEGATE
from smacwrap.pcs.scales import Scales

Numbers = npt.NDArray[np.float64]


def evaluate(expression: Expression, operands: Sequence[Numbers]) -> Numbers:
    """As `Expression.evaluate`, for arrays of one shape."""
    with np.errstate(all="ignore"):
        return np.asarray(expression.reckon(operands, _UNARY, _BINARY), dtype=np.float64)


def _truth(ufunc: Callable[..., Any]) -> Callable[..., Numbers]:
    """Makes results of comparisons numbers, because clauses may reckon with them."""
    return lambda left, right: ufunc(left, right).astype(np.float64)


def _positive(numbers: Numbers) -> Numbers:
    """What is true on either side of && and ||. As a whole, a clause is true if it is not 0."""
    return np.greater(numbers, 0).astype(np.float64)


def _power(base: Numbers, exponent: Numbers) -> Numbers:
    """As in Java, where ±1 to the power of NaN or of infinity is NaN; NumPy's is 1."""
    odd = (np.abs(base) == 1) & ~np.isfinite(exponent)
    return np.where(odd, np.nan, np.float_power(base, exponent))


_UNARY: Mapping[str, Callable[..., Numbers]] = {
    NEGATE: np.negative, "abs": np.abs, "acos": np.arccos, "asin": np.arcsin,
    "atan": np.arctan, "cos": np.cos, "sin": np.sin, "tan": np.tan, "sinh": np.sinh,
    "cosh": np.cosh, "tanh": np.tanh, "exp": np.exp, "ceil": np.ceil, "floor": np.floor,
    "log": np.log, "log2": np.log2, "log10": np.log10, "sqrt": np.sqrt, "cbrt": np.cbrt,
    "expm1": np.expm1, "log1p": np.log1p,
}  # fmt: skip

_BINARY: Mapping[str, Callable[..., Numbers]] = {
    "||": lambda left, right: np.maximum(_positive(left), _positive(right)),
    "&&": lambda left, right: np.minimum(_positive(left), _positive(right)),
    "==": _truth(np.equal),
    "!=": _truth(np.not_equal),
    "<": _truth(np.less),
    "<=": _truth(np.less_equal),
    ">": _truth(np.greater),
    ">=": _truth(np.greater_equal),
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": _power,
}


class Arrays:
    """An expression over parameters, whose vector entries stand for its numbers."""

    def __init__(self, expression: Expression, parameters: Sequence[Parameter]) -> None:
        self._expression = expression
        self._operands = [_Operand(parameter, expression.ranks) for parameter in parameters]

    def numbers(self, entries: Sequence[Any]) -> Numbers:
        """The results for entries of the parameters, one each or arrays of one shape."""
        pairs = zip(self._operands, entries, strict=True)
        return evaluate(self._expression, [operand.numbers(entry) for operand, entry in pairs])


class _Operand:
    """The numbers that stand for the vector entries of a parameter in an expression.

    Args:
        parameter: whose entries they are; where NaN, inactive, its default counts.
        ranks: the number of each text value.
    """

    def __init__(self, parameter: Parameter, ranks: Mapping[str, float]) -> None:
        self._parameter = parameter
        self._default = to_entry(parameter, parameter.default_value)
        self._scales = Scales([parameter])
        self._ranks = ranks

    def numbers(self, entries: Any) -> Any:
        """The numbers of entries, one or an array, as in a configuration's vector."""
        parameter = self._parameter
        entries = np.where(np.isnan(entries), self._default, entries)
        if isinstance(parameter, Listed):
            names, places = parameter.values, entries.astype(np.intp)
            if places.size < len(names):
                found = [self._ranks[names[i]] for i in places.flat]
                return np.array(found).reshape(places.shape)
            return np.array([self._ranks[name] for name in names])[places]
        if isinstance(parameter, Constant):
            return np.full(entries.shape, float(parameter.value))
        assert isinstance(parameter, Number)
        return self._scales.numbers(entries.reshape(-1, 1)).reshape(entries.shape)

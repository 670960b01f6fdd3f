"""Reads an advanced clause back as comparisons, for the formats that know nothing else."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from smacwrap.pcs.entries import texts
from smacwrap.pcs.expressions import Expression
from smacwrap.pcs.forbidden import Formula
from smacwrap.pcs.model import Constant, Parameter

COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip

MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}

_MOST_ALTERNATIVES = 1000


@dataclass(frozen=True)
class Comparison:
    """`parameter operator right`.

    Attributes:
        parameter: no constant; of a constant, its value stands on the right.
        operator: one of `COMPARE`.
        right: a number, or another parameter.
        ranks: the number of each text value: `right` may be one of them.
    """

    parameter: Parameter
    operator: str
    right: Parameter | float
    ranks: Mapping[str, float]

    def texts(self) -> list[str]:
        """The values for which it holds, where the parameter is a categorical or ordinal."""
        names = texts(self.parameter) or ()
        return [name for name in names if COMPARE[self.operator](self.ranks[name], self.right)]

    def holds_by_default(self) -> bool:
        """Whether it holds for the parameter's default value."""
        default = self.parameter.default_value
        number = self.ranks[default] if isinstance(default, str) else float(default)
        return COMPARE[self.operator](number, self.right)


Alternatives = list[list[Comparison]]
"""Comparisons joined by `&&`, joined by `||`."""


_Result = Parameter | float | Alternatives


def comparisons(clause: Formula) -> Alternatives | None:
    """What the clause forbids: none of the alternatives may hold. None if it reckons otherwise."""
    expression, parameters = clause.expression, clause.parameters
    stack: list[_Result] = []
    for step in expression.program:
        if isinstance(step, float):
            stack.append(step)
        elif isinstance(step, int):
            parameter = parameters[step]
            constant = isinstance(parameter, Constant)
            stack.append(float(parameter.default_value) if constant else parameter)
        else:
            count = 1 if _is_unary(step) else 2
            result = _apply(step, stack[-count:], expression.ranks)
            if result is None:
                return None
            stack[-count:] = [result]
    return _alternatives(stack[0])


def _is_unary(operation: str) -> bool:
    return operation.isalnum()


def _apply(operation: str, operands: list[_Result], ranks: Mapping[str, float]) -> _Result | None:
    numbers = [operand for operand in operands if isinstance(operand, float)]
    if len(numbers) == len(operands):
        number = Expression("", (), (*numbers, operation), {}).evaluate([])
        return None if math.isnan(number) else number
    if len(operands) < 2:
        return None
    left, right = operands
    if operation in COMPARE:
        return _compare(operation, left, right, ranks)
    if operation in ("&&", "||"):
        a, b = _alternatives(left), _alternatives(right)
        if a is None or b is None or len(a) * len(b) > _MOST_ALTERNATIVES:
            return None
        return a + b if operation == "||" else [one + other for one in a for other in b]
    return None


def _compare(
    operation: str, left: _Result, right: _Result, ranks: Mapping[str, float]
) -> Alternatives | None:
    if isinstance(left, list) or isinstance(right, list) or left is right:
        return None
    if isinstance(left, float):
        assert not isinstance(right, float), "two numbers are reckoned at once"
        left, right, operation = right, left, MIRRORED[operation]
    comparison = Comparison(left, operation, right, ranks)
    if operation == "!=" and texts(left) is None:
        return [[replace(comparison, operator="<")], [replace(comparison, operator=">")]]
    return [[comparison]]


def _alternatives(operand: _Result) -> Alternatives | None:
    """As alternatives: a number is always true, or never; a parameter alone is no comparison."""
    if isinstance(operand, float):
        return [[]] if operand else []
    return operand if isinstance(operand, list) else None

"""What an R expression means for the parameters of a PCS file.

In irace a parameter that is inactive is NA: no comparison with it is true, nor is its opposite;
only `%in%` says that NA is not among the values.
"""

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from smacwrap.errors import UserError
from smacwrap.pcs.entries import plain, texts
from smacwrap.pcs.foreign.r_expressions import COMPARISONS, Node
from smacwrap.pcs.lines import NUMBER, Line
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.regions import Activity, Box, Values, all_values, compared, meet
from smacwrap.pcs.say import Relation

_MOST_ALTERNATIVES = 1000

_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

_ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv,
    "^": operator.pow,
}  # fmt: skip


@dataclass(frozen=True)
class Alternative:
    """One of the ways in which an expression is true: all that it names is active."""

    box: Box
    relations: tuple[Relation, ...] = ()


class Meaning:
    """Reads expressions for some parameters.

    Args:
        parameters: of the file, by name.
        activity: of the parameters that the expressions name.
    """

    def __init__(self, parameters: Mapping[str, Parameter], activity: Activity) -> None:
        self._parameters = parameters
        self._activity = activity

    def alternatives(self, line: Line, node: Node, *, true: bool = True) -> list[Alternative]:
        """The ways in which an expression is true; or, which is not the rest, false.

        Raises:
            UserError: a PCS file cannot say it; with its place in `line`.
            TooManyError: a parameter is inactive in very many cases.
        """
        kind = node.kind
        if kind == "!":
            return self.alternatives(line, node.parts[0], true=not true)
        if kind in ("&", "|"):
            found, either = [Alternative({})], (kind == "|") is true
            for i, part in enumerate(node.parts):
                new = self.alternatives(line, part, true=true)
                found = (found + new if i else new) if either else list(_product(found, new))
                if len(found) > _MOST_ALTERNATIVES:
                    message = f"it has more than {_MOST_ALTERNATIVES:,} alternatives"
                    raise _error(line, node, message)
            return found
        if kind == "%in%":
            return self._among(line, node, true)
        if kind in COMPARISONS:
            return self._comparison(line, node, kind if true else _OPPOSITE[kind])
        if kind == "name" and node.value in ("TRUE", "FALSE", "T", "F"):
            return [Alternative({})] if node.value.startswith("T") is true else []
        raise _error(line, node, "expected a comparison, such as a == 1")

    def _find(self, line: Line, node: Node) -> Parameter:
        if node.kind != "name":
            raise _error(line, node, "expected a parameter")
        if node.value not in self._parameters:
            hint = line.nearest(node.value, self._parameters)
            raise _error(line, node, f"unknown parameter '{node.value}'{hint}")
        return self._parameters[node.value]

    def _among(self, line: Line, node: Node, true: bool) -> list[Alternative]:
        parameter = self._find(line, node.parts[0])
        listed = node.parts[1]
        items = listed.parts if listed.kind == "vector" else (listed,)
        values = Values(())
        for item in items:
            values |= self._compared(line, parameter, "==", item)
        if true:
            return [Alternative({parameter.name: values})] if values else []
        rest = all_values(parameter) - values
        found = [Alternative({parameter.name: rest})] if rest else []
        return found + list(map(Alternative, self._activity.inactive(parameter.name)))

    def _comparison(self, line: Line, node: Node, sign: str) -> list[Alternative]:
        left, right = node.parts
        if _is_constant(left) and not _is_constant(right):
            left, right, sign = right, left, _MIRRORED[sign]
        if left.kind == "name" and _is_constant(right):
            parameter = self._find(line, left)
            values = self._compared(line, parameter, sign, right)
            return [Alternative({parameter.name: values})] if values else []
        names = frozenset(self._names(line, node))
        if not names:
            raise _error(line, node, "no parameter in this comparison")
        text = f"{self._reckoned(line, left)} {sign} {self._reckoned(line, right)}"
        return [Alternative({}, (Relation(text, names),))]

    def _compared(self, line: Line, parameter: Parameter, sign: str, node: Node) -> Values:
        """The values of a parameter that compare so with a constant."""
        if texts(parameter) is None:
            return compared(parameter, sign, number_of(line, node))
        return self._texts(line, parameter, sign, node)

    def _texts(self, line: Line, parameter: Parameter, sign: str, node: Node) -> Values:
        names = texts(parameter) or ()
        word = node.value if node.kind == "text" else plain(number_of(line, node))
        numbers = [float(name) if re.fullmatch(NUMBER, name) else None for name in names]
        number = float(word) if re.fullmatch(NUMBER, word) else None
        if sign in ("==", "!="):
            # 1 and 1.0 are written differently, and meant to be the same.
            equal = [
                i
                for i, name in enumerate(names)
                if name == word or (number is not None and numbers[i] == number)
            ]
            found = compared(parameter, "in", *equal)
            return found if sign == "==" else all_values(parameter) - found
        if number is None or None in numbers:
            message = f"'{sign}' compares the texts of '{parameter.name}' by the alphabet: use %in%"
            raise _error(line, node, message)
        holds = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}[sign]
        return compared(
            parameter,
            "in",
            *(i for i, n in enumerate(numbers) if n is not None and holds(n, number)),
        )

    def _names(self, line: Line, node: Node) -> Iterator[str]:
        if node.kind == "name":
            yield self._find(line, node).name
        for part in node.parts:
            yield from self._names(line, part)

    def _reckoned(self, line: Line, node: Node) -> str:
        """Arithmetic as an advanced clause has it."""
        if node.kind == "number":
            return plain(number_of(line, node))
        if node.kind == "name":
            parameter = self._find(line, node)
            if any(not re.fullmatch(NUMBER, name) for name in texts(parameter) or ()):
                raise _error(line, node, f"'{node.value}' is no number")
            return parameter.name
        if node.kind == "negate":
            return f"(-{self._reckoned(line, node.parts[0])})"
        if node.kind in _ARITHMETIC:
            left, right = (self._reckoned(line, part) for part in node.parts)
            return f"({left} {node.kind} {right})"
        raise _error(line, node, "expected a number or a parameter")


def _product(one: list[Alternative], other: list[Alternative]) -> Iterator[Alternative]:
    for a in one:
        for b in other:
            box = meet(a.box, b.box)
            if box is not None:
                yield Alternative(box, (*a.relations, *b.relations))


def _is_constant(node: Node) -> bool:
    return node.kind != "name" and all(map(_is_constant, node.parts))


def number_of(line: Line, node: Node) -> float:
    """The number that a constant expression stands for.

    Raises:
        UserError: it stands for none.
    """
    number = _number(line, node)
    if not math.isfinite(number):
        raise _error(line, node, "it has no result")
    return number


def _number(line: Line, node: Node) -> float:
    if node.kind == "number" or (node.kind == "text" and re.fullmatch(NUMBER, node.value)):
        return float(node.value)
    try:
        if node.kind == "negate":
            return -_number(line, node.parts[0])
        if node.kind in _ARITHMETIC:
            left, right = (_number(line, part) for part in node.parts)
            return float(_ARITHMETIC[node.kind](left, right))
    except (ArithmeticError, TypeError):
        return math.nan
    raise _error(line, node, "expected a number")


def _error(line: Line, node: Node, message: str) -> UserError:
    return line.error(message, node.start, node.end)

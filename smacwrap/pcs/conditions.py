"""Conditions: `child | parent == value && other in {a, b} || third > 3`."""

import re
from collections.abc import Mapping
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
from ConfigSpace.conditions import AndConjunction, Condition, ConditionLike, OrConjunction
from ConfigSpace.types import NotSet

from smacwrap.pcs.lines import Line
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.units import (
    Operator,
    Parameter,
    intervals,
    is_ordered,
    plain,
    read_value,
    texts,
    to_entry,
)

OPERATORS: tuple[Operator, ...] = get_args(Operator)

Alternatives = list[list["Term"]]
"""Terms joined by `&&`, joined by `||`."""


class Term(Condition):
    """`parent operator value`: holds while the parent is active and its value compares so.

    ConfigSpace's own conditions are not used: they compare vector entries exactly, which fails
    for integers, and hold `!=` for inactive parents.

    `value` is a text or number, for `in` a tuple of them.
    """

    def __init__(self, child: Parameter, parent: Parameter, operator: Operator, value: Any) -> None:
        super().__init__(child, parent, value)
        self.operator = operator
        values = value if operator == "in" else (value,)
        self.intervals = intervals(parent, operator, values)

    def satisfied_by_vector(self, vector: npt.NDArray[np.float64]) -> bool:
        """Whether the condition holds for a configuration's vector."""
        assert self.parent_vector_id is not None, "the space sets it when it takes the condition"
        return self._holds(vector[self.parent_vector_id])

    def satisfied_by_vector_array(self, arr: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Whether it holds for each column of `arr`, shape (parameters, configurations)."""
        row = arr[self.parent_vector_id]
        holds = np.zeros(row.shape, dtype=np.bool_)
        for low, high in self.intervals:
            holds |= (row > low) & (row < high)
        return holds

    def satisfied_by_value(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds for named values; a parent that is missing or NotSet is inactive."""
        value = values.get(self.parent.name, NotSet)
        return value is not NotSet and self._holds(to_entry(self.parent, value))

    def _holds(self, entry: float) -> bool:
        return any(low < entry < high for low, high in self.intervals)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Term)
            and (self.child.name, self.signature()) == (other.child.name, other.signature())
            and self.parent == other.parent
        )

    def __copy__(self) -> "Term":
        return Term(self.child, self.parent, self.operator, self.value)

    def signature(self) -> tuple[object, ...]:
        """What the condition says about its parent, without the child."""
        return self.parent.name, self.operator, self.value

    def __repr__(self) -> str:
        if self.operator == "in":
            value = "{" + ", ".join(map(plain, self.value)) + "}"
        else:
            value = plain(self.value)
        return f"{self.child.name} | {self.parent.name} {self.operator} {value}"

    def to_dict(self) -> dict[str, Any]:
        """The condition as plain data."""
        value = list(self.value) if self.operator == "in" else self.value
        return {
            "child": self.child.name,
            "parent": self.parent.name,
            "operator": self.operator,
            "value": value,
        }


def join(alternatives: Alternatives) -> ConditionLike:
    """The condition that holds if all terms of one of the alternatives do."""
    joined = [terms[0] if len(terms) == 1 else AndConjunction(*terms) for terms in alternatives]
    return joined[0] if len(joined) == 1 else OrConjunction(*joined)


class Conditions:
    """The conditions of a file, one a child."""

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self.of: dict[str, Alternatives] = {}
        self._lines: dict[str, tuple[Line, bool]] = {}

    def read(self, line: Line) -> None:
        """Takes in a condition line.

        Several lines for one child are and-ed if all are of the older form, `parent in {...}`.

        Raises:
            UserError: the line is wrong, or a second one in the newer form.
        """
        child, alternatives = parse_condition(line, self._declared)
        older = all(term.operator == "in" for terms in alternatives for term in terms)
        if child not in self._lines:
            self._lines[child] = line, older
            self.of[child] = alternatives
            return
        first, first_older = self._lines[child]
        if not (older and first_older):
            raise line.error(
                f"'{child}' already has a condition in line {first.number}: join them with &&"
            )
        # SMAC v2 joins the texts of the lines by &&, which binds tighter than their ||.
        *others, last = self.of[child]
        self.of[child] = [*others, last + alternatives[0], *alternatives[1:]]

    def parents_first(self) -> list[str]:
        """The conditional parameters, parents before their children.

        Raises:
            UserError: some parameters are, through others, conditional on themselves.
        """
        waiting = {
            child: {t.parent.name for terms in alternatives for t in terms} & self.of.keys()
            for child, alternatives in self.of.items()
        }
        children: dict[str, list[str]] = {}
        for child, parents in waiting.items():
            for parent in parents:
                children.setdefault(parent, []).append(child)
        order = [child for child, parents in waiting.items() if not parents]
        for done in order:
            for child in children.get(done, ()):
                waiting[child].discard(done)
                if not waiting[child]:
                    order.append(child)
        if len(order) < len(waiting):
            self._report_cycle({c: p for c, p in waiting.items() if p})
        return order

    def _report_cycle(self, waiting: Mapping[str, set[str]]) -> None:
        path = [next(iter(waiting))]
        while path[-1] not in path[:-1]:
            path.append(min(waiting[path[-1]]))
        cycle = path[path.index(path[-1]) :]
        line, _ = self._lines[cycle[0]]
        raise line.error("conditions go round in a circle: " + " depends on ".join(cycle))


def parse_condition(line: Line, declared: Declarations) -> tuple[str, Alternatives]:
    """The child that a condition line speaks of, and when it is active.

    Raises:
        UserError: the line is not a condition that SMAC v2 would take.
    """
    bar = line.code.index("|")
    name = line.code[:bar].strip()
    start = len(line.code) - len(line.code.lstrip())
    if not name or len(name.split()) != 1:
        raise line.error("expected one parameter's name before '|'", start, bar + 1)
    child = declared.find(line, name, start)
    alternatives: Alternatives = [[]]
    at, joint = bar + 1, "|"
    for match in re.finditer(r"\|\||&&|$", line.code[bar + 1 :].rstrip()):
        end = bar + 1 + match.start()
        alternatives[-1].append(_parse_term(line, at, end, child, declared, joint, match[0]))
        if match[0] == "||":
            alternatives.append([])
        at, joint = bar + 1 + match.end(), match[0]
    return name, alternatives


def _parse_term(
    line: Line,
    start: int,
    end: int,
    child: Parameter,
    declared: Declarations,
    before: str,
    after: str,
) -> Term:
    words = [
        (m[0], start + m.start()) for m in re.finditer(r"\{[^}]*\}\S*|\S+", line.code[start:end])
    ]
    if not words:
        nearest = before if after == "" else after
        raise line.error(f"a condition is missing next to '{nearest}'", *_around(start, end, line))
    grouped = words[0][0].startswith("(") and words[0][0] not in declared.parameters
    last = words[-1][1] + len(words[-1][0])
    if len(words) != 3 or words[1][0] not in OPERATORS or grouped:
        raise line.error(_diagnose(line.code[start:end].strip()), words[0][1], last)
    (parent_name, parent_at), (word, operator_at), (value, value_at) = words
    parent = declared.find(line, parent_name, parent_at)
    if parent is child:
        raise line.error(f"'{child.name}' cannot be conditional on itself", parent_at, last)
    operator = next(o for o in OPERATORS if o == word)
    if operator in ("<", ">") and not is_ordered(parent):
        raise line.error(
            f"'{operator}' needs an order, but '{parent_name}' is categorical: "
            "declare it ordinal, or use == != in",
            operator_at,
            operator_at + 1,
        )
    if operator != "in":
        return Term(child, parent, operator, read_value(line, parent, value, value_at))
    return Term(child, parent, operator, _read_set(line, parent, value, value_at))


def _around(start: int, end: int, line: Line) -> tuple[int, int]:
    return max(0, start - 2), min(len(line.code), end + 2)


def _read_set(line: Line, parent: Parameter, text: str, start: int) -> tuple[str | float, ...]:
    if not (text.startswith("{") and text.endswith("}")):
        raise line.error(
            f"expected a set of values, as {{{text.strip('{}[]()')}}}", start, start + len(text)
        )
    known = frozenset(texts(parent) or ())
    values: dict[str | float, None] = {}
    at = start + 1
    pieces = text[1:-1].split(",")
    while pieces and not pieces[-1]:
        pieces.pop()
    words: set[str] = set()
    for piece in pieces:
        word = piece.strip()
        place = at + piece.find(word)
        value = word if word in known else read_value(line, parent, word, place)
        if word in words:
            raise line.error(f"'{word}' is listed twice", place, place + len(word))
        words.add(word)
        # SMAC v2 takes 2 and 2.0 for two values.
        values[value] = None
        at += len(piece) + 1
    if not values:
        raise line.error("the set is empty: expected {value, ...}", start, start + len(text))
    return tuple(values)


_MEANT = {
    "=": "==", "===": "==", "is": "==", "<>": "!=", "=!": "!=", "!": "!=", "IN": "in", "In": "in",
    "not": "!=", "=<": "<", "<=": "<", "=>": ">", ">=": ">",
}  # fmt: skip


def _diagnose(text: str) -> str:
    """What is wrong with a condition that is not `parent operator value`."""
    if "(" in text or ")" in text:
        return "no parentheses in conditions: && binds tighter than ||"
    if sign := re.search(r"\s([|&])\s", text):
        return f"'{sign[1]}' in a condition: did you mean '{sign[1] * 2}'?"
    words = text.split()
    if len(words) >= 3 and words[1] in _MEANT:
        hint = f"'{words[1]}' in a condition: did you mean '{_MEANT[words[1]]}'?"
        return hint + (" (<= and >= do not exist)" if words[1] in ("<=", ">=", "=<", "=>") else "")
    tight = re.match(r"([^\s<>=!]+?)\s*(==|!=|=|<|>|\bin(?=\s*\{))\s*(\S.*)$", text)
    if tight:
        operator = _MEANT.get(tight[2], tight[2])
        return f"an operator stands between blanks: expected '{tight[1]} {operator} {tight[3]}'"
    return "expected 'parent operator value' with one of the operators == != < > in"

"""Conditions: `child | parent == value && other in {a, b} || third > 3`."""

import re
from collections.abc import Mapping
from typing import Any, get_args

from smacwrap.pcs.condition_term import And, Condition, Or, Term
from smacwrap.pcs.entries import Operator, is_ordered, read_value
from smacwrap.pcs.lines import Line
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.parameters import Declarations
from smacwrap.problems import Problems

OPERATORS: tuple[Operator, ...] = get_args(Operator)

_JOINT = re.compile(r"\|\||&&|$")

MOST_TERMS = 20_000
"""So many comparisons may a condition have: each takes its time."""

_Comparison = tuple[Parameter, Operator, Any]
"""Parent, operator and value."""

Alternatives = list[list[Term]]
"""Terms joined by `&&`, joined by `||`."""


def join(alternatives: Alternatives) -> Condition:
    """The condition that holds if all terms of one of the alternatives do."""
    joined = [terms[0] if len(terms) == 1 else And(tuple(terms)) for terms in alternatives]
    return joined[0] if len(joined) == 1 else Or(tuple(joined))


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
        raise line.error("circular conditions: " + " depends on ".join(cycle))


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
    joints = list(_JOINT.finditer(line.code[bar + 1 :].rstrip()))
    if len(joints) > MOST_TERMS:
        raise line.error(f"{len(joints):,} comparisons in a condition: at most {MOST_TERMS:,}")
    problems = Problems()
    with problems:
        declared.find(line, name, start)
    alternatives: list[list[_Comparison]] = [[]]
    at, before = bar + 1, "|"
    for joint in joints:
        with problems:
            term = _parse_term(line, at, bar + 1 + joint.start(), name, declared, before, joint[0])
            alternatives[-1].append(term)
        if joint[0] == "||":
            alternatives.append([])
        at, before = bar + 1 + joint.end(), joint[0]
    problems.check()
    child = declared.parameters[name]
    return name, [[Term(child, *term) for term in terms] for terms in alternatives]


def _parse_term(
    line: Line,
    start: int,
    end: int,
    child: str,
    declared: Declarations,
    before: str,
    after: str,
) -> _Comparison:
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
    if parent_name == child:
        raise line.error(f"'{child}' cannot be conditional on itself", parent_at, last)
    parent = declared.find(line, parent_name, parent_at)
    operator = next(o for o in OPERATORS if o == word)
    if operator in ("<", ">") and not is_ordered(parent):
        raise line.error(
            f"'{operator}' needs an order, but '{parent_name}' is categorical: "
            "declare it ordinal, or use == != in",
            operator_at,
            operator_at + 1,
        )
    if operator != "in":
        return parent, operator, read_value(line, parent, value, value_at)
    return parent, operator, _read_set(line, parent, value, value_at)


def _around(start: int, end: int, line: Line) -> tuple[int, int]:
    return max(0, start - 2), min(len(line.code), end + 2)


def _read_set(line: Line, parent: Parameter, text: str, start: int) -> tuple[str | float, ...]:
    if not (text.startswith("{") and text.endswith("}")):
        raise line.error(
            f"expected a set of values, as {{{text.strip('{}[]()')}}}", start, start + len(text)
        )
    pieces = text[1:-1].split(",")
    while pieces and not pieces[-1]:
        pieces.pop()
    words = [piece.strip() for piece in pieces]
    values: dict[str | float, None] = {}
    seen: set[str] = set()
    at = start + 1
    problems = Problems()
    for piece, word in zip(pieces, words, strict=True):
        place = at + piece.find(word)
        at += len(piece) + 1
        with problems:
            value = read_value(line, parent, word, place)
            if word in seen:
                raise line.error(f"'{word}' is listed twice", place, place + len(word))
            seen.add(word)
            # SMAC v2 takes 2 and 2.0 for two values.
            values[value] = None
    problems.check()
    if not values:
        raise line.error("the set is empty: expected {value, ...}", start, start + len(text))
    return tuple(values)


_MEANT = {
    "=": "==", "===": "==", "is": "==", "<>": "!=", "=!": "!=", "!": "!=", "IN": "in", "In": "in",
    "not": "!=", "=<": "<", "<=": "<", "=>": ">", ">=": ">",
}  # fmt: skip

_TIGHT = re.compile(
    r"([^\s<>=!]+)\s*(==|!=|<=|>=|=<|=>|=|<|>|\bin(?=\s*\{))\s*(\{[^}]*\}|[^\s{}=]\S*)"
)

_COMPARES = re.compile(r"[=<>]|\sin\s")


def _diagnose(text: str) -> str:
    """What is wrong with a condition that is not `parent operator value`."""
    if "(" in text or ")" in text:
        return "no parentheses in conditions: && binds tighter than ||"
    if sign := re.search(r"\s([|&])\s", text):
        return f"'{sign[1]}' in a condition: did you mean '{sign[1] * 2}'?"
    if joined := _joined_by(text):
        meant = "||" if joined.lower() == "or" else "&&"
        return f"'{joined}' in a condition: did you mean '{meant}'?"
    words = text.split()
    if len(words) >= 3 and words[1] in _MEANT:
        hint = f"'{words[1]}' in a condition: did you mean '{_MEANT[words[1]]}'?"
        return hint + (" (<= and >= do not exist)" if words[1] in ("<=", ">=", "=<", "=>") else "")
    tight = _TIGHT.fullmatch(text)
    if tight and words[1:2] != [tight[2]]:
        operator = _MEANT.get(tight[2], tight[2])
        return f"an operator stands between blanks: expected '{tight[1]} {operator} {tight[3]}'"
    return "expected 'parent operator value' with one of the operators == != < > in"


def _joined_by(text: str) -> str | None:
    """The word or comma that stands where && or || should."""
    without_sets = re.sub(r"\{[^{}]*\}", "{}", text)
    if word := re.search(r"\s(and|or)\s", without_sets, re.IGNORECASE):
        return word[1]
    first, comma, rest = without_sets.partition(",")
    return comma if _COMPARES.search(first) and _COMPARES.search(rest) else None

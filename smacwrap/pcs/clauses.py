"""Reads forbidden clauses, both forms, and the conditions that SMAC v2 sets for advanced ones."""

import heapq
import itertools
import re
from collections.abc import Iterable, Mapping
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.entries import is_ordered, plain, read_value, texts
from smacwrap.pcs.expressions import parse_expression
from smacwrap.pcs.forbidden import Combination, Formula, Pair, PcsClause
from smacwrap.pcs.lines import NUMBER, Line
from smacwrap.pcs.model import Integer, Parameter
from smacwrap.pcs.parameters import Declarations
from smacwrap.problems import Problems

PAIR = re.compile(r"\s*([^\s=,]+)\s*=\s*([^\s=,]+)\s*")
_COMPARISON = re.compile(r"[=!<>]=")
_SIGN = re.compile(r"([=!<>]?=)")

# Blanks next to an '=' that is alone, or has a blank on one side only.
_BLANKS_AT_EQUALS = re.compile(r"(?<=\S)\s++(=+)(?=[^\s=])|(?<=[^\s=])(=+)\s++|(?<=\S)\s++(=)\s++")
IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_0-9]*", re.ASCII)

_LONGEST_CLAUSE = 100_000
"""Characters: to reckon with tens of thousands of terms takes its time."""


class Clauses:
    """The forbidden clauses of a file.

    Attributes:
        read_so_far: those that can match.
        idle: one problem for each of the others, which SMAC v2 takes as well.
    """

    def __init__(self, declared: Declarations) -> None:
        self._declared = declared
        self._ranks: Mapping[str, float] | None = None
        self._refused = False
        self.read_so_far: list[PcsClause] = []
        self.idle: list[Problem] = []

    def read(self, line: Line) -> None:
        """Takes in a forbidden clause.

        Raises:
            UserError: the line is wrong, or forbids the default configuration.
        """
        if len(line.code) > _LONGEST_CLAUSE:
            raise line.error(
                f"a forbidden clause of {len(line.code):,} characters: "
                f"at most {_LONGEST_CLAUSE:,} are read"
            )
        start, end = _inside(line)
        classic = _is_classic(line.code[start:end])
        clause = (self._combination if classic else self._formula)(line, start, end)
        if clause is None:
            return
        try:
            forbidden = clause.forbids_default()
        except ZeroDivisionError:
            raise line.error("this clause divides by 0 in the default configuration") from None
        if forbidden:
            raise line.error("this clause forbids the default configuration")
        self.read_so_far.append(clause)

    def _combination(self, line: Line, start: int, end: int) -> PcsClause | None:
        pairs = []
        idle: Problem | None = None
        problems = Problems()
        at = start
        pieces = line.code[start:end].rstrip(",").split(",")
        if any(_COMPARISON.search(piece) and not self._match_pair(piece) for piece in pieces):
            raise _no_pairs(line, start, end)
        for piece in pieces:
            with problems:
                parameter, value, place = self._pair(line, at, piece)
                if isinstance(parameter, Integer) and value != int(value):
                    idle = line.problem(
                        f"{plain(value)} is no integer, but '{parameter.name}' is: "
                        "this clause never matches",
                        *place,
                    )
                else:
                    pairs.append(Pair(parameter, value))
            at += len(piece) + 1
        problems.check()
        if idle is None:
            return Combination(*pairs)
        self.idle.append(idle)
        return None

    def _match_pair(self, piece: str) -> re.Match[str] | None:
        """The match of `parameter=value`; `n<=1` is one only where `n<` is a parameter."""
        match = PAIR.fullmatch(piece)
        if match and match[1][-1] in "<>!" and match[1] not in self._declared.parameters:
            return None
        return match

    def _pair(self, line: Line, at: int, piece: str) -> tuple[Parameter, Any, tuple[int, int]]:
        """The parameter and value of `piece`, found at `at`, and the place of the value."""
        match = self._match_pair(piece)
        if match is None:
            raise _no_pair(line, at, piece)
        parameter = self._declared.find(line, match[1], at + match.start(1))
        value_at = at + match.start(2)
        value = read_value(line, parameter, match[2], value_at)
        return parameter, value, (value_at, value_at + len(match[2]))

    def _formula(self, line: Line, start: int, end: int) -> PcsClause | None:
        ranks = self._ranked(line)
        parameters = self._declared.parameters
        expression = parse_expression(line, start, end, self._declared, ranks)
        if expression.names:
            return Formula(expression, [parameters[name] for name in expression.names])
        try:
            always = expression.evaluate([], strict=True) != 0
        except ZeroDivisionError:
            raise line.error("this clause divides by 0") from None
        if always:
            raise line.error("this clause is always true: it forbids all configurations")
        self.idle.append(line.problem("this clause is never true: it forbids nothing"))
        return None

    def _ranked(self, line: Line) -> Mapping[str, float]:
        """The number of each text value; what prevents advanced clauses is said at the first."""
        if self._ranks is None:
            if self._refused:
                raise UserError
            self._refused = True
            check_names(line, self._declared.parameters)
            self._ranks = rank_values(line, self._declared.parameters.values())
        return self._ranks


def _is_classic(inside: str) -> bool:
    """Whether SMAC v2 takes it for a classic clause: each of its words has an '=' within.

    So it reads `n<=1` and `n== 1` as classic ones, which are wrong, and `n <= 1` as advanced.
    """
    words = _BLANKS_AT_EQUALS.sub(r"\1\2\3", inside.replace(",", " ")).split()
    return all("=" in word[1:-1] for word in words)


def _no_pairs(line: Line, start: int, end: int) -> UserError:
    """The error for comparisons, `n<=1`, in a clause that SMAC v2 takes for a classic one."""
    inside = line.code[start:end]
    words = _SIGN.sub(r" \1 ", inside.replace(",", " ")).split()
    names, signs, values = words[::3], words[1::3], words[2::3]
    odd = not all(map(_SIGN.fullmatch, signs)) or any("=" in word for word in [*names, *values])
    if odd or len(names) != len(values):
        message = "expected {parameter=value, ...}, or comparisons joined by && and ||"
    elif "," in inside and {*signs} <= {"=", "=="}:
        pairs = (f"{name}={value}" for name, value in zip(names, values, strict=True))
        message = f"'==' in a classic clause: expected {{{', '.join(pairs)}}}"
    else:
        signs = ["==" if sign == "=" else sign for sign in signs]
        comparisons = " && ".join(map(" ".join, zip(names, signs, values, strict=True)))
        message = f"an operator with '=' stands between blanks: expected '{comparisons}'"
    at = start + len(inside) - len(inside.lstrip())
    return line.error(message, at, at + len(inside.strip()))


def _no_pair(line: Line, at: int, piece: str) -> UserError:
    """The error for `piece`, found at `at`."""
    if piece.strip():
        message = f"'{piece.strip()}' is not 'parameter=value'"
    else:
        message = "a pair is missing between commas: expected {parameter=value, ...}"
    at += len(piece) - len(piece.lstrip())
    return line.error(message, at, at + len(piece.strip()))


def _inside(line: Line) -> tuple[int, int]:
    start = line.code.index("{")
    end = line.code.find("}", start)
    if end < 0:
        raise line.error("'{' is never closed: expected '}'", start)
    rest = line.code[end + 1 :]
    if rest.strip():
        at = end + 1 + len(rest) - len(rest.lstrip())
        raise line.error("one forbidden clause a line: nothing may follow its '}'", at)
    inner = line.code[start + 1 : end]
    if not inner.strip():
        raise line.error("the clause is empty: expected {parameter=value, ...}", start, end + 1)
    if "{" in inner:
        raise line.error("no braces inside a forbidden clause", start + 1 + inner.index("{"))
    return start + 1, end


def check_names(line: Line, parameters: Mapping[str, Parameter]) -> None:
    """Refuses names that SMAC v2 does not take in a file with advanced clauses.

    Raises:
        UserError: at `line`, the first advanced clause.
    """
    values = {v for p in parameters.values() for v in texts(p) or () if not _is_number(v)}
    odd = [w for w in [*parameters, *sorted(values)] if not IDENTIFIER.fullmatch(w)]
    both = [name for name in parameters if name in values]
    problems = Problems()
    with problems:
        if odd:
            raise line.error(
                "with advanced clauses, names and values are letters, digits and _ only: "
                f"rename {', '.join(odd)}"
            )
    with problems:
        if both:
            raise line.error(
                "with advanced clauses, no parameter may be named like a value: "
                f"rename {', '.join(both)}"
            )
    problems.check()


def rank_values(line: Line, parameters: Iterable[Parameter]) -> dict[str, float]:
    """A number for each value of the categoricals and ordinals, by which clauses compare them.

    Numbers stand for themselves; the other values come in the order of the ordinals and,
    where those leave it open, of the alphabet.

    Raises:
        UserError: at `line`, if no order agrees with all ordinals.
    """
    after: dict[str, set[str]] = {}
    for parameter in parameters:
        names = texts(parameter) or ()
        for name in names:
            after.setdefault(name, set())
        if is_ordered(parameter):
            for low, high in itertools.pairwise(names):
                after[low].add(high)
    numbers = sorted((name for name in after if _is_number(name)), key=float)
    for low, high in itertools.pairwise(numbers):
        after[low].add(high)
    waits = dict.fromkeys(after, 0)
    for later in after.values():
        for name in later:
            waits[name] += 1
    ready = [name for name, count in waits.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for later_name in after[name]:
            waits[later_name] -= 1
            if waits[later_name] == 0:
                heapq.heappush(ready, later_name)
    if len(order) < len(after):
        stuck = ", ".join(name for name, count in waits.items() if count)
        raise line.error(
            f"advanced clauses need one order of all values, but ordinals disagree on {stuck}"
        )
    return _place(order)


def _place(order: list[str]) -> dict[str, float]:
    """Fits numbers to the other values: evenly between their neighbours, else one apart."""
    ranks: dict[str, float] = {}
    run: list[str] = []
    last: float | None = None
    for name in order:
        if not _is_number(name):
            run.append(name)
            continue
        number = float(name)
        first = number - len(run) - 1 if last is None else last
        step = (number - first) / (len(run) + 1)
        ranks.update((text, first + step * i) for i, text in enumerate(run, start=1))
        ranks[name] = last = number
        run = []
    ranks.update((text, (last or 0.0) + i) for i, text in enumerate(run, start=1))
    return ranks


def _is_number(text: str) -> bool:
    return re.fullmatch(NUMBER, text) is not None

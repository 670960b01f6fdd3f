"""Writes the parameter file of irace as a PCS file.

Source of the format: `readParameters` of irace 3.5 and 4.1, and the guide of irace.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.entries import plain
from smacwrap.pcs.foreign.r_expressions import Node, parse_r
from smacwrap.pcs.foreign.r_meaning import Meaning, number_of
from smacwrap.pcs.lines import Hints, Line, split_lines
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.parameters import Declarations
from smacwrap.pcs.regions import Activity, Box, TooManyError
from smacwrap.pcs.say import condition_text, forbidden_lines
from smacwrap.problems import Problems

_HEAD = re.compile(
    r'\s*(?P<name>[._A-Za-z0-9]+)\s+"(?P<switch>[^"]*)"\s*(?P<type>[irco](?:,log)?)\s*(?=\()',
    re.ASCII,
)
_DOMAIN = re.compile(r"\((?P<inside>[^|]*)\)\s*(?P<rest>\|.*)?", re.DOTALL)
_VALUE = re.compile(r'\s*(?:"(?P<quoted>[^"]*)"|(?P<bare>[^,"]*?))\s*(?:,|$)')
_SECTION = re.compile(r"\s*\[(forbidden|global)\]")
_DIGITS = re.compile(r"\s*digits\s*=\s*([0-9]{1,2})\s*")

_WORD = re.compile(r'"([^"]*)"|([^\s"]+)')

_ODD = re.compile(r"[^!-~]|[,#={}\[\]|&]")

_MIDDLE = (
    "irace has no defaults: numbers start in the middle of their ranges, other parameters with "
    "their first values"
)

Settings = Mapping[str, str]


@dataclass(frozen=True)
class _Declared:
    """A parameter of irace.

    Attributes:
        line: where it stands.
        switch: what irace writes before the value on the command line.
        pcs: its line in a PCS file.
        condition: the expression, if it has one.
    """

    line: Line
    switch: str
    pcs: str
    condition: Node | None


def irace_to_pcs(text: str, file: Path | str | None = None, default: Settings | None = None) -> str:
    """The text of a PCS file with the same configurations; comments name the switches.

    Args:
        text: of irace's parameter file.
        file: for messages.
        default: a configuration; those that are missing in it start in the middle, or with their
            first value.

    Raises:
        UserError: it is no such file, or a PCS file cannot say it: one problem each.
    """
    return _Reader(file, default or {}).read(text)


def first_configuration(text: str, file: Path | str | None = None) -> dict[str, str]:
    """The first of the configurations in a file of irace's: a line of names, then one of values.

    Raises:
        UserError: there is none.
    """
    rows = []
    for number, raw in enumerate(split_lines(text), start=1):
        if words := [a or b for a, b in _WORD.findall(raw.partition("#")[0])]:
            rows.append((number, raw, words))
    if len(rows) < 2:
        message = "expected a line of parameter names, and below it one of values"
        raise UserError(Problem(message, file))
    (_, _, names), (number, raw, values) = rows[:2]
    if len(names) != len(values):
        message = f"{len(values)} values for {len(names)} names"
        raise Line(number, raw, raw, file).error(message)
    return {n: v for n, v in zip(names, values, strict=True) if v not in ("NA", "<NA>")}


class _Reader:
    def __init__(self, file: Path | str | None, default: Settings) -> None:
        self._file = file
        self._default = default
        self._digits = 4
        self._problems = Problems(what="a parameter file of irace")
        self._declarations = Declarations()
        self._declared: dict[str, _Declared] = {}
        self._forbidden: list[tuple[Line, Node]] = []

    def read(self, text: str) -> str:
        lines = list(self._sections(text))
        for section, line in lines:
            if section == "global":
                with self._problems:
                    self._global(line)
        for section, line in lines:
            with self._problems:
                if section == "":
                    self._parameter(line)
                elif section == "forbidden":
                    self._forbidden.append((line, parse_r(line, 0, len(line.code))))
        for name in self._default:
            if name not in self._declared:
                with self._problems:
                    message = f"the default names '{name}', which is no parameter here"
                    raise UserError(Problem(message, self._file))
        self._problems.check()
        if not self._declared:
            raise UserError(Problem("no parameters in it", self._file))
        return self._written()

    def _sections(self, text: str) -> Iterator[tuple[str, Line]]:
        section, hints = "", Hints()
        for number, raw in enumerate(split_lines(text), start=1):
            code = raw.partition("#")[0].rstrip()
            if match := _SECTION.match(code):
                section = match[1]
            elif code:
                yield section, Line(number, raw, code, self._file, hints)

    def _global(self, line: Line) -> None:
        match = _DIGITS.fullmatch(line.code)
        if match is None:
            raise line.error("expected 'digits = 4' in [global]")
        self._digits = int(match[1])

    def _parameter(self, line: Line) -> None:
        head = _HEAD.match(line.code)
        if head is None:
            raise line.error('expected: name "switch" type (values) | condition')
        domain = _DOMAIN.fullmatch(line.code, head.end())
        if domain is None:
            raise line.error("expected (values), then nothing or '| condition'", head.end())
        name, kind = head["name"], head["type"]
        if kind in ("c,log", "o,log"):
            raise line.error("log is for i and r only", *head.span("type"))
        if name in self._declared:
            before = self._declared[name].line.number
            raise line.error(f"'{name}' is already declared in line {before}", *head.span("name"))
        condition = None
        with self._problems:
            if domain["rest"] is not None:
                condition = parse_r(line, domain.start("rest") + 1, len(line.code))
        inside = domain.span("inside")
        if kind[0] in "ir":
            body = self._range(line, name, kind, *inside)
        else:
            body = self._values(line, name, kind, *inside)
        pcs = f"{name} {body}"
        self._declared[name] = _Declared(line, head["switch"], pcs, condition)
        self._declare(line, pcs)

    def _declare(self, line: Line, pcs: str) -> None:
        try:
            self._declarations.declare(Line(line.number, pcs, pcs, self._file))
        except UserError as error:
            raise UserError(
                *(line.problem(problem.message) for problem in error.problems)
            ) from None

    def _range(self, line: Line, name: str, kind: str, start: int, end: int) -> str:
        bounds = []
        node = parse_r(line, start - 1, end + 1) if "," not in line.code[start:end] else None
        at = start
        for piece in [] if node else _split(line.code[start:end]):
            bound = parse_r(line, at, at + len(piece))
            if any(part.kind in ("name", "text") for part in _all_parts(bound)):
                raise line.error(
                    f"the range of '{name}' depends on '{piece.strip()}': the ranges of a PCS "
                    "file are fixed; take the widest one, and forbid the rest",
                    bound.start,
                    bound.end,
                )
            bounds.append(number_of(line, bound))
            at += len(piece) + 1
        if len(bounds) != 2:
            raise line.error("expected two bounds, (lowest, highest)", start - 1, end + 1)
        low, high = bounds
        default = self._default.get(name) or plain(self._middle(kind, low, high))
        log = " log" if kind.endswith("log") else ""
        type_ = "integer" if kind[0] == "i" else "real"
        return f"{type_} [{plain(low)}, {plain(high)}] [{default}]{log}"

    def _middle(self, kind: str, low: float, high: float) -> float:
        log = kind.endswith("log") and low > 0 < high
        middle = math.sqrt(low) * math.sqrt(high) if log else low + (high - low) / 2
        if kind[0] == "i":
            return math.floor(middle)
        rounded = round(middle, self._digits)
        return rounded if low < rounded < high else middle

    def _values(self, line: Line, name: str, kind: str, start: int, end: int) -> str:
        values = []
        at = start
        while at < end:
            match = _VALUE.match(line.code, at, end)
            if match is None:
                raise line.error("expected values between commas, texts in double quotes", at, end)
            value = match["bare"] if match["quoted"] is None else match["quoted"]
            if not value or (odd := _ODD.search(value)):
                sign = f"'{odd[0]}'" if value and odd else "nothing"
                raise line.error(
                    f"the value \"{value}\" of '{name}' holds {sign}, which no value of a PCS file "
                    "can: give it another name here, and translate it where the target is called",
                    match.start(),
                    max(match.end(), match.start() + 1),
                )
            values.append(value)
            at = match.end()
        if not values:
            raise line.error(f"'{name}' has no values", start - 1, end + 1)
        default = self._default.get(name, values[0])
        type_ = "ordinal" if kind == "o" else "categorical"
        return f"{type_} {{{', '.join(dict.fromkeys(values))}}} [{default}]"

    def _written(self) -> str:
        parameters = self._parents_first()
        activity = Activity(parameters, {})
        meaning = Meaning(parameters, activity)
        conditions: dict[str, list[str]] = {}
        for name in parameters:
            with self._problems:
                conditions[name] = self._condition(name, meaning, activity)
        self._problems.check()
        clauses: list[str] = []
        for line, node in self._forbidden:
            with self._problems:
                clauses += _clauses(line, node, meaning, activity)
        self._problems.check()
        return "\n".join(self._layout(conditions, clauses)) + "\n"

    def _parents_first(self) -> dict[str, Parameter]:
        order: dict[str, Parameter] = {}
        waiting = {
            name: {part.value for part in _all_parts(one.condition) if part.kind == "name"}
            & self._declared.keys()
            for name, one in self._declared.items()
        }
        while waiting:
            ready = [name for name, parents in waiting.items() if parents <= order.keys()]
            if not ready:
                first = self._declared[next(iter(waiting))].line
                raise first.error(f"circular conditions: {', '.join(waiting)}")
            for name in ready:
                order[name] = self._declarations.parameters[name]
                del waiting[name]
        return order

    def _condition(self, name: str, meaning: Meaning, activity: Activity) -> list[str]:
        """The condition's line, if there is one; `activity` learns of it."""
        one = self._declared[name]
        if one.condition is None:
            return []
        try:
            found = meaning.alternatives(one.line, one.condition)
        except TooManyError:
            raise one.line.error("too many cases to say them all") from None
        if any(alternative.relations for alternative in found):
            message = "a condition of a PCS file compares a parameter with values only"
            raise one.line.error(message, one.condition.start, one.condition.end)
        boxes: list[Box] = [alternative.box for alternative in found]
        if {} in boxes:
            return []  # always true
        if not boxes:
            message = f"'{name}' is never active: its condition cannot hold"
            raise one.line.error(message, one.condition.start, one.condition.end)
        activity.conditions[name] = boxes
        return [f"{name} | {condition_text(activity.parameters, boxes)}"]

    def _layout(self, conditions: Mapping[str, list[str]], clauses: list[str]) -> Iterator[str]:
        yield "# From a parameter file of irace. Behind each parameter stands its switch."
        if self._declared.keys() - self._default.keys():
            yield f"# {_MIDDLE}."
        if any(d.pcs.split()[1] == "real" for d in self._declared.values()):
            yield f"# irace rounds reals to {self._digits} decimals; here they are not rounded."
        yield ""
        width = min(60, max(len(one.pcs) for one in self._declared.values()))
        for one in self._declared.values():
            yield f'{one.pcs:<{width}}  # "{one.switch}"' if one.switch else one.pcs
        said = [line for name in self._declared for line in conditions[name]]
        for block in (said, clauses):
            if block:
                yield ""
                yield from block


def _clauses(line: Line, node: Node, meaning: Meaning, activity: Activity) -> list[str]:
    try:
        return [
            clause
            for one in meaning.alternatives(line, node)
            for clause in forbidden_lines(activity, one.box, one.relations)
        ]
    except TooManyError:
        raise line.error("too many cases to say them all") from None


def _all_parts(node: Node | None) -> Iterator[Node]:
    waiting = [] if node is None else [node]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.parts


def _split(inside: str) -> list[str]:
    """Between the commas that stand in no parentheses."""
    pieces = [""]
    depth = 0
    for character in inside:
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += character
    return pieces

"""Reads parameter lines, in both of SMAC v2's syntaxes."""

import re
from collections.abc import Container

from smacwrap.errors import UserError
from smacwrap.pcs.lines import NAME, NUMBER, Line, listed
from smacwrap.pcs.model import Categorical, Constant, Integer, Ordinal, Parameter, Real
from smacwrap.problems import Problems

_HEAD = re.compile(rf"\s*(?P<name>{NAME}?)(?:\s+(?P<type>[A-Za-z]+))?\s*(?=[\[{{])")
_VALUE = re.compile(r"[!-~]+")
_NUMBER = re.compile(NUMBER)

_TYPES = ("categorical", "ordinal", "real", "integer")
_SYNONYMS = {"float": "real", "double": "real", "choice": "categorical", "bool": "categorical"}

_LARGEST_REAL = 8e307
"""So the width of a range is a double, too."""

_LARGEST_INTEGER = 2**53 - 1
"""Doubles do not tell larger ones apart."""

_NARROWEST = 1e-10
"""A range has at least this width, times its bounds: doubles have not many more digits."""

MOST_CHARACTERS = 10_000_000
"""Of all values of a parameter, each counted as long as the longest: so NumPy keeps them."""


class Declarations:
    """The parameters of a file by name, and the names whose own lines are wrong."""

    def __init__(self) -> None:
        self.parameters: dict[str, Parameter] = {}
        self._lines: dict[str, int] = {}

    def declare(self, line: Line) -> None:
        """Takes in a parameter line.

        Raises:
            UserError: the line is wrong, or its name already taken.
        """
        head = _HEAD.match(line.code)
        assert head is not None, "the line's kind says that it begins like a parameter"
        name = head["name"]
        if name in self._lines:
            raise line.error(
                f"'{name}' is already declared in line {self._lines[name]}", *head.span("name")
            )
        self._lines[name] = line.number
        self.parameters[name] = _parse(line, head)

    def find(self, line: Line, name: str, start: int) -> Parameter:
        """The parameter that `line` names at `start`.

        Raises:
            UserError: there is none; without any problem if its own line already reported one.
        """
        if name in self.parameters:
            return self.parameters[name]
        if name in self._lines:
            raise UserError
        raise line.error(
            f"unknown parameter '{name}'{line.nearest(name, self.parameters)}",
            start,
            start + len(name),
        )

    def check_complete(self) -> None:
        """Raises an error without a problem if a parameter's own line has reported one.

        What a clause names may be what that line should have declared.
        """
        if len(self.parameters) < len(self._lines):
            raise UserError


def _parse(line: Line, head: re.Match[str]) -> Parameter:
    name, type_ = head["name"], head["type"]
    opening = line.code[head.end()]
    if type_ is None:
        return _older(line, name, head.end())
    if type_ not in _TYPES:
        raise line.error(
            f"'{type_}' is not a type: expected {', '.join(_TYPES[:3])} or {_TYPES[3]}"
            f"{line.nearest(_SYNONYMS.get(type_.lower(), type_), _TYPES)}",
            *head.span("type"),
        )
    wanted = "{" if type_ in ("categorical", "ordinal") else "["
    if opening != wanted:
        example = "{a, b} [a]" if wanted == "{" else "[0, 10] [5]"
        raise line.error(f"expected '{type_} {example}', found '{opening}'", head.end())
    if wanted == "{":
        return _textual(line, name, head.end(), ordinal=type_ == "ordinal", newer=True)
    rest, (low, high, default) = _numeric(line, head.end(), newer=True)
    flag = re.fullmatch(r"\s*(log)?\s*", line.code[rest:])
    if not flag:
        raise line.error("expected 'log' or nothing after the default", _after(line, rest))
    return _number(line, name, low, high, default, type_ == "integer", flag[1] is not None)


def _older(line: Line, name: str, start: int) -> Parameter:
    if line.code[start] == "{":
        return _textual(line, name, start, ordinal=False, newer=False)
    rest, (low, high, default) = _numeric(line, start, newer=False)
    flags = line.code[rest:].strip()
    if not re.fullmatch("[il]*", flags):
        hint = f": did you mean '{name} real … log'?" if flags.lower() == "log" else ""
        raise line.error(
            f"expected the flags i (integer), l (log), il or nothing, found '{flags}'{hint}",
            _after(line, rest),
        )
    return _number(line, name, low, high, default, "i" in flags, "l" in flags)


def _after(line: Line, position: int) -> int:
    """The first position from `position` on that is not blank."""
    return position + len(line.code[position:]) - len(line.code[position:].lstrip())


Cut = tuple[int, int]
"""Where a piece of a line begins and ends."""


def _trim(line: Line, start: int, end: int) -> Cut:
    piece = line.code[start:end]
    left = start + len(piece) - len(piece.lstrip())
    return left, max(left, start + len(piece.rstrip()))


def _brackets(line: Line, start: int, newer: bool) -> tuple[Cut, Cut, int]:
    """The inside of the domain, that of `[default]` trimmed, and where the rest begins."""
    closing = "}" if line.code[start] == "{" else "]"
    end = line.code.find(closing, start + 1)
    if end < 0:
        raise line.error(f"'{line.code[start]}' is never closed: expected '{closing}'", start)
    second = _after(line, end + 1)
    if line.code[second : second + 1] != "[":
        inner = line.code.find("[", start + 1, end)
        if inner > 0:
            raise line.error("the range is never closed: expected ']' before '['", start, inner + 1)
        raise line.error("expected the default in brackets, as [default]", *_here(line, second))
    last = line.code.rfind("]") if closing == "}" else line.code.find("]", second)
    if last < second:
        raise line.error("'[' is never closed: expected ']'", second)
    inside = line.code[second + 1 : last]
    if newer and inside != inside.strip():
        raise line.error(
            f"no blanks inside the brackets of a default: expected '[{inside.strip()}]'",
            second,
            last + 1,
        )
    default = _trim(line, second + 1, last)
    if default[0] == default[1]:
        raise line.error("the default is empty: expected [default]", second, last + 1)
    return (start + 1, end), default, last + 1


def _here(line: Line, position: int) -> Cut:
    return position, max(position + 1, len(line.code.rstrip()))


def _pieces(line: Line, start: int, end: int) -> list[Cut]:
    """The parts between commas, trimmed."""
    cuts = []
    at = start
    for part in line.code[start:end].split(","):
        cuts.append(_trim(line, at, at + len(part)))
        at += len(part) + 1
    return cuts


def _textual(line: Line, name: str, start: int, *, ordinal: bool, newer: bool) -> Parameter:
    domain, default_cut, rest = _brackets(line, start, newer)
    problems = Problems()
    with problems:
        if line.code[rest:].strip():
            raise line.error("nothing may follow the default here", _after(line, rest))
    values: dict[str, None] = {}
    # Commas right before the brace do not count, as in SMAC v2.
    end = domain[0] + len(line.code[slice(*domain)].rstrip(","))
    for cut in _pieces(line, domain[0], end) if domain[0] < end else ():
        with problems:
            values[_value(line, name, cut, values)] = None
    problems.check()
    if not values:
        raise line.error(f"'{name}' has no values: expected {{a, b, ...}}", start, domain[1] + 1)
    longest = max(map(len, values))
    if len(values) * longest > MOST_CHARACTERS:
        raise line.error(
            f"{len(values):,} values of up to {longest:,} characters: shorten the longest",
            start,
            domain[1] + 1,
        )
    default = line.code[slice(*default_cut)]
    if default not in values:
        raise line.error(
            f"default '{default}' is not among {listed(values)}{line.nearest(default, values)}",
            *default_cut,
        )
    return (Ordinal if ordinal else Categorical)(name, default, tuple(values))


def _value(line: Line, name: str, cut: Cut, others: Container[str]) -> str:
    """One of the values that are listed for `name`, behind `others`."""
    value = line.code[slice(*cut)]
    if not _VALUE.fullmatch(value):
        what = "an empty value" if not value else f"'{value}'"
        raise line.error(
            f"{what} in the domain of '{name}': values are ASCII words without blanks",
            cut[0],
            max(cut[1], cut[0] + 1),
        )
    if value in others:
        raise line.error(f"value '{value}' is listed twice for '{name}'", *cut)
    return value


def _numeric(line: Line, start: int, newer: bool) -> tuple[int, tuple[Cut, Cut, Cut]]:
    domain, default, rest = _brackets(line, start, newer)
    bounds = _pieces(line, *domain)
    if len(bounds) != 2:
        raise line.error(
            f"expected two bounds, [lowest, highest], found {len(bounds)}", start, domain[1] + 1
        )
    return rest, (bounds[0], bounds[1], default)


def _number(
    line: Line, name: str, low_cut: Cut, high_cut: Cut, default_cut: Cut, integer: bool, log: bool
) -> Parameter:
    problems = Problems()
    for cut in (low_cut, high_cut, default_cut):
        with problems:
            _check_number(line, cut, integer)
    problems.check()
    low, high, default = (float(line.code[slice(*c)]) for c in (low_cut, high_cut, default_cut))
    bounds = low_cut[0], high_cut[1]
    if low > high or (low == high and not integer):
        raise line.error(f"the lowest value {low:g} is not below the highest {high:g}", *bounds)
    with problems:
        if log and low <= 0:
            message = f"a log scale starts above 0, but the lowest value is {low:g}"
            raise line.error(message, *low_cut)
    with problems:
        if not low <= default <= high:
            text = line.code[slice(*default_cut)]
            inside = f"[{line.code[slice(*low_cut)]}, {line.code[slice(*high_cut)]}]"
            raise line.error(f"default {text} is outside {inside}", *default_cut)
    problems.check()
    if integer and low == high:
        return Constant(name, int(low))
    if integer:
        return Integer(name, int(default), int(low), int(high), log)
    largest = max(abs(low), abs(high))
    if high - low < _NARROWEST * largest:
        raise line.error(
            f"the range is too narrow: bounds like {largest:g} are to differ by "
            f"{_NARROWEST * largest:g} at least",
            *bounds,
        )
    return Real(name, default, low, high, log)


def _check_number(line: Line, cut: Cut, integer: bool) -> None:
    text = line.code[slice(*cut)]
    if not _NUMBER.fullmatch(text):
        raise line.error(f"'{text}' is not a number", cut[0], max(cut[1], cut[0] + 1))
    value = float(text)
    if integer and (abs(value) > _LARGEST_INTEGER or value != int(value)):
        if abs(value) > _LARGEST_INTEGER:
            raise line.error(
                f"{text} is too large for an integer (at most {_LARGEST_INTEGER})", *cut
            )
        raise line.error(f"{text} is not an integer, but the parameter is", *cut)
    if abs(value) > _LARGEST_REAL:
        raise line.error(f"{text} is too large for a real (at most {_LARGEST_REAL:g})", *cut)

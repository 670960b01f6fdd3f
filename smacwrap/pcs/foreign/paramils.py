"""Writes the parameter file of ParamILS as a PCS file.

Source of the format: the parameter files that are published with target algorithms of ParamILS.
It is the ancestor of the older PCS syntax, and less strict about blanks, section lines and how a
number is written.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.lines import NUMBER, Hints, Line, listed, split_lines
from smacwrap.problems import Problems

_SECTION = re.compile(r"\s*\[?(conditionals?|forbidden)\]?\s*:?\s*", re.IGNORECASE)
_PARAMETER = re.compile(
    r"\s*(?P<name>[^\s{}|\[\]]+)\s*\{(?P<values>[^{}]*)\}\s*"
    r"\[(?P<default>[^\[\]]*)\]\s*(?P<rest>\|.*)?"
)
_CONDITION = re.compile(r"\s*(?P<child>[^\s|{}]+)\s*\|(?P<parents>.*)")
_PARENT = re.compile(r"\s*(?P<name>[^\s{}|&]+)\s+in\s*\{(?P<values>[^{}]*)\}\s*")
_CLAUSE = re.compile(r"\s*\{(?P<pairs>[^{}]*)\}\s*")
_ODD = re.compile(r"[^!-~]|[,#={}\[\]|&]")
_ODD_NAME = re.compile(r"[^!-~]|[,#={}\[\]|&<>!]")

_Values = Mapping[str, None]


def paramils_to_pcs(text: str, file: Path | str | None = None) -> str:
    """The text of a PCS file that means the same, line by line and with the comments.

    Args:
        text: of ParamILS's parameter file.
        file: for messages.

    Raises:
        UserError: it is no such file, or a PCS file cannot say it: one problem each.
    """
    return _Reader(file).read(text)


class _Reader:
    def __init__(self, file: Path | str | None) -> None:
        self._file = file
        self._problems = Problems(what="a parameter file of ParamILS")
        self._values: dict[str, _Values] = {}
        self._broken: set[str] = set()

    def read(self, text: str) -> str:
        hints = Hints()
        lines = []
        for number, raw in enumerate(split_lines(text), start=1):
            lines.append(Line(number, raw, raw.partition("#")[0], self._file, hints))
        declared = {}
        for line in lines:
            if match := _PARAMETER.fullmatch(line.code):
                with self._problems:
                    declared[line.number] = self._parameter(line, match)
        written = []
        for line in lines:
            with self._problems:
                first, *others = self._said(line, declared.get(line.number)) or [""]
                written += [f"{first}{self._comment(line)}", *others]
        self._problems.check()
        if not self._values:
            raise UserError(Problem("no parameters in it", self._file))
        return "\n".join(line.strip() for line in written).strip("\n") + "\n"

    def _comment(self, line: Line) -> str:
        comment = line.text[len(line.code) :].rstrip()
        return f"  {comment}" if comment else ""

    def _said(self, line: Line, parameter: str | None) -> list[str]:
        """The lines of a PCS file for one of ParamILS, without its comment."""
        code = line.code
        if not code.strip() or _SECTION.fullmatch(code):
            return []
        if match := _PARAMETER.fullmatch(code):
            if parameter is None:
                return []  # its error is known
            condition = match["rest"]
            if condition is None:
                return [parameter]
            return [parameter, *self._conditions(line, match["name"], match.start("rest") + 1)]
        if match := _CLAUSE.fullmatch(code):
            return [self._clause(line, match)]
        if match := _CONDITION.fullmatch(code):
            self._find(line, match["child"], match.start("child"))
            return self._conditions(line, match["child"], match.start("parents"))
        raise line.error(
            "neither a parameter, name {values} [default], nor a condition, child | parent in "
            "{values}, nor a forbidden combination, {name=value, ...}"
        )

    def _parameter(self, line: Line, match: re.Match[str]) -> str:
        name = match["name"]
        if name in self._values or name in self._broken:
            raise line.error(f"'{name}' is declared twice", *match.span("name"))
        self._broken.add(name)
        if odd := _ODD_NAME.search(name):
            raise line.error(f"the name '{name}' holds '{odd[0]}'", *match.span("name"))
        values: dict[str, None] = {}
        for word in match["values"].rstrip().rstrip(",").split(","):
            value = word.strip()
            if not value or (odd := _ODD.search(value)):
                what = f"'{value}'" if value else "an empty one"
                raise line.error(
                    f"no value of a PCS file can be {what}: give it another name here, and "
                    "translate it where the target is called",
                    *match.span("values"),
                )
            values[value] = None
        self._values[name] = values
        default = self._value(line, name, match["default"].strip(), match.start("default"))
        self._broken.discard(name)
        return f"{name} categorical {{{', '.join(values)}}} [{default}]"

    def _find(self, line: Line, name: str, start: int) -> None:
        if name in self._broken:
            raise UserError
        if name not in self._values:
            hint = line.nearest(name, self._values)
            raise line.error(f"unknown parameter '{name}'{hint}", start, start + len(name))

    def _value(self, line: Line, name: str, text: str, start: int) -> str:
        """The value as it is listed: 1 may stand for 1.0."""
        values = self._values[name]
        if text in values:
            return text
        if re.fullmatch(NUMBER, text):
            for value in values:
                if re.fullmatch(NUMBER, value) and float(value) == float(text):
                    return value
        raise line.error(
            f"'{name}' has no value '{text}': expected one of {listed(values)}",
            start,
            start + max(1, len(text)),
        )

    def _conditions(self, line: Line, child: str, start: int) -> list[str]:
        """A line for each parent: several of them are and-ed."""
        return list(self._parents(line, child, start))

    def _parents(self, line: Line, child: str, start: int) -> Iterator[str]:
        at = start
        for part in re.split(r"(&&?)", line.code[start:])[::2]:
            place = line.code.index(part, at)
            at = place + len(part)
            match = _PARENT.fullmatch(part)
            if match is None:
                raise line.error("expected 'parent in {values}'", place, max(at, place + 1))
            parent = match["name"]
            self._find(line, parent, place + match.start("name"))
            words = match["values"].rstrip().rstrip(",").split(",")
            where = place + match.start("values")
            values = dict.fromkeys(self._value(line, parent, w.strip(), where) for w in words)
            yield f"{child} | {parent} in {{{', '.join(values)}}}"

    def _clause(self, line: Line, match: re.Match[str]) -> str:
        pairs = []
        at = match.start("pairs")
        for pair in match["pairs"].rstrip().rstrip(",").split(","):
            name, sign, value = (word.strip() for word in pair.partition("="))
            if not (name and sign and value):
                raise line.error(f"expected name=value, found '{pair.strip()}'", at, at + len(pair))
            self._find(line, name, at)
            pairs.append(f"{name}={self._value(line, name, value, at)}")
            at += len(pair) + 1
        return f"{{{', '.join(pairs)}}}"

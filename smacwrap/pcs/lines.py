"""Cuts a PCS file into lines that know their place and what kind of clause they hold."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smacwrap.errors import Problem, UserError, did_you_mean

NAME = r"[^\s#{}\[\]\x00-\x20\x7f-\U0010ffff]+"
"""A parameter's name: visible ASCII but `#` and brackets (SMAC v2 refuses everything else too)."""

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"

Kind = Literal["parameter", "condition", "forbidden", "unknown"]

_PARAMETER = re.compile(rf"\s*{NAME}(?:\s+[A-Za-z]+)?\s*[\[{{]")
_ODD = re.compile(r"[^\x20-\x7e\t]")
_SECTIONS = ("Conditionals:", "Forbidden:")

_LONGEST_SHOWN = 400
_MOST_COMPARED = 1000


@dataclass(frozen=True)
class Line:
    """One line of a PCS file. `text` is the line as written, `code` the part before a comment."""

    number: int
    text: str
    code: str
    file: Path | str | None = None

    def problem(self, message: str, start: int | None = None, end: int | None = None) -> Problem:
        """A problem at `text[start:end]`, by default the whole clause.

        What nobody would read is left out: the end of a long message, a long line.
        """
        if start is None:
            start = len(self.code) - len(self.code.lstrip())
        if end is None:
            end = len(self.code.rstrip())
        if len(message) > _LONGEST_SHOWN:
            message = f"{message[:_LONGEST_SHOWN]}…"
        source = self.text if len(self.text) <= _LONGEST_SHOWN else None
        return Problem(message, self.file, self.number, start + 1, source, max(1, end - start))

    def error(self, message: str, start: int | None = None, end: int | None = None) -> UserError:
        """The same problem, ready to be raised."""
        return UserError(self.problem(message, start, end))

    @property
    def kind(self) -> Kind:
        """What the line wants to be, judged by its beginning, so that errors in it can be named."""
        if _ODD.search(self.code):
            return "unknown"
        if self.code.lstrip().startswith("{"):
            return "forbidden"
        if _PARAMETER.match(self.code):
            return "parameter"
        if "|" in self.code:
            return "condition"
        return "unknown"


def read_lines(text: str, file: Path | str | None = None) -> Iterator[Line]:
    """The lines of `text` that hold a clause: no comments, empty lines or section lines."""
    for number, raw in enumerate(re.split(r"\r\n|\n|\r", text), start=1):
        code = raw.partition("#")[0]
        if code.strip() and code.strip() not in _SECTIONS:
            yield Line(number, raw, code, file)


def nearest(word: str, known: Collection[str]) -> str:
    """`did_you_mean`, unless the comparisons would take long."""
    few = len(word) <= _LONGEST_SHOWN and len(known) <= _MOST_COMPARED
    return did_you_mean(word, known) if few else ""


def unknown_line(line: Line) -> UserError:
    """The error for a line that is no clause at all, with a guess at what was meant."""
    if odd := _ODD.search(line.code):
        sign = odd[0] if odd[0].isprintable() else f"U+{ord(odd[0]):04X}"
        return line.error(
            f"'{sign}' cannot stand here: names and values are ASCII without control characters",
            *odd.span(),
        )
    word = line.code.strip()
    if section := nearest(word, _SECTIONS):
        return line.error(f"'{word}' is not a section line{section}")
    return line.error(
        "neither a parameter (name type domain [default]), "
        "nor a condition (child | parent == value), nor a forbidden clause ({...})"
    )

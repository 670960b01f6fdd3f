"""Cuts a PCS file into lines that know their place and what kind of clause they hold."""

import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NoReturn

from smacwrap.errors import Problem, UserError, did_you_mean

NAME = r"[^\s#{}\[\]\x00-\x20\x7f-\U0010ffff]+"
"""A parameter's name: visible ASCII but `#` and brackets (SMAC v2 refuses everything else too)."""

NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"

LARGEST_FILE = 10_000_000
"""Bytes: thousands of times what people write."""

_LONGEST_LINE = 1_000_000
"""Characters, enough for 100,000 values. What is longer is no PCS file, and takes its time."""

_MOST_LINES = 100_000

Kind = Literal["unknown", "parameter", "condition", "forbidden"]

_PARAMETER = re.compile(rf"\s*{NAME}(?:\s+[A-Za-z]+)?\s*[\[{{]")
_TIGHT_CONDITION = re.compile(rf"\s*{NAME}\s+in\s*{{")
"""With a `|` in the name: `child|parent in {a}` has the form of `name type {a}`."""
_ODD = re.compile(r"[^\x20-\x7e\t]")
_SECTIONS = ("Conditionals:", "Forbidden:")

_LONGEST_SHOWN = 400
_MOST_LISTED = 20
_MOST_COMPARED = 1000


@dataclass
class Hints:
    """How many pairs of characters may still be compared to find suggestions for a file's errors.

    It is half a second's work.
    """

    left: int = 10_000_000


@dataclass(frozen=True)
class Line:
    """One line of a PCS file. `text` is the line as written, `code` the part before a comment."""

    number: int
    text: str
    code: str
    file: Path | str | None = None
    hints: Hints = field(default_factory=Hints, repr=False, compare=False)

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
        source = None
        if len(self.text) <= _LONGEST_SHOWN:
            source = self.text.encode(errors="replace").decode()  # it may have other bytes
        return Problem(message, self.file, self.number, start + 1, source, max(1, end - start))

    def error(self, message: str, start: int | None = None, end: int | None = None) -> UserError:
        """The same problem, ready to be raised."""
        return UserError(self.problem(message, start, end))

    def nearest(self, word: str, known: Collection[str]) -> str:
        """`did_you_mean`, as long as the file has few errors: among many names it takes time."""
        if len(known) > _MOST_COMPARED:
            return ""
        pairs = len(word) * sum(map(len, known))
        if pairs > self.hints.left:
            return ""
        self.hints.left -= pairs
        return did_you_mean(word, known)

    @property
    def kind(self) -> Kind:
        """What the line wants to be, judged by its beginning, so that errors in it can be named."""
        if len(self.code) > _LONGEST_LINE or _ODD.search(self.code):
            return "unknown"
        if self.code.lstrip().startswith("{"):
            return "forbidden"
        if (match := _TIGHT_CONDITION.match(self.code)) and "|" in match[0]:
            return "condition"
        if _PARAMETER.match(self.code):
            return "parameter"
        if "|" in self.code:
            return "condition"
        return "unknown"


def split_lines(text: str) -> list[str]:
    """The lines of `text`, however they end."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def read_lines(text: str, file: Path | str | None = None) -> Iterator[Line]:
    """The lines of `text` that hold a clause: no comments, empty lines or section lines.

    Raises:
        UserError: there are far too many.
    """
    hints = Hints()
    found = 0
    for number, raw in enumerate(split_lines(text), start=1):
        # The first test is for speed: a file may have millions of empty lines.
        if raw and (code := raw.partition("#")[0]).strip() not in ("", *_SECTIONS):
            found += 1
            if found > _MOST_LINES:
                message = f"more than {_MOST_LINES:,} parameters, conditions and forbidden clauses"
                raise UserError(Problem(message, file, number))
            yield Line(number, raw, code, file, hints)


def listed(words: Iterable[str]) -> str:
    """`{a, b, c}` for a message; only the first of many."""
    rest = iter(words)
    shown = list(itertools.islice(rest, _MOST_LISTED))
    return "{" + ", ".join(shown + ["…"] * (next(rest, None) is not None)) + "}"


def refuse(line: Line) -> NoReturn:
    """Raises the error for a line that is no clause at all, with a guess at what was meant."""
    if len(line.code) > _LONGEST_LINE:
        raise line.error(
            f"a line of {len(line.code):,} characters: at most {_LONGEST_LINE:,} are read"
        )
    if odd := _ODD.search(line.code):
        sign = f"'{odd[0]}'" if odd[0].isprintable() else f"'U+{ord(odd[0]):04X}'"
        if "\udc80" <= odd[0] <= "\udcff":  # how Python keeps a byte that is no UTF-8
            sign = f"the byte 0x{ord(odd[0]) - 0xDC00:02X}"
        raise line.error(
            f"{sign} cannot stand here: names and values are ASCII without control characters",
            *odd.span(),
        )
    word = line.code.strip()
    if section := line.nearest(word, _SECTIONS):
        raise line.error(f"'{word}' is not a section line{section}")
    raise line.error(
        "neither a parameter (name type domain [default]), "
        "nor a condition (child | parent == value), nor a forbidden clause ({...})"
    )

"""Reads text files as numbered lines, and says where in them a problem is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.files import read_at_most
from smacwrap.lookup import unreadable

_LONGEST_SHOWN = 400
_LARGEST_FILE = 100_000_000  # bytes: the features of 100,000 instances

MOST_PROBLEMS = 100
"""A file with more is something else, and what is wrong with each line is of no use."""


@dataclass(frozen=True)
class Line:
    """A line of a file; `number` counts from 1."""

    file: Path
    number: int
    text: str

    @property
    def source(self) -> str | None:
        """The text to show below a problem, unless it is too long for that."""
        return self.text if len(self.text) <= _LONGEST_SHOWN else None

    def problem(self, message: str, column: int | None = None, length: int = 1) -> Problem:
        """What is wrong in this line, from `column` (from 1) on for `length` characters."""
        return Problem(message, self.file, self.number, column, self.source, length)


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file that are not blank, however they end.

    Raises UserError if it is not text in UTF-8.
    """
    text = read_text(path).replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(text.split("\n"), start=1):
        if line and not line.isspace():
            yield Line(path, number, line)


def read_text(path: Path) -> str:
    """A file's text; a UserError if it cannot be read or is not text in UTF-8."""
    line = None
    try:
        text = read_at_most(path, _LARGEST_FILE).decode("utf-8-sig")
        if "\0" not in text:
            return text
        message = "not a text file: it has a NUL character"
        line = text.count("\n", 0, text.index("\0")) + 1
    except UnicodeDecodeError as error:
        message = f"not a UTF-8 text file: it has a byte {error.object[error.start]:#x}"
        line = error.object.count(b"\n", 0, error.start) + 1
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise unreadable(path, error) from None
    raise UserError(Problem(message, file=path, line=line))

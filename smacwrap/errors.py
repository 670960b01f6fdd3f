"""Errors in people's input: one line each, with the place, what was found and expected."""

from collections.abc import Iterable
from pathlib import Path

from smacwrap.frozen import Frozen


class Problem(Frozen):
    """One thing that is wrong, and where.

    `line` and `column` count from 1. `source` is the text of the line; with `column` and
    `length` (characters) the place in it is underlined.
    """

    message: str
    file: Path | str | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None
    length: int = 1

    def __str__(self) -> str:
        """`file:line:column: message`, as compilers write it; absent parts are left out."""
        place = ":".join(str(p) for p in (self.file, self.line, self.column) if p is not None)
        return f"{place}: {self.message}" if place else self.message

    def underlined(self) -> str:
        """The message and, where the place is known, the line with the place marked below it."""
        if self.source is None or self.column is None:
            return str(self)
        before = self.source[: self.column - 1]
        indent = "".join("\t" if c == "\t" else " " for c in before)
        return f"{self}\n    {self.source}\n    {indent}{'^' * max(1, self.length)}"


class UserError(Exception):
    """Input that cannot be used, for a reason that its author can mend.

    Commands print every problem and exit with code 2; it never ends in a traceback.
    """

    def __init__(self, *problems: Problem | str) -> None:
        self.problems = tuple(p if isinstance(p, Problem) else Problem(p) for p in problems)
        super().__init__("\n".join(str(p) for p in self.problems))

    def underlined(self) -> str:
        """All problems, each with its place underlined where it is known."""
        return "\n".join(p.underlined() for p in self.problems)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`" … did you mean 'x'?"` for the known word nearest to `word`, or an empty string.

    Case, `-` and `_` do not count, so that `numrunslimit` still finds `numRunsLimit`.
    """
    import difflib  # only errors need it, and the wrapper starts once per run

    by_fold = {_fold(k): k for k in known}
    near = difflib.get_close_matches(_fold(word), by_fold, n=1, cutoff=0.6)
    return f" … did you mean '{by_fold[near[0]]}'?" if near else ""


def _fold(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "")

"""Checks for the values of a job file; every problem is collected, with its line."""

from __future__ import annotations

import math
import os
import re
import warnings
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from pathlib import Path, PurePath

from smacwrap.errors import Problem, did_you_mean
from smacwrap.protocol import Status
from smacwrap.wrapper.command import CommandTemplate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_KINDS = {
    bool: "a boolean",
    str: "a text",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a table",
}


class Checker:
    """What is wrong with one document, so far.

    Args:
        path: the file, for messages.
        text: its content, for the lines.
        keys: those that there are, by table.
    """

    def __init__(self, path: Path, text: str, keys: Mapping[str, Collection[str]]) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self._text = text
        self._keys = keys

    @cached_property
    def _lines(self) -> dict[str, int]:
        return _key_lines(self._text)

    def problem(self, message: str, table: str = "", key: str = "") -> None:
        """Note a problem at a key of a table, or of the document, or at the table itself."""
        name = f"{table}.{key}".strip(".")
        while name and name not in self._lines:
            name = name.rpartition(".")[0]  # an inline table has the line of its key
        self.problems.append(Problem(message, self.path, self._lines.get(name)))

    def table(self, document: Mapping[str, Any], name: str) -> dict[str, Any]:
        """The table `name`, all of whose keys should be known ones; empty if there is none."""
        table = document.get(name, {})
        if not isinstance(table, dict):
            self.problem(f"[{name}] is a table, found {kind(table)}", "", name)
            return {}
        self.names(table, self._keys[name], f"key in [{name}]", name)
        return table

    def names(self, found: Iterable[str], known: Iterable[str], what: str, table: str = "") -> None:
        """Complain of names that are not among the known ones."""
        known = list(known)
        for name in found:
            if name not in known:
                self.problem(f"unknown {what} '{name}'{self._hint(name, known)}", table, name)

    def _hint(self, name: str, known: list[str]) -> str:
        for table, keys in self._keys.items():
            if name in keys:
                return f" (it belongs in [{table}])"
        return did_you_mean(name, known) or f" (known: {', '.join(known)})"

    def text(self, table: str, key: str, value: Any, what: str) -> str | None:
        """A text that is not empty, or None if there is none."""
        if value is None or (isinstance(value, str) and value):
            return value
        self.problem(f"{key} is {what}, found {kind(value) if value else 'nothing'}", table, key)
        return None

    def texts(self, table: str, key: str, value: Any) -> list[str]:
        """A text, or a list of texts."""
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            expected = "a text or a list of texts, none of them empty"
            self.problem(f"{key} is {expected}, found {kind(value)}", table, key)
            return []
        return values

    def mapping(self, table: str, key: str, value: Any, what: str) -> dict[str, Any]:
        """A table inside of a table."""
        if not isinstance(value, dict):
            self.problem(f"{key} is {what}, found {kind(value)}", table, key)
            return {}
        return value

    def boolean(self, table: str, key: str, value: Any) -> bool:
        """`true` or `false`."""
        if not isinstance(value, bool):
            self.problem(f"{key} is true or false, found {kind(value)}", table, key)
        return value is True

    def number(self, table: str, key: str, value: Any) -> float | None:
        """A finite number, or None if there is none."""
        if value is None:
            return None
        try:
            number = math.nan if isinstance(value, bool) else float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number) or isinstance(value, str):
            found = value if isinstance(value, float) else kind(value)
            self.problem(f"{key} is a finite number, found {found}", table, key)
            return None
        return number

    def size(self, table: str, key: str, value: Any) -> float | None:
        """A number of bytes, or a text with a unit."""
        if not isinstance(value, str):
            return self.number(table, key, value)
        match = re.fullmatch(r"(\d{1,9}(?:\.\d+)?) ?([kMGTK])(i?)B", value)
        if not match:
            examples = "'500 MB' or '2 GiB'"
            self.problem(
                f"{key} is bytes or a text such as {examples}, found '{value}'", table, key
            )
            return None
        power = "KMGT".index(match[2].upper()) + 1
        return float(match[1]) * float(1024 if match[3] else 1000) ** power

    def name(self, table: str, key: str, value: Any) -> str | None:
        """The name of a file in the run's folder, or None if there is none."""
        name = self.text(table, key, value, "the name of a file")
        if name is not None and not is_name(name):
            self.problem(f"{key}: '{name}' is not a file in the run's folder", table, key)
        return name and str(PurePath(name))

    def command(self, table: str, key: str, value: Any) -> CommandTemplate | None:
        """A command, or None if there is none."""
        text = self.text(table, key, value, "a command")
        try:
            return CommandTemplate(text) if text else None
        except ValueError as error:
            self.problem(f"{key}: {error}", table, key)
            return None

    def status(self, table: str, key: str, value: Any, known: list[str]) -> Status | None:
        """One of the known statuses."""
        if value in known:
            return Status(value)
        hint = did_you_mean(str(value), known) or f" (known: {', '.join(known)})"
        self.problem(f"{key}: '{value}' is not a status{hint}", table, key.partition(".")[0])
        return None

    def pattern(self, table: str, key: str, value: Any, groups: int) -> re.Pattern[str] | None:
        """A regular expression with at least so many groups."""
        try:
            pattern = _compiled(value)
        except (re.error, TypeError, ValueError, OverflowError, RecursionError) as error:
            self.problem(f"{key}: not a regular expression: {error}", table, key)
            return None
        if pattern.groups < groups:
            message = f"{key}: put the value in a group, like 'Error: (\\S+)'"
            self.problem(message, table, key)
        return pattern


def kind(value: object) -> str:
    """What a value of a TOML file is, for a message."""
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def is_pattern(text: str) -> bool:
    """Whether a text is a name or glob pattern that stays in its folder."""
    try:
        next(Path(os.devnull).glob(text), None)  # nothing can match, but it is parsed
    except (ValueError, NotImplementedError, IndexError):
        return False
    return ".." not in PurePath(text).parts


def is_name(text: str) -> bool:
    """Whether a text is the relative name of a file that stays in its folder."""
    path = PurePath(text)
    inside = not path.is_absolute() and ".." not in path.parts
    return inside and path != PurePath() and "\0" not in text


def _compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # What a later Python may read in another way is no matter of this run.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern)


def _key_lines(text: str) -> dict[str, int]:
    """The lines of tables and keys, by their full names; those of inline tables are absent."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[([\w.-]+)\]", line):
            table = header[1]
            lines.setdefault(table, number)
        elif key := re.match(r"""\s*(?:"([^"]+)"|'([^']+)'|([\w.-]+))\s*=""", line):
            name = f"{table}.{key[1] or key[2] or key[3]}".strip(".")
            while name:  # a dotted key names its tables, too
                lines.setdefault(name, number)
                name = name.rpartition(".")[0]
    return lines

"""Reads the lines of a scenario file into settings, with the place of each.

The format is SMAC v2's: one `key = value`, `key: value` or `key value` a line, where `#` or `!`
at the start of a line makes a comment. Values are checked later, since SMAC v2 checks only those
that no other setting replaces. In a file of SMAC3's a comment may also follow a value, and an
option without a value is not set.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.scenario.domains import LONGEST_SHOWN, quoted
from smacwrap.scenario.lines import MOST_PROBLEMS, read_lines
from smacwrap.scenario.options import Option, find_option, nearest_name, translated
from smacwrap.scenario.smac3 import is_smac3, without_comment

_KEY = re.compile(r"\s*(?P<key>[^\s=:]*)\s*[=:]?\s*")
_COMMENT = ("#", "!")


@dataclass(frozen=True)
class Setting:
    """One option set to one text, in a file or on the command line.

    `name` is the name that was used, an alias or another tool's; `text` is the value without its
    quotes, in SMAC v2's words. `line` counts from 1, and `column` is the value's first character,
    also from 1; on the command line there is no file, line, column or source.
    """

    option: Option
    name: str
    text: str
    file: Path | None = None
    line: int | None = None
    column: int | None = None
    source: str | None = None

    def problem(self, message: str) -> Problem:
        """What is wrong with the value: the name, then `message`, at the setting's place."""
        name = self.name if self.file else f"--{self.name}"
        hint = "; a comment needs a line of its own" if self.file and " #" in self.text else ""
        return Problem(
            f"{name}: {message}{hint}",
            file=self.file,
            line=self.line,
            column=self.column,
            source=self.source,
            length=len(self.text),
        )


def read_settings(path: Path) -> list[Setting]:
    """The settings of a scenario file in their order; a name set twice comes twice.

    Raises UserError, with one problem for each line that is wrong: a file that cannot be read or
    is not UTF-8, an unknown option, dashes before a name.
    """
    settings, problems = parse_settings(path)
    if problems:
        raise UserError(*problems)
    return settings


def parse_settings(path: Path) -> tuple[list[Setting], list[Problem]]:
    """The settings of a scenario file, and what is wrong with its other lines.

    Raises UserError if the file cannot be read or is not UTF-8.
    """
    settings: list[Setting] = []
    problems: list[Problem] = []
    for line in read_lines(path):
        if line.text.lstrip().startswith(_COMMENT):
            continue
        match = _KEY.match(line.text)
        assert match is not None, "the pattern matches any line"
        key = match["key"]
        if option := find_option(key):
            value = line.text[match.end() :].rstrip()
            bare = _without_quotes(value)
            column = match.end() + (2 if bare != value else 1)
            text = translated(key, bare)
            settings.append(Setting(option, key, text, path, line.number, column, line.source))
        else:
            problems.append(line.problem(_unknown(key), match.start("key") + 1, len(key)))
            if len(problems) == MOST_PROBLEMS:
                message = "too many wrong lines, the rest is not read: is this a scenario file?"
                problems.append(line.problem(message))
                break
    if is_smac3({setting.name for setting in settings}):
        settings = [replace(own, text=without_comment(own.text)) for own in settings]
        settings = [own for own in settings if own.text]
    return settings, problems


def command_line_settings(
    overrides: Mapping[str, str] | Iterable[tuple[str, str]],
) -> tuple[list[Setting], list[Problem]]:
    """The settings of (name or alias, value) pairs, and what is wrong with the other pairs."""
    settings: list[Setting] = []
    problems: list[Problem] = []
    pairs = overrides.items() if isinstance(overrides, Mapping) else overrides
    for name, text in pairs:
        if option := find_option(name):
            settings.append(Setting(option, name, translated(name, text)))
        else:
            problems.append(Problem(f"--{name}: unknown option{nearest_name(name)}"))
    return settings, problems


def _without_quotes(value: str) -> str:
    """SMAC v2 takes off one pair of double quotes around the whole value, and no others."""
    has_quotes = len(value) >= 2 and value[0] == value[-1] == '"'
    return value[1:-1] if has_quotes else value


def _unknown(key: str) -> str:
    if not key:
        return "expected the name of an option before the value"
    bare = key.lstrip("-")
    if bare != key and find_option(bare):
        return f"{key!r}: options have no dashes in a file; write {bare!r}"
    hint = nearest_name(key) if len(key) <= LONGEST_SHOWN else ""
    return f"unknown option {quoted(key)}{hint}"

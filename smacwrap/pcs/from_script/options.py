"""Finds the argparse options in a script's source, which is never run."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.literals import Constants, UnreadableError


class _Unknown:
    """Stands for what only running the script would tell."""

    def __repr__(self) -> str:
        return "?"


UNKNOWN = _Unknown()


@dataclass(frozen=True)
class Option:
    """What an `add_argument(...)` says.

    Attributes:
        flags: as `("-l", "--lr")`; a positional argument's name alone.
        line: in the script, from 1.
        type: the name of the function, None if there is no `type=`.
        default: None if there is none, as in argparse; UNKNOWN if it cannot be read.
        choices: a tuple or range of values, None, or UNKNOWN.
        action: the action's name, None for storing a value.
        nargs: how many values it takes: None for one, a number, a text such as `*`, or UNKNOWN.
        required: whether the script insists on it.
        help: its help in one line, or an empty text.
    """

    flags: tuple[str, ...]
    line: int
    type: str | None = None
    default: Any = None
    choices: Any = None
    action: str | None = None
    nargs: Any = None
    required: bool = False
    help: str = ""

    @property
    def is_positional(self) -> bool:
        """Whether it is given by its place, without a flag."""
        return not self.flags[0].startswith("-")

    @property
    def flag(self) -> str:
        """The flag to use: the first long one, else the longest."""
        long = [flag for flag in self.flags if flag.startswith("--")]
        return long[0] if long else max(self.flags, key=len)


def read_options(source: bytes, file: Path | str | None = None) -> list[Option]:
    """The options of a script, in the order of its lines.

    Raises:
        UserError: the source is not Python, or has no options that can be read.
    """
    module = _parse(source, file)
    constants = Constants(module)
    calls = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "add_argument"
    ]
    calls.sort(key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0))
    options = [option for call in calls for option in _option(call, constants)]
    if not options:
        raise UserError(Problem("no argparse options in this file", file))
    return options


def _parse(source: bytes, file: Path | str | None) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the script, which is not ours to judge
            return ast.parse(source)
    except SyntaxError as error:
        # The column counts bytes or is 0, according to the error; the line is enough.
        raise UserError(Problem(f"not Python: {error.msg}", file, error.lineno)) from None
    except (MemoryError, RecursionError, ValueError) as error:
        raise UserError(Problem(f"not Python that can be read: {error}", file)) from None


def _option(call: ast.Call, constants: Constants) -> Iterator[Option]:
    try:
        flags = tuple(constants.value(arg) for arg in call.args)
    except UnreadableError:
        return
    if not flags or not all(isinstance(flag, str) and flag for flag in flags):
        return
    given = {word.arg: word.value for word in call.keywords if word.arg is not None}

    def value(key: str) -> Any:
        if key not in given:
            return None
        try:
            return constants.value(given[key])
        except UnreadableError:
            return UNKNOWN

    action, help_ = value("action"), value("help")
    if action is UNKNOWN:
        action = _last_name(given["action"])
    default = value("default")
    if "default" in given and _last_name(given["default"]) == "SUPPRESS":
        default = None
    yield Option(
        flags=flags,
        line=call.lineno,
        type=_last_name(given["type"]) if "type" in given else None,
        default=default,
        choices=value("choices"),
        action=None if action in (None, "store") else str(action),
        nargs=value("nargs"),
        required=value("required") is True,
        help=" ".join(help_.split()) if isinstance(help_, str) else "",
    )


def _last_name(node: ast.expr) -> str:
    """`Path` for `pathlib.Path`, `FileType` for `argparse.FileType("r")`."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"

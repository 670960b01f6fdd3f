"""Finds the argparse options in a script's source, which is never run."""

import argparse
import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smacwrap.errors import Problem, UserError
from smacwrap.pcs.from_script.literals import Constants, UnreadableError
from smacwrap.pcs.from_script.parsers import Group, Parser, Parsers

if TYPE_CHECKING:
    from smacwrap.pcs.from_script.functions import TargetFunction


class _Unknown:
    """Stands for what only running the script would tell."""

    def __repr__(self) -> str:
        return "?"


UNKNOWN = _Unknown()


class CommandNeededError(UserError):
    """A script that no command can be written for as it is; the message says what to write."""


_LONGEST_NAME = 40


@dataclass(frozen=True)
class Option:
    """What an `add_argument(...)` says.

    Attributes:
        flags: as `("-l", "--lr")`; a positional argument's name alone.
        line: in the script, from 1.
        has_name: False if only running the script would tell its flags: they are its source then.
        dest: where the script finds its value.
        type: the name of the function, None if there is no `type=`.
        default: None if there is none, as in argparse; UNKNOWN if it cannot be read.
        const: what a switch stores; UNKNOWN if it cannot be read.
        choices: a tuple or range of values, None, or UNKNOWN.
        action: the action's name, None for storing a value.
        nargs: how many values it takes: None for one, a number, a text such as `*`, or UNKNOWN.
        required: whether the script insists on it.
        help: its help in one line, or an empty text.
        group: of those that exclude it.
        subcommands: the words of each subcommand that takes it, none for the main parser.
        is_named: it is given by its bare name, as in `lr=0.1`, and needs no flag.
        bounds: the least and the greatest value that the script takes, None for none.
        off: the flag that says no, where there is one besides `--no-…`.
    """

    flags: tuple[str, ...]
    line: int
    has_name: bool = True
    dest: str = ""
    type: str | None = None
    default: Any = None
    const: Any = None
    choices: Any = None
    action: str | None = None
    nargs: Any = None
    required: bool = False
    help: str = ""
    group: Group | None = None
    subcommands: tuple[tuple[str, ...], ...] = ((),)
    is_named: bool = False
    bounds: tuple[float | None, float | None] = (None, None)
    off: str = ""

    @property
    def is_positional(self) -> bool:
        """Whether it is given by its place, without a flag."""
        return self.has_name and not self.is_named and not self.flags[0].startswith("-")

    @property
    def flag(self) -> str:
        """The flag to use: the first long one, else the longest."""
        long = [flag for flag in self.flags if flag.startswith("--")]
        return long[0] if long else max(self.flags, key=len)


@dataclass(frozen=True)
class Script:
    """The options of a script, in the order of its lines, and the words of its subcommands.

    Attributes:
        options: all of them.
        subcommands: the words that lead to each.
        what: where they are told, for people.
        rules: lines for [parameters] of job.toml that spell all of them.
        needs: files and folders that a run needs, relative to the script's folder.
        function: the function with `@smacwrap.target` whose arguments they are.
        by_place: they are given by their place, in this order, without names.
    """

    options: tuple[Option, ...]
    subcommands: tuple[tuple[str, ...], ...]
    what: str = "its argparse options"
    rules: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    function: "TargetFunction | None" = None
    by_place: bool = False


def read_argparse(module: ast.Module, constants: Constants) -> Script:
    """What can be read of a script's argparse options; none if it has none."""
    parsers = Parsers(module, constants)
    reader = _Reader(constants)
    for call in parsers.calls:
        for method in parsers.methods(call):
            for parser in parsers.of(method.value) if method.attr in _READ else ():
                _READ[method.attr](reader, call, parser)
    return Script(tuple(_merged(reader.options())), tuple(dict.fromkeys(parsers.subcommands())))


def parse_module(source: bytes, file: Path | str | None) -> ast.Module:
    """The syntax tree of a script.

    Raises:
        UserError: the source is not Python.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the script, which is not ours to judge
            return ast.parse(source)
    except SyntaxError as error:
        # The column counts bytes or is 0, according to the error; the line is enough.
        raise UserError(Problem(f"not Python: {error.msg}", file, error.lineno)) from None
    except (MemoryError, RecursionError, ValueError) as error:
        raise UserError(Problem(f"not Python that can be read: {error}", file)) from None


class _Reader:
    """Reads calls in the order of the script, and keeps the defaults that argparse would use."""

    def __init__(self, constants: Constants) -> None:
        self._constants = constants
        self._options: list[Option] = []
        # Set for the place of a parser: the default, and how many options there were by then.
        self._defaults: dict[tuple[tuple[str, ...], str], tuple[Any, int]] = {}

    def add_argument(self, call: ast.Call, parser: Parser) -> None:
        """Read an option; one without a default has that of the parser."""
        given = _keywords(call)
        flags, has_name = self._flags(call)
        dest = self._value(given, "dest")
        dest = dest if isinstance(dest, str) else _dest(flags)
        action, help_ = self._value(given, "action"), self._value(given, "help")
        if action is UNKNOWN:
            action = _last_name(given["action"])
        default, const = _SWITCHED.get(str(action), (None, self._value(given, "const")))
        if "default" in given:
            default = self._value(given, "default")
            if _last_name(given["default"]) == "SUPPRESS":
                default = argparse.SUPPRESS
        else:
            default, _ = self._defaults.get((parser.subcommand, dest), (default, 0))
        option = Option(
            flags=flags,
            line=call.lineno,
            has_name=has_name,
            dest=dest,
            type=_last_name(given["type"]) if "type" in given else None,
            default=default,
            const=const,
            choices=self._value(given, "choices"),
            action=None if action in (None, "store") else str(action),
            nargs=self._value(given, "nargs"),
            required=self._value(given, "required") is True,
            help=" ".join(help_.split()) if isinstance(help_, str) else "",
            group=parser.group,
            subcommands=(parser.subcommand,),
        )
        self._options.append(option)

    def set_defaults(self, call: ast.Call, parser: Parser) -> None:
        """Read defaults, which replace those of options that are there already."""
        for dest, node in _keywords(call).items():
            self._defaults[parser.subcommand, dest] = self._read(node), len(self._options)

    def options(self) -> Iterator[Option]:
        """All options; of several that store in one place the default of the first one counts."""
        first: dict[object, Any] = {}
        for number, option in enumerate(self._options):
            default = option.default
            changed, earlier = self._defaults.get((option.subcommands[0], option.dest), (None, 0))
            if number < earlier:
                default = changed
            if default == argparse.SUPPRESS:
                default = None
            elif option.has_name:
                of_first = first.setdefault((option.subcommands, option.dest), default)
                default = of_first if option.action in _CAN_SHARE else default
            yield replace(option, default=default)

    def _flags(self, call: ast.Call) -> tuple[tuple[str, ...], bool]:
        """The flags, and whether they can be read."""
        try:
            flags = tuple(self._constants.value(arg) for arg in call.args)
        except UnreadableError:
            flags = ()
        if flags and all(isinstance(flag, str) and flag for flag in flags):
            return flags, True
        return (_source(call),), False

    def _value(self, given: Mapping[str, ast.expr], key: str) -> Any:
        return self._read(given[key]) if key in given else None

    def _read(self, node: ast.expr) -> Any:
        try:
            return self._constants.value(node)
        except UnreadableError:
            return UNKNOWN


_READ = {"add_argument": _Reader.add_argument, "set_defaults": _Reader.set_defaults}

# What they leave when they are not given, and when they are.
_SWITCHED: Mapping[str, tuple[Any, Any]] = {
    "store_true": (False, True),
    "store_false": (True, False),
}
_CAN_SHARE = (*_SWITCHED, "store_const")


def _keywords(call: ast.Call) -> dict[str, ast.expr]:
    return {word.arg: word.value for word in call.keywords if word.arg is not None}


def _dest(flags: tuple[str, ...]) -> str:
    """Where argparse stores a value that says nothing else."""
    flag = next((flag for flag in flags if flag.startswith("--")), flags[0])
    return flag.lstrip("-").replace("-", "_")


def _source(call: ast.Call) -> str:
    """How the names of an option are written in the script."""
    try:
        text = ", ".join(map(ast.unparse, call.args))
    except (RecursionError, ValueError):
        text = ""
    return f"{text[:_LONGEST_NAME]}..." if len(text) > _LONGEST_NAME else text or "?"


def _merged(options: Iterator[Option]) -> Iterator[Option]:
    """The options, one that several subcommands take alike only once."""
    subcommands: dict[Option, list[tuple[str, ...]]] = {}
    for option in options:
        subcommands.setdefault(replace(option, subcommands=()), []).extend(option.subcommands)
    for option, takers in subcommands.items():
        yield replace(option, subcommands=tuple(dict.fromkeys(takers)))


def _last_name(node: ast.expr) -> str:
    """`Path` for `pathlib.Path`, `FileType` for `argparse.FileType("r")`."""
    if isinstance(node, ast.Call):
        node = node.func
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else "?"

"""Options of click and Typer commands: of decorators, and of a function's signature."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from smacwrap.pcs.from_script.literals import Constants, UnreadableError
from smacwrap.pcs.from_script.names import Names, called, keywords
from smacwrap.pcs.from_script.options import UNKNOWN, Option
from smacwrap.pcs.from_script.parsers import ANY
from smacwrap.pcs.from_script.signatures import Annotation, Function, arguments, default_of

_SUFFIX = re.compile(r"_(command|cmd|group|grp)$")
_CLICK_TYPES = {"INT": "int", "FLOAT": "float", "STRING": "str", "BOOL": "bool"}
_RANGES = {"IntRange": "int", "FloatRange": "float"}
_SEVERAL = ("list", "List", "tuple", "Tuple")
_TYPER = ("typer.Option", "typer.Argument")


@dataclass(frozen=True)
class _Command:
    """A function that is a command: whether Typer's, and the words that lead to it."""

    function: Function
    is_typer: bool
    words: tuple[str, ...]


def command_options(names: Names, constants: Constants) -> tuple[Option, ...]:
    """The options of all click and Typer commands of a module, in the order of its lines."""
    if not names.imported & {"click", "typer"}:
        return ()
    reader = _Reader(names, constants)
    return tuple(option for command in reader.commands() for option in reader.options(command))


class _Reader:
    def __init__(self, names: Names, constants: Constants) -> None:
        self._names, self._constants = names, constants
        self._functions = {function.name: function for function in names.functions}

    def commands(self) -> Iterator[_Command]:
        typers = [name for name, value in self._names.assigned.items() if self._is(value, "Typer")]
        run = {
            self._names.full(call.args[0])
            for call in self._names.calls
            if self._names.full(call.func) == "typer.run" and call.args
        }
        several = self._several(typers)
        for function in self._names.functions:
            if function.name in run:
                yield _Command(function, True, ())
            for decorator in self._names.decorators(function):
                owner, _, method = self._names.full(called(decorator)).rpartition(".")
                if owner in typers and method in ("command", "callback"):
                    is_named = method == "command" and several[owner]
                    name = (self._name(function, decorator),) if is_named else ()
                    yield _Command(function, True, name)
                elif method in ("command", "group"):
                    yield _Command(function, False, self._words(function, decorator, owner))

    def options(self, command: _Command) -> Iterator[Option]:
        if command.is_typer:
            yield from self._typer(command)
        found = []
        for decorator in self._names.decorators(command.function):
            name = self._names.full(called(decorator))
            if isinstance(decorator, ast.Call) and name in ("click.option", "click.argument"):
                found.append(self._click(decorator, name == "click.argument", command.words))
        yield from sorted(found, key=lambda option: option.line)

    def _several(self, typers: list[str]) -> dict[str, bool]:
        """Whether the commands of each Typer have a word each: not a single one."""
        methods = {typer: [0, 0] for typer in typers}
        for function in self._names.functions:
            for decorator in self._names.decorators(function):
                owner, _, method = self._names.full(called(decorator)).rpartition(".")
                if owner in methods and method in ("command", "callback"):
                    methods[owner][method == "callback"] += 1
        return {typer: count > 1 or back > 0 for typer, (count, back) in methods.items()}

    def _is(self, value: ast.expr, what: str) -> bool:
        return isinstance(value, ast.Call) and self._names.full(value.func) == f"typer.{what}"

    def _words(self, function: Function, decorator: ast.expr, owner: str) -> tuple[str, ...]:
        """The words that lead to a command of click: those of its group, and its own."""
        group = self._functions.get(owner)
        if group is None or group is function:
            return ()
        for above in self._names.decorators(group):
            of, _, method = self._names.full(called(above)).rpartition(".")
            if method == "group":
                return (*self._words(group, above, of), self._name(function, decorator))
        return ()

    def _name(self, function: Function, decorator: ast.expr) -> str:
        given = decorator.args[0] if isinstance(decorator, ast.Call) and decorator.args else None
        given = keywords(decorator).get("name", given)
        if given is None:
            return _SUFFIX.sub("", function.name.lower()).replace("_", "-")
        name = self._read(given)
        return name if isinstance(name, str) else ANY

    def _click(self, call: ast.Call, positional: bool, words: tuple[str, ...]) -> Option:
        given = keywords(call)
        flags, off, has_name = self._flags(call.args, positional)
        default = self._value(given, "default")
        kind, choices, bounds = self._click_type(given.get("type"))
        action = None
        if self._value(given, "is_flag") is True or off:
            action = "BooleanOptionalAction" if off else "store_true"
            default = False if default is None else default
        elif isinstance(default, bool) and kind is None:
            kind = "bool"
        if self._value(given, "count"):
            action = "count"
        if kind is None and isinstance(default, int | float) and not isinstance(default, bool):
            kind = type(default).__name__
        nargs = self._value(given, "nargs")
        is_open = default is None and self._value(given, "required") is not False
        if positional and nargs is None and not is_open:
            nargs = "?"
        return Option(
            flags=flags,
            line=call.lineno,
            has_name=has_name,
            type=kind,
            default=default,
            const=True if action == "store_true" else None,
            choices=choices,
            action=action,
            nargs="multiple" if self._value(given, "multiple") else nargs,
            required=self._value(given, "required") is True,
            help=self._help(given),
            subcommands=(words,),
            bounds=bounds,
            off=off,
        )

    def _flags(self, nodes: list[ast.expr], positional: bool) -> tuple[tuple[str, ...], str, bool]:
        """The flags, the one that says no, and whether they can be read."""
        values = [self._read(node) for node in nodes]
        texts = [value for value in values if isinstance(value, str) and value]
        if len(texts) < len(values) or not texts:
            return (", ".join(map(ast.unparse, nodes)) or "?",), "", False
        if positional:
            return (texts[0],), "", True
        flags, off = [], ""
        for text in texts:
            yes, slash, no = text.partition("/")
            if yes.startswith("-"):
                flags.append(yes.strip())
                off = no.strip() if slash else off
        named = [f"--{text.replace('_', '-')}" for text in texts if text.isidentifier()]
        return tuple(flags or named), off, bool(flags or named)

    def _click_type(self, node: ast.expr | None) -> tuple[str | None, Any, Any]:
        """The name of a type, its choices and its bounds."""
        nothing = (None, None)
        if node is None:
            return None, None, nothing
        name = self._names.full(called(node)).rpartition(".")[2]
        if name == "Choice" and isinstance(node, ast.Call) and node.args:
            return "str", self._choices(node.args[0]), nothing
        if name in _RANGES and isinstance(node, ast.Call):
            return _RANGES[name], None, self._bounds(node)
        return _CLICK_TYPES.get(name, name or "?"), None, nothing

    def _choices(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Name) and node.id in self._names.classes:
            return Annotation(node, self._names, self._constants).choices
        return self._read(node)

    def _bounds(self, call: ast.Call) -> tuple[Any, Any]:
        given = dict(zip(("min", "max"), call.args, strict=False)) | keywords(call)
        low, high = self._value(given, "min"), self._value(given, "max")
        return _number(low), _number(high)

    def _typer(self, command: _Command) -> Iterator[Option]:
        for argument, node in arguments(command.function):
            annotation = Annotation(argument.annotation, self._names, self._constants)
            if annotation.type == "Context":
                continue
            metadata = [m for m in annotation.metadata if self._of_typer(m)]
            default: ast.expr | None = node
            if node is not None and self._of_typer(node):
                assert isinstance(node, ast.Call)
                metadata = [node]
                default = keywords(node).get("default", node.args[0] if node.args else None)
                if isinstance(default, ast.Constant) and default.value is ...:
                    default = None
            yield self._typer_option(argument, annotation, metadata, default, command.words)

    def _of_typer(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Call) and self._names.full(node.func) in _TYPER

    def _typer_option(
        self,
        argument: ast.arg,
        annotation: Annotation,
        metadata: list[ast.expr],
        default: ast.expr | None,
        words: tuple[str, ...],
    ) -> Option:
        call = metadata[0] if metadata else None
        given = keywords(call) if call is not None else {}
        is_option = self._is(call, "Option") if call is not None else default is not None
        value = default_of(default, self._names, self._constants)
        flags: tuple[str, ...] = (f"--{argument.arg.replace('_', '-')}",)
        off, has_name = "", True
        nargs = None if default is None and not annotation.optional else "?"
        declared = [
            node
            for node in (call.args if isinstance(call, ast.Call) else [])
            if isinstance(node, ast.Constant) and str(node.value).startswith("-")
        ]
        if declared:
            flags, off, has_name = self._flags(list(declared), False)
        is_switch = annotation.type == "bool" and is_option
        action = None
        if is_switch:  # Typer adds --no-… unless the flags are declared
            action = "BooleanOptionalAction" if off or not declared else "store_true"
            value = False if value is None else value
        return Option(
            flags=flags if is_option else (argument.arg,),
            line=argument.lineno,
            has_name=has_name,
            type=annotation.type,
            default=value,
            const=True if action == "store_true" else None,
            choices=_without_none(annotation.choices),
            action=action,
            nargs="multiple" if annotation.type in _SEVERAL else None if is_option else nargs,
            required=default is None and not annotation.optional,
            help=self._help(given),
            subcommands=(words,),
            bounds=(_number(self._value(given, "min")), _number(self._value(given, "max"))),
            off=off,
        )

    def _help(self, given: Mapping[str, ast.expr]) -> str:
        text = self._value(given, "help")
        return " ".join(text.split()) if isinstance(text, str) else ""

    def _value(self, given: Mapping[str, ast.expr], key: str) -> Any:
        return self._read(given[key]) if key in given else None

    def _read(self, node: ast.expr) -> Any:
        try:
            return self._constants.value(node)
        except UnreadableError:
            return UNKNOWN


def _number(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None


def _without_none(choices: Any) -> Any:
    return tuple(c for c in choices if c is not None) if isinstance(choices, tuple) else choices

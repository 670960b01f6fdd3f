"""Functions with `@smacwrap.target`: their parameters, and which way their quality is better."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smacwrap.pcs.from_script.literals import Constants, UnreadableError
from smacwrap.pcs.from_script.names import Names, called, keywords
from smacwrap.pcs.from_script.options import UNKNOWN, Option, parse_module
from smacwrap.pcs.from_script.signatures import Annotation, Function, arguments, default_of
from smacwrap.protocol.direction import Direction

_DECORATORS = ("smacwrap.target", "smacwrap.python.target", "smacwrap.python.function.target")
_OF_THE_CALL = ("instance", "instance_info", "cutoff", "run_length", "seed")


@dataclass(frozen=True)
class TargetFunction:
    """A function that is a target algorithm.

    `has_main` says that the module calls its `main`; `line` is that of its definition.
    """

    name: str
    line: int
    options: tuple[Option, ...]
    direction: Direction
    has_main: bool


def read_target_function(source: bytes, file: Path | str | None = None) -> TargetFunction | None:
    """The function with `@smacwrap.target` in a script, of several the one whose `main` it calls.

    Raises:
        UserError: the source is not Python.
    """
    if b"smacwrap" not in source:
        return None
    module = parse_module(source, file)
    return target_function(Names(module), Constants(module))


def target_function(names: Names, constants: Constants) -> TargetFunction | None:
    """See `read_target_function`."""
    found = [
        _target_function(function, decorator, names, constants)
        for function in names.functions
        for decorator in names.decorators(function)
        if names.full(called(decorator)) in _DECORATORS
    ]
    return next((f for f in found if f.has_main), found[0] if found else None)


def _target_function(
    function: Function, decorator: ast.expr, names: Names, constants: Constants
) -> TargetFunction:
    maximize = keywords(decorator).get("maximize")
    try:
        way = maximize is not None and constants.value(maximize) is True
    except UnreadableError:
        way = False
    direction = Direction(
        metric=_returned(function),
        maximize=way,
        stated=maximize is not None,
        source=f"what {function.name}() returns",
    )
    calls = (call.func for call in names.calls if isinstance(call.func, ast.Attribute))
    mains = (func.value for func in calls if func.attr == "main")
    has_main = any(isinstance(of, ast.Name) and of.id == function.name for of in mains)
    options = tuple(_options(function, names, constants))
    return TargetFunction(function.name, function.lineno, options, direction, has_main)


def _options(function: Function, names: Names, constants: Constants) -> Iterator[Option]:
    for argument, default in arguments(function):
        if argument.arg in _OF_THE_CALL:
            continue
        annotation = Annotation(argument.annotation, names, constants)
        value = default_of(default, names, constants)
        yield Option(
            flags=(argument.arg,),
            line=argument.lineno,
            is_named=True,
            dest=argument.arg,
            type=annotation.type,
            default=UNKNOWN if default is None else value,
            choices=_without_none(annotation.choices),
            required=default is None and not annotation.optional,
        )


def _without_none(choices: Any) -> Any:
    return tuple(c for c in choices if c is not None) if isinstance(choices, tuple) else choices


def _returned(function: Function) -> str:
    """The name of the variable that a function returns as its quality, if it is always one."""
    found = {_quality(node.value) for node in _own_nodes(function) if isinstance(node, ast.Return)}
    names = {name for name in found if name}
    return names.pop() if len(names) == len(found) == 1 else ""


def _own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function, without those of functions inside of it."""
    nodes: list[ast.AST] = list(function.body)
    while nodes:
        node = nodes.pop()
        yield node
        if not isinstance(node, Function | ast.Lambda | ast.ClassDef):
            nodes += ast.iter_child_nodes(node)


def _quality(node: ast.expr | None) -> str:
    """The name of what is returned alone, with metrics, or in a `Result`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Tuple(elts=[ast.Name(id=name), _]):
            return name
        case ast.Call(args=[ast.Name(id=name), *_], func=function) if _is_result(function):
            return name
        case ast.Call(keywords=words, func=function) if _is_result(function):
            values = {word.arg: word.value for word in words}
            quality = values.get("quality")
            return quality.id if isinstance(quality, ast.Name) else ""
    return ""


def _is_result(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return bool(name == "Result")

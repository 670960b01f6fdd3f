"""Options from a function's typed signature, as `@smacwrap.target` and Typer read it."""

import ast
from collections.abc import Iterator
from typing import Any

from smacwrap.pcs.from_script.literals import Constants, UnreadableError
from smacwrap.pcs.from_script.names import Names
from smacwrap.pcs.from_script.options import UNKNOWN

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NONE = "None"


class Annotation:
    """What an annotation says of an option.

    `type` is the name of the type, None if there is none that is known; `choices` as in `Option`;
    `metadata` are the other arguments of `Annotated`.
    """

    def __init__(self, node: ast.expr | None, names: Names, constants: Constants) -> None:
        self.type: str | None = None
        self.choices: Any = None
        self.optional = False
        self.metadata: list[ast.expr] = []
        self._names, self._constants = names, constants
        if node is not None:
            self._read(node)

    def _read(self, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                node = ast.parse(node.value, mode="eval").body
            except (SyntaxError, ValueError):
                return
        if isinstance(node, ast.Constant) and node.value is None:
            self.optional = True
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            self._read(node.right)
            self._read(node.left)  # the first member counts
        elif isinstance(node, ast.Subscript):
            self._read_subscript(self._last_name(node.value), node.slice)
        elif (name := self._last_name(node)) in self._names.classes:
            self.type, self.choices = "str", self._members(self._names.classes[name])
        elif name not in ("Any", "NoneType", ""):
            self.type = name

    def _read_subscript(self, name: str, inner: ast.expr) -> None:
        items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        if name == "Literal":
            self.type = "str"
            self.choices = self._value(ast.Tuple(elts=items, ctx=ast.Load()))
        elif name == "Annotated":
            self._read(items[0])
            self.metadata += items[1:]
        elif name in ("Optional", "Union"):
            self.optional |= name == "Optional"
            for item in reversed(items):
                self._read(item)
        else:
            self.type = name

    def _last_name(self, node: ast.expr) -> str:
        return self._names.full(node).rpartition(".")[2]

    def _members(self, enum: ast.ClassDef) -> Any:
        """The values of an Enum; None of another class."""
        if not any("Enum" in self._last_name(base) for base in enum.bases):
            return UNKNOWN
        values = [
            self._value(statement.value)
            for statement in enum.body
            if isinstance(statement, ast.Assign)
        ]
        return UNKNOWN if UNKNOWN in values else tuple(values)

    def _value(self, node: ast.expr) -> Any:
        try:
            return self._constants.value(node)
        except UnreadableError:
            return UNKNOWN


def arguments(function: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """A function's arguments with their defaults, None for none; not `*args` and `**rest`."""
    places = [*function.args.posonlyargs, *function.args.args]
    defaults = function.args.defaults
    missing: list[ast.expr | None] = [None] * (len(places) - len(defaults))
    yield from zip(places, [*missing, *defaults], strict=True)
    yield from zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)


def default_of(node: ast.expr | None, names: Names, constants: Constants) -> Any:
    """The value of a default: a member of an Enum by its value, UNKNOWN if it cannot be read."""
    if node is None:
        return None
    match node:
        case ast.Attribute(value=ast.Name(id=owner), attr=member) if owner in names.classes:
            for statement in names.classes[owner].body:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == member:
                        node = value
    try:
        return constants.value(node)
    except UnreadableError:
        return UNKNOWN

"""Tells which parser of a script its options belong to, and which exclude one another."""

import ast
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from operator import attrgetter

from smacwrap.pcs.from_script.literals import Constants, UnreadableError

ANY = "?"
"""Stands for a subcommand whose name only running the script would tell."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = ast.Module | Function | ast.Lambda
_Place = tuple[int, int]
_Words = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Options of which a command gives one at most; `required` if it has to give one.

    `place` is that of its call in the script, by which it is known.
    """

    place: _Place
    required: bool


@dataclass(frozen=True)
class Parser:
    """What options are added to: the main parser, a subcommand's, or an exclusive group of one.

    `subcommand` has the words that lead to it, none for the main parser.
    """

    subcommand: tuple[str, ...] = ()
    group: Group | None = None


@dataclass(frozen=True)
class _Binding:
    end: _Place
    values: tuple[ast.expr, ...]


_end = attrgetter("end")


class Parsers:
    """The parsers of a module, followed through its names, functions and `parents=`.

    What cannot be followed counts as the main parser.
    """

    def __init__(self, module: ast.Module, constants: Constants) -> None:
        self._constants = constants
        self._scopes: dict[ast.AST, _Scope] = {}
        # By the name as it is written, and its scope; None for all scopes. In the script's order.
        self._bindings: dict[tuple[str, _Scope | None], list[_Binding]] = defaultdict(list)
        self._functions: dict[str, Function] = {}
        self._returns: dict[_Scope, list[ast.expr]] = defaultdict(list)
        self._calls: dict[str, list[ast.Call]] = defaultdict(list)
        self._children: dict[ast.expr, list[ast.Call]] = defaultdict(list)
        self._known: dict[ast.expr, tuple[Parser, ...]] = {}
        # By a function's name, those of its parameters, and the one that is meant.
        self._parameters: dict[tuple[str, _Words, str], tuple[Parser, ...]] = {}
        self.calls: list[ast.Call] = []
        """All calls, in the order in which they end."""
        self._read(module)
        self.calls.sort(key=lambda call: (call.end_lineno or 0, call.end_col_offset or 0))
        for bindings in self._bindings.values():
            bindings.sort(key=_end)
        for call in self.calls:
            self._read_parents(call)

    def methods(self, call: ast.Call) -> Iterator[ast.Attribute]:
        """What a call calls, as `p.add_argument`, also by another name: `add = p.add_argument`."""
        for function in self._definitions(call.func):
            if isinstance(function, ast.Attribute):
                yield function

    def of(self, node: ast.expr) -> tuple[Parser, ...]:
        """The parsers that an expression stands for: several in a function for several of them."""
        try:
            return self._of(node) or (Parser(),)
        except RecursionError:
            return (Parser(),)

    def subcommands(self) -> Iterator[tuple[str, ...]]:
        """The words of every subcommand in the script."""
        for call in self._calls["add_parser"]:
            yield from (parser.subcommand for parser in self.of(call))

    def _read(self, module: ast.Module) -> None:
        scopes: list[tuple[ast.AST, _Scope]] = [(module, module)]
        while scopes:
            node, scope = scopes.pop()
            self._scopes[node] = scope
            if isinstance(node, ast.Name | ast.Constant):
                continue  # most nodes are, and nothing is below them
            if isinstance(node, ast.Call):
                self.calls.append(node)
            match node:
                case ast.Assign(targets=targets, value=value):
                    self._bind(scope, targets, value, (value,))
                case ast.AnnAssign(target=target, value=ast.expr() as value):
                    self._bind(scope, [target], value, (value,))
                case ast.NamedExpr(target=target, value=value):
                    self._bind(scope, [target], value, (value,))
                case ast.For(target=target, iter=ast.Tuple(elts=items) | ast.List(elts=items)):
                    self._bind(scope, [target], node.iter, tuple(items))
                case ast.Return(value=ast.expr() as value):
                    self._returns[scope].append(value)
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    self._calls[name].append(node)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._functions[node.name] = node
            inner = node if isinstance(node, Function | ast.Lambda) else scope
            scopes += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]

    def _bind(
        self,
        scope: _Scope,
        targets: Iterable[ast.expr],
        value: ast.expr,
        values: tuple[ast.expr, ...],
    ) -> None:
        end = (value.end_lineno or 0, value.end_col_offset or 0)
        for target in targets:
            if key := _key(target):
                for place in (scope, None):
                    self._bindings[key, place].append(_Binding(end, values))

    def _read_parents(self, call: ast.Call) -> None:
        for word in call.keywords:
            if word.arg == "parents" and isinstance(word.value, ast.List | ast.Tuple):
                for parent in word.value.elts:
                    for definition in self._definitions(parent):
                        self._children[definition].append(call)

    def _definitions(self, node: ast.expr) -> tuple[ast.expr, ...]:
        """What a name was bound to last; anything else as it is."""
        key = _key(node)
        place = (node.lineno, node.col_offset)
        scope: _Scope | None = self._scopes[node]
        while key and scope:
            # What hangs on an object may have been hung there anywhere.
            seen = self._bindings.get((key, scope if isinstance(node, ast.Name) else None), [])
            before = bisect_right(seen, place, key=_end)
            if before or (seen and scope is not self._scopes[node]):
                return seen[before - 1].values
            scope = self._scopes[scope] if not isinstance(scope, ast.Module) else None
        return (node,)

    def _of(self, node: ast.expr) -> tuple[Parser, ...]:
        if node not in self._known:
            self._known[node] = ()  # as long as it is looked for, since functions may recur
            self._known[node] = tuple(dict.fromkeys(self._find(node)))
        return self._known[node]

    def _find(self, node: ast.expr) -> Iterator[Parser]:
        if isinstance(node, ast.NamedExpr):
            yield from self._of(node.value)
        elif isinstance(node, ast.Call):
            yield from self._of_call(node)
        else:
            for value in self._definitions(node):
                yield from self._of(value) if value is not node else self._of_parameter(node)

    def _of_call(self, call: ast.Call) -> Iterator[Parser]:
        if isinstance(call.func, ast.Name) and call.func.id in self._functions:
            for value in self._returns[self._functions[call.func.id]]:
                yield from self._of(value)
        for child in self._children[call]:
            yield from self._of(child)
        for method in self.methods(call):
            for parser in self.of(method.value):
                if method.attr == "add_parser":
                    yield Parser((*parser.subcommand, self._name(call)))
                elif method.attr == "add_mutually_exclusive_group":
                    group = Group(
                        (call.end_lineno or 0, call.end_col_offset or 0), self._is_required(call)
                    )
                    yield replace(parser, group=group)
                elif method.attr in ("add_argument_group", "add_subparsers"):
                    yield parser

    def _name(self, call: ast.Call) -> str:
        try:
            name = self._constants.value(call.args[0])
        except (IndexError, UnreadableError):
            return ANY
        return name if isinstance(name, str) else ANY

    def _is_required(self, call: ast.Call) -> bool:
        given = [word.value for word in call.keywords if word.arg == "required"]
        return any(isinstance(value, ast.Constant) and bool(value.value) for value in given)

    def _of_parameter(self, node: ast.expr) -> tuple[Parser, ...]:
        """What a function's parameter stands for, in the calls of the function."""
        function = self._scopes[node]
        if not isinstance(node, ast.Name) or not isinstance(function, Function):
            return ()
        names = tuple(arg.arg for arg in (*function.args.posonlyargs, *function.args.args))
        key = (function.name, names, node.id)
        if key not in self._parameters:
            self._parameters[key] = ()  # as in `_of`
            self._parameters[key] = tuple(dict.fromkeys(self._of_arguments(*key)))
        return self._parameters[key]

    def _of_arguments(self, function: str, names: _Words, wanted: str) -> Iterator[Parser]:
        for call in self._calls[function]:
            is_method = isinstance(call.func, ast.Attribute) and names[:1] in (("self",), ("cls",))
            words = {word.arg: word.value for word in call.keywords}
            given = dict(zip(names[is_method:], call.args, strict=False)) | words
            if wanted in given:
                yield from self._of(given[wanted])


def _key(node: ast.expr) -> str | None:
    """How a name is written, also one of an object: `parser`, `self.parser`, `parsers['train']`."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return f"{owner}.{name}"
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Constant(value=key)):
            return f"{owner}[{key!r}]"
    return None

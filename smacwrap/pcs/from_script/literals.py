"""Values that can be read off Python source without running it."""

import ast
import operator
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

_ARITHMETIC: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
}
_CALLS: Mapping[str, Callable[..., Any]] = {
    "range": range,
    "int": int,
    "float": float,
    "list": lambda values: values,
    "tuple": lambda values: values,
    "sorted": lambda values: tuple(sorted(values)),
}
_OF_VALUES = ("list", "tuple", "sorted")

# Nobody means `2 ** 10 ** 10` or the list of `range(10 ** 9)`.
_LARGEST_EXPONENT = 64
_LARGEST_NUMBER = 1e15
_MOST_VALUES = 10_000


class UnreadableError(Exception):
    """Only running the script would tell the value."""


class Constants:
    """The constants of a module: names that it assigns exactly once, at its top level."""

    def __init__(self, module: ast.Module) -> None:
        self._values: dict[str, ast.expr] = {}
        self._known: dict[str, Any] = {}
        assigned = Counter(
            node.id
            for node in ast.walk(module)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        )
        for statement in module.body:
            if isinstance(statement, ast.Assign):
                targets, value = statement.targets, statement.value
            elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
                targets, value = [statement.target], statement.value
            else:
                continue
            for target in targets:
                if isinstance(target, ast.Name) and assigned[target.id] == 1:
                    self._values[target.id] = value

    def value(self, node: ast.expr) -> Any:
        """A number, text, bool, None, or a tuple or range of such; of a dict, its keys.

        Raises:
            UnreadableError: it is none that can be read off the source.
        """
        try:
            return self._value(node)
        except (ArithmeticError, RecursionError, TypeError, ValueError):
            raise UnreadableError from None

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=None | bool() | str() as value):
                return value
            case ast.Constant(value=int() | float() as value):
                return _number(value)
            case ast.Name(id=name) if name in self._values:
                if name not in self._known:
                    self._known[name] = self._value(self._values[name])
                return self._known[name]
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                return tuple(_scalar(self._value(item)) for item in items)
            case ast.Dict(keys=keys) if None not in keys:
                return tuple(_scalar(self._value(key)) for key in keys if key is not None)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -_number(self._value(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return _number(self._value(operand))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._arithmetic(op, left, right)
            case ast.Call(func=ast.Attribute(value=mapping, attr="keys"), args=[]):
                return self._value(mapping)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
                return self._call(name, args)
        raise UnreadableError

    def _arithmetic(self, op: ast.operator, left: ast.expr, right: ast.expr) -> Any:
        a, b = _number(self._value(left)), _number(self._value(right))
        if isinstance(op, ast.Pow | ast.LShift) and abs(b) > _LARGEST_EXPONENT:
            raise UnreadableError
        return _number(_ARITHMETIC[type(op)](a, b))

    def _call(self, name: str, args: list[ast.expr]) -> Any:
        values = [self._value(arg) for arg in args]
        if name in _OF_VALUES and not all(map(_is_short, values)):
            raise UnreadableError
        return _CALLS[name](*values)


def _is_short(value: Any) -> bool:
    return isinstance(value, tuple | range) and len(value) <= _MOST_VALUES


def _scalar(value: Any) -> Any:
    if isinstance(value, tuple | range):
        raise UnreadableError
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnreadableError
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        raise UnreadableError
    return value

"""Frozen data classes for the wrapper, which is started once per run.

They are used like frozen classes of `dataclasses`, whose import and code generation would make a
short run, of 37 ms in all, 14 ms longer (measured).
"""

from collections.abc import Callable

# That of typing, which takes long to load, too; type checkers know it by its name.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, TypeVar, dataclass_transform

    F = TypeVar("F", bound="Frozen")
else:

    def dataclass_transform(**_: bool) -> Callable[[type], type]:
        """A mark for type checkers only."""
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Frozen:
    """The base of a class whose annotations are its fields; defaults should not be mutable."""

    _names: "tuple[str, ...]" = ()
    _fields: "frozenset[str]" = frozenset()
    _needed: "frozenset[str]" = frozenset()

    def __init_subclass__(cls) -> None:
        cls._names = (*cls._names, *cls.__annotations__)
        cls._fields = frozenset(cls._names)
        cls._needed = frozenset(name for name in cls._fields if not hasattr(cls, name))

    def __init__(self, *values: "Any", **named: "Any") -> None:
        given = self.__dict__  # a field that is not given stays the class's
        given.update(zip(self._names, values, strict=False), **named)
        unique = len(given) == len(values) + len(named)
        if not (unique and self._needed.issubset(given) and self._fields.issuperset(given)):
            found = ", ".join([*map(repr, values), *(f"{n}={v!r}" for n, v in named.items())])
            expected = ", ".join(self._names)
            raise TypeError(f"{type(self).__name__} has the fields {expected}, found {found}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: cannot set '{name}'")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} is frozen: cannot delete '{name}'")

    def __replace__(self, **changes: "Any") -> "Self":
        return type(self)(**{name: getattr(self, name) for name in self._names} | changes)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return _values(self) == _values(other)

    def __hash__(self) -> int:
        return hash(_values(self))

    def __repr__(self) -> str:
        fields = zip(self._names, _values(self), strict=True)
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in fields)})"


def replace(frozen: "F", **changes: "Any") -> "F":
    """A copy with other values of some fields, as `copy.replace` of Python 3.13 makes it."""
    return frozen.__replace__(**changes)


def _values(frozen: Frozen) -> "tuple[object, ...]":
    return tuple(getattr(frozen, name) for name in frozen._names)

"""What a condition says: comparisons with single parents, and how they are joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from smacwrap.pcs.entries import Interval, Operator, intervals, plain, to_entry
from smacwrap.pcs.model import Parameter


@dataclass(frozen=True, eq=False, repr=False)
class Term:
    """`parent operator value`: holds while the parent is active and its value compares so.

    `value` is a text or number, for `in` a tuple of them.
    """

    child: Parameter
    parent: Parameter
    operator: Operator
    value: Any

    @cached_property
    def intervals(self) -> tuple[Interval, ...]:
        """The vector entries of the parent for which it holds."""
        values = self.value if self.operator == "in" else (self.value,)
        return intervals(self.parent, self.operator, values)

    def holds(self, values: Mapping[str, str | float]) -> bool:
        """Whether it holds for named values; a parent that is missing is inactive."""
        value = values.get(self.parent.name)
        return value is not None and self.holds_for(to_entry(self.parent, value))

    def holds_for(self, entry: float) -> bool:
        """Whether it holds for a vector entry of the parent; NaN where that is inactive."""
        return any(low < entry < high for low, high in self.intervals)

    def signature(self) -> tuple[object, ...]:
        """What the condition says about its parent, without the child."""
        return self.parent.name, self.operator, self.value

    def __repr__(self) -> str:
        if self.operator == "in":
            value = "{" + ", ".join(map(plain, self.value)) + "}"
        else:
            value = plain(self.value)
        return f"{self.child.name} | {self.parent.name} {self.operator} {value}"


@dataclass(frozen=True, eq=False)
class Joined:
    """Conditions of one child, joined."""

    components: tuple["Condition", ...]

    @property
    def child(self) -> Parameter:
        """The parameter that is active while the condition holds."""
        return self.components[0].child


class And(Joined):
    """Joined by `&&`."""

    def holds(self, values: Mapping[str, str | float]) -> bool:
        """Whether all of them hold for named values."""
        return all(part.holds(values) for part in self.components)


class Or(Joined):
    """Joined by `||`."""

    def holds(self, values: Mapping[str, str | float]) -> bool:
        """Whether one of them holds for named values."""
        return any(part.holds(values) for part in self.components)


Condition = Term | And | Or


def signature(condition: Condition) -> tuple[object, ...]:
    """Equal for conditions that hold in the same cases, whatever their children."""
    if isinstance(condition, Term):
        return condition.signature()
    return type(condition), *map(signature, condition.components)


def terms_of(condition: Condition) -> Sequence[Term]:
    """The comparisons with single parents that a condition is joined of."""
    if isinstance(condition, Term):
        return (condition,)
    return [term for part in condition.components for term in terms_of(part)]

"""One comparison of a condition, as ConfigSpace asks for it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace.conditions import Condition
from ConfigSpace.types import NotSet

from smacwrap.pcs.entries import Operator, Parameter, intervals, plain, to_entry


class Term(Condition):
    """`parent operator value`: holds while the parent is active and its value compares so.

    ConfigSpace's own conditions are not used: they compare vector entries exactly, which fails
    for integers, and hold `!=` for inactive parents.

    `value` is a text or number, for `in` a tuple of them.
    """

    def __init__(self, child: Parameter, parent: Parameter, operator: Operator, value: Any) -> None:
        super().__init__(child, parent, value)
        self.operator = operator
        values = value if operator == "in" else (value,)
        self.intervals = intervals(parent, operator, values)

    def satisfied_by_vector(self, vector: npt.NDArray[np.float64]) -> bool:
        """Whether the condition holds for a configuration's vector."""
        assert self.parent_vector_id is not None, "the space sets it when it takes the condition"
        return self._holds(vector[self.parent_vector_id])

    def satisfied_by_vector_array(self, arr: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Whether it holds for each column of `arr`, shape (parameters, configurations)."""
        row = arr[self.parent_vector_id]
        holds = np.zeros(row.shape, dtype=np.bool_)
        for low, high in self.intervals:
            holds |= (row > low) & (row < high)
        return holds

    def satisfied_by_value(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds for named values; a parent that is missing or NotSet is inactive."""
        value = values.get(self.parent.name, NotSet)
        return value is not NotSet and self._holds(to_entry(self.parent, value))

    def _holds(self, entry: float) -> bool:
        return any(low < entry < high for low, high in self.intervals)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Term)
            and (self.child.name, self.signature()) == (other.child.name, other.signature())
            and self.parent == other.parent
        )

    def __copy__(self) -> "Term":
        return Term(self.child, self.parent, self.operator, self.value)

    def signature(self) -> tuple[object, ...]:
        """What the condition says about its parent, without the child."""
        return self.parent.name, self.operator, self.value

    def __repr__(self) -> str:
        if self.operator == "in":
            value = "{" + ", ".join(map(plain, self.value)) + "}"
        else:
            value = plain(self.value)
        return f"{self.child.name} | {self.parent.name} {self.operator} {value}"

    def to_dict(self) -> dict[str, Any]:
        """The condition as plain data."""
        value = list(self.value) if self.operator == "in" else self.value
        return {
            "child": self.child.name,
            "parent": self.parent.name,
            "operator": self.operator,
            "value": value,
        }

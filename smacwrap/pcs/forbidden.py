"""Forbidden clauses, as ConfigSpace asks for them: classic combinations and expressions.

A parameter that is inactive counts with its default, as in SMAC v2.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace.forbidden import ForbiddenClause, ForbiddenConjunction, ForbiddenEqualsClause
from ConfigSpace.types import NotSet

from smacwrap.pcs.entries import Parameter, intervals, plain, to_entry, to_numbers
from smacwrap.pcs.expressions import Expression, Numbers
from smacwrap.pcs.scales import Scales

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_LONGEST_SHOWN = 100


class PcsClause(ForbiddenConjunction):
    """A forbidden clause of a PCS file; its text is its `repr`.

    All of it lies in its components, one a parameter: ConfigSpace and smac rebuild a clause for
    another space as `type(clause)(*components)`.
    """

    components: tuple[ForbiddenEqualsClause, ...]

    @abstractmethod
    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether the clause forbids vector entries of its parameters, or rows of them."""

    def is_forbidden_vector(self, vector: Vector) -> bool:
        """Whether it forbids a configuration's vector."""
        return bool(self.forbids([vector[c.vector_id] for c in self.components]))

    def is_forbidden_vector_array(self, arr: Vector) -> Mask:
        """Whether it forbids each column of `arr`, shape (parameters, configurations)."""
        forbidden: Mask = self.forbids([arr[c.vector_id] for c in self.components])
        return forbidden

    def is_forbidden_value(self, values: Mapping[str, Any]) -> bool:
        """Whether it forbids named values; a parameter that is missing is inactive."""
        entries = []
        for component in self.components:
            parameter = component.hyperparameter
            value = values.get(parameter.name, NotSet)
            entries.append(np.nan if value is NotSet else to_entry(parameter, value))
        return bool(self.forbids(entries))

    def forbids_default(self) -> bool:
        """Whether it forbids the default configuration.

        Raises:
            ZeroDivisionError: it divides by zero there.
        """
        return self.is_forbidden_value({})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def to_dict(self) -> dict[str, Any]:
        """The clause as plain data: its text."""
        return {"clause": repr(self)}


class Combination(PcsClause):
    """A classic clause, `{a=x, n=5}`: its components may not all hold at once."""

    def __init__(self, *components: ForbiddenEqualsClause) -> None:
        super().__init__(*components)
        self._tests = []
        for component in components:
            parameter = component.hyperparameter
            ((low, high),) = intervals(parameter, "==", (component.value,))
            self._tests.append(
                (low, high, low < to_entry(parameter, parameter.default_value) < high)
            )

    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether all components hold."""
        holds: Any = True
        for entry, (low, high, by_default) in zip(entries, self._tests, strict=True):
            equal = (entry > low) & (entry < high)
            holds &= (equal | (entry != entry)) if by_default else equal
        return holds

    def __repr__(self) -> str:
        pairs = (f"{c.hyperparameter.name}={plain(c.value)}" for c in self.components)
        return "{" + ", ".join(pairs) + "}"


class Operand(ForbiddenEqualsClause):
    """A parameter's part in an expression. `value` is the whole expression."""

    value: Expression

    def __init__(self, hyperparameter: Parameter, value: Expression) -> None:
        # ForbiddenEqualsClause wants a value of the parameter; nothing else of it is used.
        ForbiddenClause.__init__(self, hyperparameter)
        self.value = value
        self.scales = Scales([hyperparameter])

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Operand)
            and self.hyperparameter.name == other.hyperparameter.name
            and self.value.text == other.value.text
        )

    def __repr__(self) -> str:
        # A part of the text only, because a long clause has many operands.
        return f"{self.hyperparameter.name} in {{{self.value.text[:_LONGEST_SHOWN]}}}"


class Formula(PcsClause):
    """An advanced clause, `{n + b > 9}`: its expression may not be true (other than 0)."""

    components: tuple[Operand, ...]

    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether the expression is true."""
        return self._evaluate(entries) != 0

    def forbids_default(self) -> bool:
        """Whether the expression is true for the default configuration.

        Raises:
            ZeroDivisionError: it divides by zero there.
        """
        return bool(self._evaluate([np.nan] * len(self.components), strict=True) != 0)

    def _evaluate(self, entries: Sequence[Any], *, strict: bool = False) -> Numbers:
        operands = [
            to_numbers(c.hyperparameter, c.scales, entry, c.value.ranks)
            for c, entry in zip(self.components, entries, strict=True)
        ]
        return self.components[0].value.evaluate(operands, strict=strict)

    def __repr__(self) -> str:
        return f"{{{self.components[0].value.text}}}"

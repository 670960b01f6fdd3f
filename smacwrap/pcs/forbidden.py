"""Forbidden clauses: classic combinations and expressions.

A parameter that is inactive counts with its default, as in SMAC v2.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import TYPE_CHECKING, Any

from smacwrap.pcs.digits import number_at
from smacwrap.pcs.entries import intervals, plain, to_entry
from smacwrap.pcs.expressions import Expression
from smacwrap.pcs.model import Number, Parameter

if TYPE_CHECKING:
    from smacwrap.pcs.reckoning_arrays import Arrays


@dataclass(frozen=True)
class Pair:
    """A parameter and one of its values."""

    parameter: Parameter
    value: str | float


class PcsClause(ABC):
    """A forbidden clause of a PCS file; its text is its `repr`.

    Attributes:
        parameters: those that it names; a classic clause may name one twice.
    """

    parameters: tuple[Parameter, ...]

    @abstractmethod
    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether the clause forbids vector entries of its parameters, or NumPy's rows of them."""

    @abstractmethod
    def forbids_default(self) -> bool:
        """Whether it forbids the default configuration.

        Raises:
            ZeroDivisionError: it divides by zero there.
        """

    def forbids_values(self, values: Mapping[str, str | float]) -> bool:
        """Whether it forbids named values; a parameter that is missing is inactive."""
        entries = [
            to_entry(p, values[p.name]) if p.name in values else nan for p in self.parameters
        ]
        return bool(self.forbids(entries))


class Combination(PcsClause):
    """A classic clause, `{a=x, n=5}`: its pairs may not all hold at once."""

    def __init__(self, *pairs: Pair) -> None:
        self.pairs = pairs
        self.parameters = tuple(pair.parameter for pair in pairs)

    @cached_property
    def _tests(self) -> list[tuple[float, float, bool]]:
        """For each pair, the entries for which it holds, and whether the default is among them."""
        tests = []
        for pair in self.pairs:
            ((low, high),) = intervals(pair.parameter, "==", (pair.value,))
            default = to_entry(pair.parameter, pair.parameter.default_value)
            tests.append((low, high, low < default < high))
        return tests

    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether all pairs hold."""
        holds: Any = True
        for entry, (low, high, by_default) in zip(entries, self._tests, strict=True):
            equal = (entry > low) & (entry < high)
            holds &= (equal | (entry != entry)) if by_default else equal
        return holds

    def forbids_default(self) -> bool:
        """Whether all pairs hold for the default configuration."""
        return all(by_default for _, _, by_default in self._tests)

    @cached_property
    def _text(self) -> str:
        pairs = (f"{pair.parameter.name}={plain(pair.value)}" for pair in self.pairs)
        return "{" + ", ".join(pairs) + "}"

    def __repr__(self) -> str:
        return self._text


class Formula(PcsClause):
    """An advanced clause, `{n + b > 9}`: its expression may not be true (other than 0).

    Args:
        expression: what may not be true.
        parameters: by the order of the expression's names.
    """

    def __init__(self, expression: Expression, parameters: Sequence[Parameter]) -> None:
        self.expression = expression
        self.parameters = tuple(parameters)

    def forbids(self, entries: Sequence[Any]) -> Any:
        """Whether the expression is true."""
        return self._in_arrays.numbers(entries) != 0

    @cached_property
    def _in_arrays(self) -> "Arrays":
        # A file that is only read needs no NumPy: its clauses are judged on the default.
        from smacwrap.pcs.reckoning_arrays import Arrays

        return Arrays(self.expression, self.parameters)

    def forbids_default(self) -> bool:
        """Whether the expression is true for the default configuration.

        Raises:
            ZeroDivisionError: it divides by zero there.
        """
        return self._number_of({}, strict=True) != 0

    def forbids_values(self, values: Mapping[str, str | float]) -> bool:
        """Whether the expression is true for named values; a missing parameter is inactive."""
        return self._number_of(values) != 0

    def _number_of(self, values: Mapping[str, str | float], *, strict: bool = False) -> float:
        ranks = self.expression.ranks
        numbers = [_number(p, values.get(p.name, p.default_value), ranks) for p in self.parameters]
        return self.expression.evaluate(numbers, strict=strict)

    def __repr__(self) -> str:
        return f"{{{self.expression.text}}}"


def names_in(clause: PcsClause) -> set[str]:
    """The parameters of a clause."""
    return {parameter.name for parameter in clause.parameters}


def _number(parameter: Parameter, value: str | float, ranks: Mapping[str, float]) -> float:
    """The number that stands for a value of a parameter in an expression."""
    if isinstance(value, str):
        return ranks[value]
    if isinstance(parameter, Number):
        return number_at(parameter, to_entry(parameter, value))
    return float(value)

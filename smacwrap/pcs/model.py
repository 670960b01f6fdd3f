"""The parameters of a PCS file, as all that reads, checks and writes PCS files knows them.

ConfigSpace, which takes a second to load, has its own; `space_parts` makes those of these.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Parameter:
    """A parameter. Its default is a text, or a number."""

    name: str
    default_value: str | float

    @property
    def size(self) -> float:
        """How many values it has: infinitely many where it is a real."""
        raise NotImplementedError


@dataclass(frozen=True)
class Listed(Parameter):
    """A parameter whose values are texts."""

    default_value: str
    values: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many values it has."""
        return len(self.values)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each value in the list, from 0."""
        return {value: place for place, value in enumerate(self.values)}


class Categorical(Listed):
    """One whose values have no order."""


class Ordinal(Listed):
    """One whose values have an order."""


@dataclass(frozen=True)
class Number(Parameter):
    """A number between two bounds, of which the lowest lies below the highest."""

    default_value: float
    lower: float
    upper: float
    log: bool


class Real(Number):
    """A real number."""

    @property
    def size(self) -> float:
        """Infinitely many."""
        return math.inf


@dataclass(frozen=True)
class Integer(Number):
    """An integer."""

    default_value: int
    lower: int
    upper: int

    @property
    def size(self) -> int:
        """How many values it has."""
        return self.upper - self.lower + 1


@dataclass(frozen=True)
class Constant(Parameter):
    """An integer that has one value."""

    default_value: int

    @property
    def value(self) -> int:
        """The value."""
        return self.default_value

    @property
    def size(self) -> int:
        """One."""
        return 1

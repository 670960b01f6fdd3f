"""What a PCS file says as a whole: its parameters, conditions and forbidden clauses.

ConfigSpace takes a second to load. Whatever reads, checks, compares or writes PCS files works on
this tree; its space is made where configurations are drawn, or exchanged with ConfigSpace.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from smacwrap.pcs.condition_term import Condition, terms_of
from smacwrap.pcs.entries import to_entry
from smacwrap.pcs.forbidden import PcsClause, names_in
from smacwrap.pcs.model import Parameter, Real


class DefaultTexts(NamedTuple):
    """The default configuration as texts.

    Attributes:
        settings: the values of all parameters, sorted by name, as `all_to_text` writes them.
        active: the names of those that `to_text` writes, sorted.
    """

    settings: dict[str, str]
    active: tuple[str, ...]

    @property
    def configuration(self) -> dict[str, str]:
        """The active parameters' values, as `to_text` writes them."""
        return {name: self.settings[name] for name in self.active}


class Tree(Mapping[str, Parameter]):
    """The parameters by name, parents before their children, with what else the file says.

    All comes in the order in which ConfigSpace's space has it: parameters by how many others they
    hang on, and by name.

    Args:
        parameters: in any order.
        conditions: one a child, those of parents before those of their children.
        clauses: in any order.

    Attributes:
        conditions: in the order of their children.
        clauses: first those without a conditional parameter, each by their texts.
        condition_of: by child.
    """

    def __init__(
        self,
        parameters: Iterable[Parameter],
        conditions: Iterable[Condition],
        clauses: Iterable[PcsClause],
    ) -> None:
        of = {condition.child.name: condition for condition in conditions}
        depth: dict[str, int] = {}
        for child, condition in of.items():
            depth[child] = 1 + max(depth.get(t.parent.name, 0) for t in terms_of(condition))
        ordered = sorted(parameters, key=lambda p: (depth.get(p.name, 0), p.name))
        self._parameters = {parameter.name: parameter for parameter in ordered}
        self.condition_of = {name: of[name] for name in self._parameters if name in of}
        self.conditions = tuple(self.condition_of.values())
        self.clauses = tuple(sorted(sorted(clauses, key=repr), key=self._is_conditional))

    def __getitem__(self, name: str) -> Parameter:
        return self._parameters[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._parameters)

    def __len__(self) -> int:
        return len(self._parameters)

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def _is_conditional(self, clause: PcsClause) -> bool:
        return any(parameter.name in self.condition_of for parameter in clause.parameters)

    @property
    def unconditional(self) -> list[str]:
        """The parameters that are always active."""
        return [name for name in self if name not in self.condition_of]

    def tied_names(self) -> list[str]:
        """The parameters in conditions or forbidden clauses; the others do as they like."""
        found: set[str] = {*self.condition_of}
        for condition in self.conditions:
            found.update(term.parent.name for term in terms_of(condition))
        for clause in self.clauses:
            found |= names_in(clause)
        return [name for name in self if name in found]

    def entries(self, values: Mapping[str, str | float]) -> list[float]:
        """The entries of a configuration's vector, given its active parameters' values."""
        return [
            to_entry(parameter, values[name]) if name in values else math.nan
            for name, parameter in self._parameters.items()
        ]

    def default_values(self) -> dict[str, str | float]:
        """The defaults of the parameters that are active if all of these have their defaults."""
        values: dict[str, str | float] = {}
        for name, parameter in self._parameters.items():
            condition = self.condition_of.get(name)
            if condition is None or condition.holds(values):
                values[name] = parameter.default_value
        return values

    def default_texts(self) -> DefaultTexts:
        """The default configuration as texts."""
        settings = {name: value_text(self[name], self[name].default_value) for name in sorted(self)}
        return DefaultTexts(settings, tuple(sorted(self.default_values())))


def size_upper_bound(parameters: Mapping[str, Any]) -> float:
    """At most so many configurations: the product of the domains' sizes, infinite with a real.

    SMAC v2 prints the same estimate.

    Args:
        parameters: a tree, or ConfigSpace's space.
    """
    return math.prod(float(parameter.size) for parameter in parameters.values())


def value_text(parameter: Parameter, value: str | float) -> str:
    """A value as a call string has it."""
    return repr(float(value)) if isinstance(parameter, Real) else str(value)

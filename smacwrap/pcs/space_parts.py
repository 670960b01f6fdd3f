"""Parameters, conditions and clauses of a PCS file, as ConfigSpace asks for them."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import (
    CategoricalHyperparameter,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace import Constant as ConstantHyperparameter
from ConfigSpace.conditions import AndConjunction, ConditionLike, OrConjunction
from ConfigSpace.conditions import Condition as ConfigSpaceCondition
from ConfigSpace.forbidden import (
    ForbiddenClause,
    ForbiddenConjunction,
    ForbiddenEqualsClause,
    ForbiddenLike,
)
from ConfigSpace.hyperparameters import Hyperparameter
from ConfigSpace.types import NotSet

from smacwrap.pcs import numbers as make
from smacwrap.pcs.condition_term import And, Condition, Or, Term
from smacwrap.pcs.entries import Operator, to_entry
from smacwrap.pcs.forbidden import PcsClause
from smacwrap.pcs.model import Categorical, Constant, Integer, Listed, Ordinal, Parameter, Real
from smacwrap.pcs.tree import Tree

Vector = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Hyperparameters = Mapping[str, Hyperparameter[Any, Any]]

_LONGEST_SHOWN = 100


def hyperparameter(parameter: Parameter) -> Hyperparameter[Any, Any]:
    """ConfigSpace's for a parameter."""
    name = parameter.name
    if isinstance(parameter, Listed):
        # NumPy's strings are what ConfigSpace makes of the values anyway when it samples; a plain
        # string in their place would give equal configurations different hashes.
        values, default = list(map(np.str_, parameter.values)), np.str_(parameter.default_value)
        if isinstance(parameter, Ordinal):
            return OrdinalHyperparameter(name, _Distinct(values), default)
        return CategoricalHyperparameter(name, values, default)
    if isinstance(parameter, Constant):
        return ConstantHyperparameter(name, parameter.value)
    if isinstance(parameter, Integer):
        low, high, default_value = parameter.lower, parameter.upper, parameter.default_value
        return make.integer(name, low, high, default_value, log=parameter.log)
    assert isinstance(parameter, Real)
    return make.real(
        name, parameter.lower, parameter.upper, parameter.default_value, log=parameter.log
    )


def parameter_of(hyperparameter: Hyperparameter[Any, Any]) -> Parameter:
    """The parameter that `hyperparameter` has made one of ConfigSpace's of."""
    name, default = hyperparameter.name, hyperparameter.default_value
    if isinstance(hyperparameter, CategoricalHyperparameter):
        return Categorical(name, str(default), tuple(map(str, hyperparameter.choices)))
    if isinstance(hyperparameter, OrdinalHyperparameter):
        return Ordinal(name, str(default), tuple(map(str, hyperparameter.sequence)))
    if isinstance(hyperparameter, ConstantHyperparameter):
        return Constant(name, int(default))
    assert isinstance(hyperparameter, UniformFloatHyperparameter | UniformIntegerHyperparameter)
    low, high, log = hyperparameter.lower, hyperparameter.upper, hyperparameter.log
    if isinstance(hyperparameter, UniformIntegerHyperparameter):
        return Integer(name, int(default), int(low), int(high), bool(log))
    return Real(name, float(default), float(low), float(high), bool(log))


class _Distinct(list[np.str_]):
    """Distinct values: ConfigSpace asks for the place of each, and a list would take its time."""

    def __init__(self, values: list[np.str_]) -> None:
        super().__init__(values)
        self._places = {value: place for place, value in enumerate(self)}

    def index(self, value: np.str_, *_: Any) -> int:
        return self._places[value]


def space_condition(condition: Condition, hyperparameters: Hyperparameters) -> ConditionLike:
    """ConfigSpace's for a condition."""
    if isinstance(condition, Term):
        child, parent = (
            hyperparameters[condition.child.name],
            hyperparameters[condition.parent.name],
        )
        return SpaceTerm(child, parent, condition.operator, condition.value, condition)
    parts = [space_condition(part, hyperparameters) for part in condition.components]
    return AndConjunction(*parts) if isinstance(condition, And) else OrConjunction(*parts)


class SpaceTerm(ConfigSpaceCondition):
    """A comparison of a condition.

    ConfigSpace's own conditions are not used: they compare vector entries exactly, which fails
    for integers, and hold `!=` for inactive parents.
    """

    def __init__(
        self,
        child: Hyperparameter[Any, Any],
        parent: Hyperparameter[Any, Any],
        operator: Operator,
        value: Any,
        term: Term | None = None,
    ) -> None:
        super().__init__(child, parent, value)
        # ConfigSpace rebuilds a condition for another space of what `to_dict` says.
        self.term = term or Term(parameter_of(child), parameter_of(parent), operator, value)

    def satisfied_by_vector(self, vector: Vector) -> bool:
        """Whether the condition holds for a configuration's vector."""
        assert self.parent_vector_id is not None, "the space sets it when it takes the condition"
        return self.term.holds_for(vector[self.parent_vector_id])

    def satisfied_by_vector_array(self, arr: Vector) -> Mask:
        """Whether it holds for each column of `arr`, shape (parameters, configurations)."""
        row = arr[self.parent_vector_id]
        holds = np.zeros(row.shape, dtype=np.bool_)
        for low, high in self.term.intervals:
            holds |= (row > low) & (row < high)
        return holds

    def satisfied_by_value(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds for named values; a parent that is missing or NotSet is inactive."""
        value = values.get(self.parent.name, NotSet)
        return value is not NotSet and self.term.holds_for(to_entry(self.term.parent, value))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, SpaceTerm)
            and (self.child.name, self.signature()) == (other.child.name, other.signature())
            and self.parent == other.parent
        )

    def __copy__(self) -> "SpaceTerm":
        return SpaceTerm(self.child, self.parent, self.term.operator, self.value, self.term)

    def signature(self) -> tuple[object, ...]:
        """What the condition says about its parent, without the child."""
        return self.term.signature()

    def __repr__(self) -> str:
        return repr(self.term)

    def to_dict(self) -> dict[str, Any]:
        """The condition as plain data."""
        value = list(self.value) if self.term.operator == "in" else self.value
        return {
            "child": self.child.name,
            "parent": self.parent.name,
            "operator": self.term.operator,
            "value": value,
        }


def tree_of_parts(
    hyperparameters: Iterable[Hyperparameter[Any, Any]],
    conditions: Iterable[ConditionLike],
    clauses: Iterable[ForbiddenLike],
) -> Tree:
    """The tree of what the functions and classes here have made, in a space or its copies."""
    return Tree(
        map(parameter_of, hyperparameters),
        map(_condition_of, conditions),
        [clause.clause for clause in clauses if isinstance(clause, SpaceClause)],
    )


def _condition_of(condition: ConditionLike) -> Condition:
    if isinstance(condition, SpaceTerm):
        return condition.term
    assert isinstance(condition, AndConjunction | OrConjunction)
    parts = tuple(map(_condition_of, condition.components))
    return And(parts) if isinstance(condition, AndConjunction) else Or(parts)


class ClausePart(ForbiddenEqualsClause):
    """The part that a parameter has in a clause. `value` is the whole clause."""

    value: PcsClause

    def __init__(self, hyperparameter: Hyperparameter[Any, Any], value: PcsClause) -> None:
        # ForbiddenEqualsClause wants a value of the parameter; nothing else of it is used.
        ForbiddenClause.__init__(self, hyperparameter)
        self.value = value

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ClausePart)
            and self.hyperparameter.name == other.hyperparameter.name
            and repr(self.value) == repr(other.value)
        )

    def __repr__(self) -> str:
        # A part of the text only, because a long clause has many of them.
        return f"{self.hyperparameter.name} in {repr(self.value)[:_LONGEST_SHOWN]}"


class SpaceClause(ForbiddenConjunction):
    """A forbidden clause of a PCS file; its text is its `repr`.

    All of it lies in its components, one a parameter: ConfigSpace and smac rebuild a clause for
    another space as `type(clause)(*components)`.
    """

    components: tuple[ClausePart, ...]

    def __init__(self, *components: ClausePart) -> None:
        super().__init__(*components)
        self.clause = components[0].value

    @classmethod
    def of(cls, clause: PcsClause, hyperparameters: Hyperparameters) -> "SpaceClause":
        """ConfigSpace's for a clause."""
        return cls(*(ClausePart(hyperparameters[p.name], clause) for p in clause.parameters))

    def is_forbidden_vector(self, vector: Vector) -> bool:
        """Whether it forbids a configuration's vector."""
        return bool(self.clause.forbids([vector[c.vector_id] for c in self.components]))

    def is_forbidden_vector_array(self, arr: Vector) -> Mask:
        """Whether it forbids each column of `arr`, shape (parameters, configurations)."""
        forbidden: Mask = self.clause.forbids([arr[c.vector_id] for c in self.components])
        return forbidden

    def is_forbidden_value(self, values: Mapping[str, Any]) -> bool:
        """Whether it forbids named values; a parameter that is missing or NotSet is inactive."""
        return self.clause.forbids_values({n: v for n, v in values.items() if v is not NotSet})

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and repr(self) == repr(other)

    def __repr__(self) -> str:
        return repr(self.clause)

    def to_dict(self) -> dict[str, Any]:
        """The clause as plain data: its text."""
        return {"clause": repr(self)}

"""The configuration space of a PCS file: ConfigSpace's, made linear in the number of conditions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar, overload

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace
from ConfigSpace._condition_tree import DAG, ConditionNode
from ConfigSpace.conditions import ConditionLike, Conjunction
from ConfigSpace.forbidden import ForbiddenLike

from smacwrap.pcs.configuration import PcsConfiguration
from smacwrap.pcs.scales import Scales
from smacwrap.pcs.space_parts import SpaceClause, SpaceTerm, hyperparameter, space_condition
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.values import from_values
from smacwrap.pcs.vectors import Vectors
from smacwrap.pcs.writer import write_pcs

_T = TypeVar("_T")
_Encoder = Callable[[Any, Any], dict[str, Any]]


@dataclass
class ConditionGraph(DAG):
    """ConfigSpace's bookkeeping of parents and children, without its quadratic parts.

    ConfigSpace 1.2 looks for cycles anew for each condition, compares all pairs of conditions,
    and walks all paths through them: a chain of 16 conditions takes 26 seconds. It also visits
    some conditions before those of their parents, and takes `a && b` for equal to `a || b`.
    Here a condition always comes after those of its parents.

    Conditions have to be added parents first; that there is no cycle is the caller's to see.
    """

    def add_condition(self, condition: ConditionLike) -> None:
        """Hangs `condition.child` below its parents."""
        child = self.nodes[condition.child.name]
        child.parent_condition = condition
        for name in _parents(condition):
            parent = self.nodes[name]
            parent.children[child.name] = (child, condition)
            child.parents[name] = (parent, condition)
            child.maximum_depth = max(child.maximum_depth, parent.maximum_depth + 1)

    def _minimum_conditions(self) -> list[ConditionNode]:
        # Called by update(), which then compares all pairs of what it gets.
        return []

    @contextmanager
    def update(self) -> Iterator["ConditionGraph"]:
        """Rebuilds, at its end, what ConfigSpace looks up while sampling and changing values."""
        with super().update():
            yield self
        self.minimum_conditions = self._group_conditions()
        self._groups_below: dict[str, list[int]] = {}
        for i, group in enumerate(self.minimum_conditions):
            for name in _parents(group.condition):
                self._groups_below.setdefault(name, []).append(i)
        self._naming: Mapping[str, Sequence[ForbiddenLike]] = self.forbidden_lookup
        self.change_hp_lookup = OnDemand(self._conditions_below)
        self.forbidden_lookup = OnDemand(self._clauses_to_check)

    def _group_conditions(self) -> list[ConditionNode]:
        """One node for all children of equal conditions, parents first as `nodes` are."""
        groups: dict[object, ConditionNode] = {}
        for node in self.nodes.values():
            if node.parent_condition is not None:
                key = _signature(node.parent_condition)
                group = groups.setdefault(key, ConditionNode.from_node(node))
                group.unique_children[node.idx] = node
        for group in groups.values():
            group.children_indices = np.array(list(group.unique_children), dtype=np.intp)
            group.nan_arr = np.full(len(group.unique_children), np.nan)
        return list(groups.values())

    def _conditions_below(self, name: str) -> list[ConditionNode]:
        """The grouped conditions that a change of a parameter can switch, parents first."""
        found: set[int] = set()
        names = [name]
        for parent in names:  # grows meanwhile
            for i in self._groups_below.get(parent, ()):
                if i not in found:
                    found.add(i)
                    children = self.minimum_conditions[i].unique_children.values()
                    names += [child.name for child in children]
        return [self.minimum_conditions[i] for i in sorted(found)]

    def _clauses_to_check(self, name: str) -> list[ForbiddenLike]:
        """Those that name a parameter, or one that it can switch on or off."""
        found = {id(clause): clause for clause in self._naming.get(name, ())}
        for group in self._conditions_below(name):
            for child in group.unique_children.values():
                found |= {id(clause): clause for clause in self._naming.get(child.name, ())}
        return list(found.values())


class OnDemand(dict[str, list[_T]]):
    """Lists by parameter, each made when it is first asked for.

    In a chain of conditions every parameter switches all below it: to make all lists at once
    takes time and memory that grow with the square of the chain's length.
    """

    def __init__(self, make: Callable[[str], list[_T]]) -> None:
        super().__init__()
        self._make = make

    def get(self, name: str, default: Any = None) -> list[_T]:
        """The list of a parameter; an empty one where there is nothing."""
        if name not in self:
            self[name] = self._make(name)
        return self[name]


def _parents(condition: ConditionLike) -> tuple[str, ...]:
    terms = condition.dlcs if isinstance(condition, Conjunction) else (condition,)
    return tuple(dict.fromkeys(term.parent.name for term in terms))


def _signature(condition: ConditionLike) -> object:
    """Equal for conditions that hold in the same cases, whatever their children."""
    if isinstance(condition, Conjunction):
        return type(condition), *map(_signature, condition.components)
    assert isinstance(condition, SpaceTerm)
    return condition.signature()


def _encode(item: Any, _: _Encoder) -> dict[str, Any]:
    encoded: dict[str, Any] = item.to_dict()
    return encoded


_ENCODERS: Mapping[type, tuple[str, _Encoder]] = {
    SpaceTerm: ("pcs-condition", _encode),
    SpaceClause: ("pcs-clause", _encode),
}


class PcsSpace(ConfigurationSpace):
    """A configuration space read from a PCS file, which says `tree`."""

    def __init__(self, tree: Tree, name: str | None = None) -> None:
        super().__init__(name)
        self._dag = ConditionGraph()
        self.tree = tree
        self._text = write_pcs(tree)
        parameters = {name: hyperparameter(parameter) for name, parameter in tree.items()}
        self.add(
            list(parameters.values()),
            # Those of parents first.
            [space_condition(condition, parameters) for condition in tree.conditions],
            [SpaceClause.of(clause, parameters) for clause in tree.clauses],
        )

    @cached_property
    def scales(self) -> Scales:
        """What the entries of its numbers stand for."""
        return Scales(self.tree.values())

    @cached_property
    def _vectors(self) -> Vectors:
        return Vectors(self)

    def _check_default_configuration(self) -> Configuration:
        return from_values(self, self.tree.default_values())

    def __eq__(self, other: object) -> bool:
        # ConfigSpace compares distributions as well, by which no two integers on a log scale are
        # equal. It has to be quick: configurations are equal only if their spaces are.
        return isinstance(other, PcsSpace) and self._text == other._text

    @overload
    def sample_configuration(self, size: None = None) -> Configuration: ...

    @overload
    def sample_configuration(self, size: int) -> list[Configuration]: ...

    def sample_configuration(self, size: int | None = None) -> Configuration | list[Configuration]:
        """Random legal configurations; a single one, not a list, for `size` None or 1.

        ConfigSpace draws, for n parameters with m conditions and clauses, (m/n)² times as many
        candidates as are wanted, and more each round: gigabytes where there are many clauses.
        Here the share of legal candidates so far says how many to draw.

        Raises:
            UserError: the forbidden clauses leave next to nothing.
        """
        wanted = 1 if size is None else size
        rows = self._vectors.sample(wanted, np.random.default_rng(self.random.randint(2**31)))
        configurations: list[Configuration] = [PcsConfiguration(self, row) for row in rows]
        return configurations[0] if wanted == 1 else configurations

    def to_serialized_dict(
        self, encoders: Mapping[type, tuple[str, _Encoder]] | None = None
    ) -> dict[str, Any]:
        """The space as plain data, which smac writes next to its results.

        The conditions and clauses of PCS files are in it for the reader's information:
        ConfigSpace cannot make a space of them again, `read_pcs` can.
        """
        return super().to_serialized_dict({**_ENCODERS, **(encoders or {})})

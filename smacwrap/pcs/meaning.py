"""Whether conditions and clauses of two PCS files that are written differently mean the same."""

import heapq
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from smacwrap.pcs.cases import Case, UnlistedError, with_inactive, written
from smacwrap.pcs.comparisons import MIRRORED, Comparison
from smacwrap.pcs.condition_term import Condition, terms_of
from smacwrap.pcs.entries import texts
from smacwrap.pcs.forbidden import PcsClause, names_in
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.regions import (
    Activity,
    Box,
    TooManyError,
    Values,
    boxes_of,
    compared,
    covered,
    listed_numbers,
    place,
    value_at,
)
from smacwrap.pcs.tree import Tree

_MOST_COMPARED = 20
"""With so many others is a clause compared: all of a long list would take its time."""


class Meaning:
    """Compares what another space says with what a space says, as long as that is no long work.

    Where it cannot be found out, it counts as different. Parameters are taken to be active when
    the conditions of the first space say so: those that differ are spoken of anyway.

    Args:
        old: what the first file says.
        same: the parameters that have the same values in the other one.
    """

    def __init__(self, old: Tree, same: Set[str]) -> None:
        self._activity = Activity.of(old)
        self._old = old
        self._same = same
        self._known: dict[int, list[Case] | None] = {}

    def same_conditions(self, old: Condition | None, new: Condition | None) -> bool:
        """Whether they hold in the same cases; None always holds."""
        terms = [term for c in (old, new) if c is not None for term in terms_of(c)]
        if any(term.parent.name not in self._same for term in terms):
            return False
        one: list[Box] = [{}] if old is None else boxes_of(old)
        other: list[Box] = [{}] if new is None else self._moved_boxes(new)
        try:
            return covered(one, other, self._activity) and covered(other, one, self._activity)
        except TooManyError:
            return False

    def _moved_boxes(self, condition: Condition) -> list[Box]:
        own = {term.parent.name: term.parent for term in terms_of(condition)}
        return [self._moved(box, own) for box in boxes_of(condition)]

    def _moved(self, box: Box, own: Mapping[str, Parameter]) -> Box:
        return {name: _moved(values, own[name], self._old[name]) for name, values in box.items()}

    def forbidden_by(self, clause: PcsClause, others: "Clauses") -> bool:
        """Whether some of the other clauses forbid all that a clause, of either space, forbids."""
        found = self._cases(clause)
        if found is None:
            return False
        related = others.related(names_in(clause))
        known = [case for other in related for case in self._cases(other) or ()]
        return all(self._covered(case, known) for case in found)

    def _covered(self, case: Case, known: Iterable[Case]) -> bool:
        relations = set(map(_key, case.relations))
        taken = [other.box for other in known if {*map(_key, other.relations)} <= relations]
        try:
            return covered([case.box], taken, self._activity)
        except TooManyError:
            return False

    def _cases(self, clause: PcsClause) -> list[Case] | None:
        if id(clause) not in self._known:
            self._known[id(clause)] = self._listed(clause)
        return self._known[id(clause)]

    def _listed(self, clause: PcsClause) -> list[Case] | None:
        if not names_in(clause) <= self._same:
            return None
        own = {parameter.name: parameter for parameter in clause.parameters}
        try:
            return [
                case
                for one in written(clause)
                for case in with_inactive(self._translated(one, own), self._activity)
            ]
        except (UnlistedError, TooManyError):
            return None

    def _translated(self, case: Case, own: Mapping[str, Parameter]) -> Case:
        """The same case with the parameters of the first space."""
        relations = (
            replace(relation, parameter=self._old[relation.parameter.name], right=right)
            for relation in case.relations
            if not isinstance(relation.right, float) and (right := self._old[relation.right.name])
        )
        return Case(self._moved(case.box, own), tuple(relations))


class Clauses:
    """Some clauses, and where to find those that speak of the same parameters."""

    def __init__(self, clauses: Iterable[PcsClause]) -> None:
        self._naming: dict[str, list[tuple[PcsClause, set[str]]]] = {}
        for clause in clauses:
            names = names_in(clause)
            for name in names:
                self._naming.setdefault(name, []).append((clause, names))

    def related(self, names: Set[str]) -> list[PcsClause]:
        """Those of them that speak of some of the parameters, the likeliest of many.

        These are the ones that speak of no others.
        """
        found = {id(c): (c, own) for name in names for c, own in self._naming.get(name, ())}
        nearest = heapq.nsmallest(
            _MOST_COMPARED, found.values(), key=lambda pair: (len(pair[1] - names), -len(pair[1]))
        )
        return [clause for clause, _ in nearest]


def _moved(values: Values, parameter: Parameter, to: Parameter) -> Values:
    """The same values of a parameter that may list them in another order."""
    names = texts(parameter)
    if names is None or list(names) == list(texts(to) or ()):
        return values
    numbers = listed_numbers(parameter, values, len(names)) or []
    return compared(to, "in", *(place(to, value_at(parameter, number)) for number in numbers))


def _key(relation: Comparison) -> tuple[str, str, str]:
    """The same for `a < b` and `b > a`."""
    assert not isinstance(relation.right, float)
    left, right = relation.parameter.name, relation.right.name
    if left <= right:
        return left, relation.operator, right
    return right, MIRRORED[relation.operator], left

"""Conditions that never or always hold, and forbidden clauses that never match.

A configuration, a random one or one that is searched for, shows that something can happen; that
it cannot is worked out exactly, or not said. A clause that always matches is an error, because it
forbids the default.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from smacwrap.errors import Problem
from smacwrap.pcs.condition_term import Condition, terms_of
from smacwrap.pcs.forbidden import Combination, PcsClause, names_in
from smacwrap.pcs.lines import Line
from smacwrap.pcs.network import (
    Columns,
    Mask,
    Network,
    State,
    forbids,
    holds,
    random_columns,
)
from smacwrap.pcs.review.search import Search
from smacwrap.pcs.source_map import Places
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.variable_elimination import Factor, TooLargeError

_WITNESSES = 1000

_MOST_TRIES = 100_000

_LARGEST_DRAW = 4_000_000
"""So many numbers, 32 MB, are drawn at once."""

_MOST_ENTRIES = 2**16
"""So large may the tables of one question be: there may be a thousand questions."""

_MOST_ANCESTORS = 20
"""So many parameters are looked at together. What is left out could only rule out more."""


def review_logic(tree: Tree, places: Places) -> Iterator[Problem]:
    """What is suspicious about conditions and forbidden clauses."""
    logic = _Logic(tree)
    for child, reason in logic.odd_conditions():
        yield places.conditions[child].problem(reason)
    undecided: list[tuple[Line, PcsClause]] = []
    for line, clause in places.clauses:
        try:
            message = logic.oddity(clause)
        except TooLargeError:
            undecided.append((line, clause))
            continue
        if message:
            yield line.problem(message)
    for line, tries in logic.unmatched(undecided):
        yield line.problem(f"this clause matched none of {tries:,} random configurations")


def _any(state: State) -> int:
    return 1


def _not_exact(state: State) -> int:
    return 0 if state.exact else 1


def _opposite(factor: Factor) -> Factor:
    names, table = factor
    return names, ~table


def _matches_any(clause: PcsClause, columns: Columns, active: Mapping[str, Mask]) -> bool:
    names = names_in(clause)
    # Without any of its parameters, a configuration is to the clause as the default one.
    counts = np.logical_or.reduce([active[name] for name in names])
    return bool(forbids(clause, {name: columns[name][counts] for name in names}).any())


class _Logic:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.conditions = tree.condition_of
        self.parents = {
            name: dict.fromkeys(term.parent.name for term in terms_of(condition))
            for name, condition in self.conditions.items()
        }
        self.search = Search(tree)
        self.never_active: set[str] = set()
        self.witnesses = random_columns(
            tree, tree.tied_names(), _WITNESSES, np.random.default_rng(0)
        )

    def odd_conditions(self) -> Iterator[tuple[str, str]]:
        """The children whose conditions cannot hold, or cannot fail; and which it is."""
        # Parents before their children, as a tree lists them.
        for child in [name for name in self.tree if name in self.conditions]:
            condition = self.conditions[child]
            held = holds(condition, self.witnesses)
            if held.any() and not held.all():
                continue
            names, nearest = self._ancestors([child])
            shows_otherwise = self.search.can_fail if held.any() else self.search.can_hold
            if shows_otherwise(condition, nearest):
                continue
            try:
                message = self._why_odd(child, self._network(names, nearest))
            except TooLargeError:
                continue
            if message:
                yield child, message

    def _why_odd(self, child: str, network: Network) -> str | None:
        inactive = network.where([child], lambda columns: np.isnan(columns[child]))
        if network.sum(_any, inactive) == 0:
            return f"this condition always holds: '{child}' is always active"
        active = _opposite(inactive)
        if network.sum(_not_exact, active):
            return None
        self.never_active.add(child)
        if network.sum(_any, active) == 0:
            return f"this condition can never hold: '{child}' is never active"
        return (
            "this condition wants one exact value of a real, which chance does not find: "
            f"'{child}' is hardly ever active"
        )

    def oddity(self, clause: PcsClause) -> str | None:
        """What is suspicious about how often a clause matches, if anything is.

        Raises:
            TooLargeError: whether it ever does cannot be told.
        """
        matched = forbids(clause, self.witnesses)
        if matched.all():
            return f"this clause matched all of {_WITNESSES:,} random configurations"
        if matched.any():
            return None
        never = "this clause never matches: it forbids nothing"
        names, nearest = self._ancestors(names_in(clause))
        if isinstance(clause, Combination):
            possible = self.search.can_match(clause, nearest)
            if possible is not None:
                return None if possible else never
        network = self._network(names, nearest, [clause])
        matching = _opposite(network.unforbidden(clause))
        if network.sum(_not_exact, matching):
            return None
        if network.sum(_any, matching) == 0:
            return never
        return (
            "this clause wants one exact value of a real, which chance does not find: "
            "it forbids next to nothing"
        )

    def _network(
        self,
        names: Sequence[str],
        conditions: Sequence[Condition],
        clauses: Sequence[PcsClause] = (),
    ) -> Network:
        return Network(self.tree, names, conditions, clauses, _MOST_ENTRIES)

    def _ancestors(self, names: Iterable[str]) -> tuple[list[str], list[Condition]]:
        """Some parameters with their nearest ancestors, and the conditions between them.

        A parameter that has been reported as never active may be active here, lest all below
        it be reported again.
        """
        found = dict.fromkeys(sorted(names))
        queue = list(found)
        conditions = []
        for name in queue:
            if name not in self.conditions or name in self.never_active:
                continue
            new = [parent for parent in self.parents[name] if parent not in found]
            if len(found) + len(new) > _MOST_ANCESTORS:
                continue
            conditions.append(self.conditions[name])
            found.update(dict.fromkeys(new))
            queue += new
        return list(found), conditions

    def unmatched(self, clauses: list[tuple[Line, PcsClause]]) -> Iterator[tuple[Line, int]]:
        """The lines of the clauses that match no random configuration, and of how many."""
        rng = np.random.default_rng(1)
        names = self._with_ancestors(name for _, clause in clauses for name in names_in(clause))
        drawn = 0
        while clauses and drawn < _MOST_TRIES:
            count = min(_MOST_TRIES - drawn, max(1, _LARGEST_DRAW // len(names)))
            columns = random_columns(self.tree, names, count, rng)
            active = {name: ~np.isnan(entries) for name, entries in columns.items()}
            clauses = [(line, c) for line, c in clauses if not _matches_any(c, columns, active)]
            drawn += count
        return ((line, drawn) for line, _ in clauses)

    def _with_ancestors(self, names: Iterable[str]) -> set[str]:
        queue = sorted(set(names))
        found = set(queue)
        for name in queue:
            new = self.parents.get(name, {}).keys() - found
            found |= new
            queue += sorted(new)
        return found

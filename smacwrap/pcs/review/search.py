"""Looks for a configuration in which parameters are active, step by step from them upwards.

Most questions about conditions and classic clauses are answered so, in a small part of the time
that the exact sums of a `Network` take.
"""

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from smacwrap.pcs.condition_term import Condition, Or, terms_of
from smacwrap.pcs.forbidden import Combination
from smacwrap.pcs.network import (
    Mask,
    forbids,
    holds,
    mentioned_values,
    states_of,
)
from smacwrap.pcs.tree import Tree

Wanted = Mapping[str, Mask]
"""Parameters that are to be active, and which of their `entries` are allowed."""


class Search:
    """Answers for what a PCS file says.

    What has a condition that is not among the `conditions` of a question may be active or not.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._conditional = tree.condition_of.keys()
        classic = [clause for clause in tree.clauses if isinstance(clause, Combination)]
        self._mentioned = mentioned_values(tree, tree.conditions, classic)
        self._entries: dict[str, npt.NDArray[np.float64]] = {}
        self._inexact: dict[str, Mask] = {}

    def entries(self, name: str) -> npt.NDArray[np.float64]:
        """One vector entry for all values of a parameter that nothing tells apart."""
        if name not in self._entries:
            states = list(states_of(self._tree[name], self._mentioned[name], conditional=False))
            self._entries[name] = np.array([state.entry for state in states])
            self._inexact[name] = np.array([not state.exact for state in states])
        return self._entries[name]

    def can_hold(self, condition: Condition, conditions: Iterable[Condition]) -> bool:
        """Whether a configuration was found in which a condition, one of `conditions`, holds."""
        child = condition.child.name
        every = np.ones(self.entries(child).shape, dtype=np.bool_)
        return self._possible({child: every}, conditions) is True

    def can_fail(self, condition: Condition, conditions: Iterable[Condition]) -> bool:
        """Whether a configuration was found in which a condition does not hold."""
        wanted: dict[str, Mask] = {}
        for alternative in _alternatives(condition):
            for term in terms_of(alternative):
                name = term.parent.name
                values = ~holds(term, {name: self.entries(name)}) & wanted.get(name, True)
                if values.any():
                    wanted[name] = values
                    break
            else:
                return False
        return self._possible(wanted, conditions) is True

    def can_match(self, clause: Combination, conditions: Iterable[Condition]) -> bool | None:
        """Whether a classic clause matches some configuration; None if that was not found out."""
        wanted: dict[str, Mask] = {}
        left_out: set[str] = set()
        for pair in clause.pairs:
            name, single = pair.parameter.name, Combination(pair)
            values = forbids(single, {name: self.entries(name)})
            wanted[name] = values & wanted.get(name, True)
            if name in self._conditional and single.forbids_default():
                left_out.add(name)  # if it is inactive, it matches too
        if self._possible(wanted, conditions):
            return True
        needed = {name: values for name, values in wanted.items() if name not in left_out}
        return False if self._possible(needed, conditions) is False else None

    def _possible(self, wanted: Wanted, conditions: Iterable[Condition]) -> bool | None:
        """Whether the wanted can be, and not by one exact value of a real; None if not known.

        Where a condition has several alternatives, only the first that fits is tried.
        """
        if not all(values.any() for values in wanted.values()):
            return False
        allowed = dict(wanted)
        condition_of = {condition.child.name: condition for condition in conditions}
        forced = True
        queue = list(allowed)
        for name in queue:  # grows meanwhile
            if name not in condition_of:
                continue
            needs = (self._needs(terms, allowed) for terms in _alternatives(condition_of[name]))
            fitting = [need for need in needs if need is not None]
            if not fitting:
                return False if forced else None
            forced &= len(fitting) == 1
            queue += [parent for parent in fitting[0] if parent not in allowed]
            allowed |= fitting[0]
        inexact = all((values & self._inexact[name]).any() for name, values in allowed.items())
        return True if inexact else None

    def _needs(self, alternative: Condition, allowed: Wanted) -> Wanted | None:
        """The values of its parents with which all of an alternative holds; None without any."""
        found: dict[str, Mask] = {}
        for term in terms_of(alternative):
            name = term.parent.name
            values = holds(term, {name: self.entries(name)})
            found[name] = values & found.get(name, allowed.get(name, True))
            if not found[name].any():
                return None
        return found


def _alternatives(condition: Condition) -> Iterable[Condition]:
    return condition.components if isinstance(condition, Or) else (condition,)

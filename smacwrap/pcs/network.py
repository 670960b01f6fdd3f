"""A space as a network of parameters with few states each, on which questions have exact answers.

Where `n > 10` is all that is asked of `n`, its values from 11 on are one state. So even reals
have few, and what conditions and forbidden clauses do to each other can be worked out.
"""

import itertools
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from smacwrap.pcs.condition_term import And, Condition, Term, terms_of
from smacwrap.pcs.entries import are_apart, bounds, texts, to_entry
from smacwrap.pcs.forbidden import Combination, PcsClause, names_in
from smacwrap.pcs.model import Constant, Integer, Listed, Parameter, Real
from smacwrap.pcs.scales import Scales
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.variable_elimination import MOST_ENTRIES, Factor, TooLargeError, sum_of_products

Columns = Mapping[str, npt.NDArray[np.float64]]
"""Vector entries by parameter, arrays of one shape; NaN where it is inactive."""

Mask = npt.NDArray[np.bool_]

_MOST_VALUES = 10_000
"""So many values of one parameter, and no more, are states of their own."""


def holds(condition: Condition, columns: Columns) -> Mask:
    """Where a condition holds."""
    if not isinstance(condition, Term):
        join = np.logical_and if isinstance(condition, And) else np.logical_or
        return cast(Mask, join.reduce([holds(part, columns) for part in condition.components]))
    entries = columns[condition.parent.name]
    found = np.zeros(entries.shape, dtype=np.bool_)
    for low, high in condition.intervals:
        found |= (entries > low) & (entries < high)
    return found


def forbids(clause: PcsClause, columns: Columns) -> Mask:
    """Where a clause matches."""
    return np.asarray(clause.forbids([columns[p.name] for p in clause.parameters]))


@dataclass(frozen=True)
class State:
    """Values of a parameter that nothing tells apart, or that it is inactive.

    Attributes:
        entry: the vector entry of one of the values, NaN for inactive.
        size: how many values there are, infinitely many in an interval of a real.
        exact: whether it is one exact value of a real, which chance never finds.
    """

    entry: float
    size: float
    exact: bool = False


class Network:
    """Some parameters of a PCS file with the conditions and clauses between them.

    Args:
        tree: what a PCS file says.
        names: the parameters to look at.
        conditions: those to respect, with their children and parents all in `names`. What has
            a condition that is left out may be active or not.
        clauses: those to respect or to ask about, with their parameters all in `names`.
        most_entries: of all tables of factors together.

    Raises:
        TooLargeError: a parameter of an advanced clause has too many values.
    """

    def __init__(
        self,
        tree: Tree,
        names: Collection[str],
        conditions: Iterable[Condition],
        clauses: Sequence[PcsClause] = (),
        most_entries: int = MOST_ENTRIES,
    ) -> None:
        conditions = list(conditions)
        mentioned = mentioned_values(names, conditions, clauses)
        conditional = tree.condition_of.keys()
        self.states = {
            name: list(states_of(tree[name], mentioned[name], name in conditional))
            for name in names
        }
        self._entries_left = most_entries
        self._activity = [self._switch(condition) for condition in conditions]

    def where(self, names: Iterable[str], test: Callable[[Columns], Mask]) -> Factor:
        """The factor that keeps the combinations of states that pass a test on `names`.

        Raises:
            TooLargeError: there are too many combinations, with those of earlier factors.
        """
        axes = tuple(sorted(set(names)))
        self._entries_left -= math.prod(max(2, len(self.states[name])) for name in axes)
        if self._entries_left < 0:
            raise TooLargeError
        entries = [[state.entry for state in self.states[name]] for name in axes]
        grid = np.meshgrid(*entries, indexing="ij")
        return axes, test(dict(zip(axes, grid, strict=True)))

    def unforbidden(self, clause: PcsClause) -> Factor:
        """The factor that keeps what a clause does not match.

        Raises:
            TooLargeError: there are too many combinations, with those of earlier factors.
        """
        return self.where(names_in(clause), lambda columns: ~forbids(clause, columns))

    def sum(self, weigh: Callable[[State], int], *factors: Factor) -> int:
        """The weights of all combinations of states that the conditions and `factors` allow.

        The weight of a combination is the product of its states' weights.

        Raises:
            TooLargeError: the parameters are too entangled.
        """
        weights = {name: [weigh(state) for state in states] for name, states in self.states.items()}
        return sum_of_products(weights, [*self._activity, *factors])

    def _switch(self, condition: Condition) -> Factor:
        child = condition.child.name
        return self.where(
            [child, *(term.parent.name for term in terms_of(condition))],
            lambda columns: np.isnan(columns[child]) != holds(condition, columns),
        )


def mentioned_values(
    names: Iterable[str], conditions: Iterable[Condition], clauses: Iterable[PcsClause]
) -> dict[str, set[str | float] | None]:
    """The values that are singled out, by parameter; None where every value counts."""
    found: dict[str, set[str | float] | None] = {name: set() for name in names}
    for term in itertools.chain.from_iterable(map(terms_of, conditions)):
        values = term.value if term.operator == "in" else (term.value,)
        cast(set[str | float], found[term.parent.name]).update(values)
    for clause in clauses:
        if not isinstance(clause, Combination):
            found.update((parameter.name, None) for parameter in clause.parameters)
            continue
        for pair in clause.pairs:
            if (known := found[pair.parameter.name]) is not None:
                known.add(pair.value)
    return found


def states_of(
    parameter: Parameter, mentioned: set[str | float] | None, conditional: bool
) -> Iterator[State]:
    """The states of a parameter of which some values, or all, are singled out.

    Raises:
        TooLargeError: all of them are, and there are too many.
    """
    if conditional:
        yield State(math.nan, 1)
    if isinstance(parameter, Real):
        if mentioned is None:
            raise TooLargeError
        yield from _real_states(parameter, sorted(map(float, mentioned)))
        return
    names = texts(parameter)
    low, high = (0, len(names) - 1) if names is not None else map(int, bounds(parameter))
    if mentioned is None:
        if high - low >= _MOST_VALUES:
            raise TooLargeError
        numbers: Sequence[float] = range(low, high + 1)
    elif names is not None:
        numbers = sorted(to_entry(parameter, value) for value in mentioned)
    else:
        numbers = sorted(map(float, mentioned))
    for number, size in _whole_groups(numbers, low, high):
        value = number if names is None else names[number]
        yield State(to_entry(parameter, value), size)


def _whole_groups(numbers: Sequence[float], low: int, high: int) -> Iterator[tuple[int, int]]:
    """The whole ones of some numbers and the gaps between: the first of each, and how many."""
    for number in numbers:
        if number == int(number):
            yield int(number), 1
    for left, right in itertools.pairwise((low - 1, *numbers, high + 1)):
        first = math.floor(left) + 1
        if first < right:
            yield first, math.ceil(right) - first


def _real_states(parameter: Real, numbers: Sequence[float]) -> Iterator[State]:
    for number in numbers:
        yield State(to_entry(parameter, number), 1, exact=True)
    for left, right in itertools.pairwise((parameter.lower, *numbers, parameter.upper)):
        if are_apart(parameter, left, right):
            yield State(to_entry(parameter, left / 2 + right / 2), math.inf)


def random_columns(
    tree: Tree, names: Collection[str], count: int, rng: np.random.Generator
) -> Columns:
    """Random configurations, reduced to some parameters; forbidden ones are among them.

    Args:
        tree: what a PCS file says.
        names: the parameters, and with a child always its parents.
        count: how many.
        rng: where the chance comes from.
    """
    columns: dict[str, npt.NDArray[np.float64]] = {}
    wanted = {*names}
    # Parents come before their children.
    for name, parameter in tree.items():
        if name in wanted:
            columns[name] = _random_entries(parameter, count, rng)
            if name in tree.condition_of:
                columns[name][~holds(tree.condition_of[name], columns)] = np.nan
    return columns


def _random_entries(
    parameter: Parameter, count: int, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Random entries: all values are as likely, on a logarithmic scale as `Scales.spread` says."""
    if isinstance(parameter, Listed):
        return rng.integers(len(parameter.values), size=count).astype(np.float64)
    if isinstance(parameter, Constant):
        return np.full(count, to_entry(parameter, parameter.value))
    shares = rng.random(count)
    if not isinstance(parameter, Integer):
        return shares
    return Scales([parameter]).spread(shares[:, None])[:, 0]

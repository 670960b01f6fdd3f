"""Exact sums over all combinations of many small variables, by variable elimination."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[Any]
"""Of booleans, or of Python's integers: numbers of configurations soon pass 2**64."""

Factor = tuple[tuple[str, ...], Table]
"""A table with an axis for each of some variables, whose names are sorted."""

MOST_ENTRIES = 2**21
"""So many entries may all tables for one answer have together: a second's work."""


class TooLargeError(Exception):
    """An exact answer would need tables of more than `MOST_ENTRIES` entries."""


def sum_of_products(weights: Mapping[str, Sequence[int]], factors: Iterable[Factor]) -> int:
    """The sum, over all combinations of states, of all weights and factors multiplied.

    Bucket elimination (R. Dechter, Artificial Intelligence 113, 1999): variables are summed out
    one by one, always the one that needs the smallest table. The cost grows with how entangled
    the variables are, not with their number.

    Args:
        weights: for each variable, the weight of each of its states.
        factors: tables over these variables.

    Raises:
        TooLargeError: the variables are too entangled.
    """
    elimination = _Elimination(weights)
    for names, table in factors:
        elimination.multiply(names, table)
    return elimination.run()


class _Elimination:
    def __init__(self, weights: Mapping[str, Sequence[int]]) -> None:
        self.sizes = {name: len(states) for name, states in weights.items()}
        self.tables: dict[tuple[str, ...], Table] = {}
        self.scopes: dict[str, set[tuple[str, ...]]] = {name: set() for name in weights}
        # How many tables a variable shares with each other, and what summing it out costs: kept
        # up to date, because to look through all tables of a variable in many takes its time.
        self.shared: dict[str, dict[str, int]] = {name: {} for name in weights}
        self.costs = dict.fromkeys(weights, 1)
        for name, states in weights.items():
            self.multiply((name,), np.array(states, dtype=object))

    def multiply(self, names: tuple[str, ...], table: Table) -> None:
        known = self.tables.get(names)
        self.tables[names] = table if known is None else known * table
        if known is None:
            for name in names:
                self.scopes[name].add(names)
                self.share(name, names, 1)

    def share(self, name: str, names: tuple[str, ...], count: int) -> None:
        """Counts one table more, or fewer, that a variable shares with others and itself.

        The cost is the size of the table that summing out the variable needs.
        """
        shared = self.shared[name]
        for other in names:
            before = shared.get(other, 0)
            shared[other] = before + count
            # A single state counts as two, because NumPy's tables have no more than 32 axes.
            size = max(2, self.sizes[other])
            if before == 0:
                self.costs[name] *= size
            elif shared[other] == 0:
                del shared[other]
                self.costs[name] //= size

    def run(self) -> int:
        costs = self.costs
        queue = [(cost, name) for name, cost in costs.items()]
        heapq.heapify(queue)
        result = 1
        spent = 0
        while queue:
            cost, name = heapq.heappop(queue)
            if cost != costs.get(name):
                continue  # it has a newer place in the queue, or is gone
            spent += cost
            if spent > MOST_ENTRIES:
                raise TooLargeError
            del costs[name]
            names, table = self.sum_out(name)
            if not names:
                result *= int(table)
                continue
            self.multiply(names, table)
            for other in names:
                heapq.heappush(queue, (costs[other], other))
        return result

    def sum_out(self, name: str) -> Factor:
        scopes = self.scopes.pop(name)
        scope = sorted(self.shared.pop(name))
        product: Table = np.ones([self.sizes[other] for other in scope], dtype=object)
        for names in scopes:
            shape = [self.sizes[other] if other in names else 1 for other in scope]
            product = product * self.tables.pop(names).reshape(shape)
            for other in names:
                if other != name:
                    self.scopes[other].discard(names)
                    self.share(other, names, -1)
        return tuple(o for o in scope if o != name), product.sum(axis=scope.index(name))

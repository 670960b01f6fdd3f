"""The seeds that a target algorithm is called with."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

_MOST_SEED = 2**31 - 1


@dataclass(frozen=True)
class Seeds:
    """A list of seeds that all workers of a study share, so that runs can be compared.

    Workers cannot know what the others begin at the same moment, and shall not begin the same:
    each has a part of the seeds that it uses first.

    Args:
        base: makes the list; None where the target algorithm is deterministic: its one seed is -1.
        most: how long the list is: on so many seeds a configuration may be run.
        worker: whose turn it is, from 0.
        workers: how many there are.
    """

    base: int | None = None
    most: int = 1
    worker: int = 0
    workers: int = 1

    @property
    def first(self) -> int:
        """The first of the list, for all workers the same."""
        return next(self._list())

    def __iter__(self) -> Iterator[int]:
        """The list, in the order in which the worker uses it."""
        yield from (seed for seed in islice(self._list(), self.most) if self.is_mine(seed))
        yield from (seed for seed in islice(self._list(), self.most) if not self.is_mine(seed))

    def is_mine(self, seed: int) -> bool:
        """Whether a seed is one of those that the worker uses first."""
        return seed % self.workers == self.worker

    def counted_as(self, seed: int) -> int:
        """The seed that a run counts for: the first of the list, if it had none that could be.

        So a study of another kind, deterministic or not, can be learned from.
        """
        return self.first if self.base is None or seed < 0 else seed

    def _list(self) -> Iterator[int]:
        if self.base is None:
            yield -1
            return
        draw = random.Random(self.base)
        seen: set[int] = set()
        while True:
            seed = draw.randint(0, _MOST_SEED)
            if seed not in seen:
                seen.add(seed)
                yield seed


DETERMINISTIC = Seeds()
"""The seeds of a target algorithm that ignores them."""

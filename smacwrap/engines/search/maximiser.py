"""The acquisition maximiser: random candidates and a local search, whole matrices at a time."""

import numpy as np
import numpy.typing as npt
from ConfigSpace import Configuration
from smac.acquisition.maximizer.abstract_acquisition_maximizer import AbstractAcquisitionMaximizer

from smacwrap.engines.search.acquisition import LogExpectedImprovement
from smacwrap.engines.search.neighbours import Neighbourhood
from smacwrap.engines.search.observations import Observations
from smacwrap.engines.search.settled import Settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix

_RANDOM = 1000
"""So many random configurations are looked at each time."""

_STARTS = 10
"""A local search starts from so many, half of them random, half of them run before."""

_NEIGHBOURS = 30
_STEPS = 15
_HALVED_AFTER = 4
"""After so many steps, only the more promising half goes on."""

_PATIENCE = 3
"""A local search ends after so many steps that did not improve any start."""

_MOST_SCORED = 2_000
"""Where so few configurations are left, all are looked at."""


class MatrixSearch(AbstractAcquisitionMaximizer):
    """Finds promising configurations that have not been run.

    Args:
        observations: what has been run.
        unseen: what has not.
        seed: makes the search repeatable.
    """

    _acquisition_function: LogExpectedImprovement

    def __init__(self, observations: Observations, unseen: Unseen, seed: int) -> None:
        vectors = observations.vectors
        super().__init__(vectors.space, challengers=_STARTS, seed=seed)
        self._observations = observations
        self._unseen = unseen
        self._vectors = vectors
        self._random = np.random.default_rng([seed, 2])
        self._neighbourhood = Neighbourhood(vectors, self._random)

    def best(self, count: int) -> Matrix:
        """The most promising new configurations found, the best first; fewer if few are left."""
        rows = self._unseen.all_left()
        if rows is not None and len(rows) <= _MOST_SCORED:
            return self._unseen.first(rows[self._ranks(self._values(rows))], count)
        drawn = self._vectors.draw(_RANDOM, self._random)
        values = self._values(drawn)
        climbed, reached = self._climb(self._starts(drawn, values))
        rows = np.concatenate([climbed, drawn])
        rows = rows[self._ranks(np.concatenate([reached, values]))]
        return self._unseen.first(rows[self._unseen.new(rows)], count)

    def _values(self, rows: Matrix) -> Matrix:
        return self._acquisition_function.values(rows) if len(rows) else np.empty(0)

    def _ranks(self, values: Matrix) -> npt.NDArray[np.intp]:
        """Places by value, the highest first; equals in any order."""
        return np.lexsort((self._random.random(len(values)), -values))

    def _starts(self, drawn: Matrix, values: Matrix) -> Matrix:
        """Where to climb from: what was run and is promising, or cheap, and what was drawn."""
        half = _STARTS // 2
        rows = self._observations.training().rows
        return np.concatenate(
            [
                rows[self._ranks(self._values(rows))[: half // 2]],
                rows[self._ranks(-self._acquisition_function.means(rows))[: half - half // 2]],
                drawn[self._ranks(values)[: _STARTS - half]],
            ]
        )

    def _climb(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """Where a local search gets to from each row, and how promising that is."""
        values = self._values(rows)
        idle = 0
        for step in range(1, _STEPS + 1):
            neighbours = self._neighbourhood.draw(rows, _NEIGHBOURS)
            theirs = self._values(neighbours)
            theirs[~self._vectors.allowed(neighbours)] = -np.inf
            theirs = theirs.reshape(len(rows), _NEIGHBOURS)
            chosen = theirs.argmax(axis=1)
            best = theirs[np.arange(len(rows)), chosen]
            better = best > values
            idle = 0 if better.any() else idle + 1
            if idle == _PATIENCE:
                break
            places = (np.arange(len(rows)) * _NEIGHBOURS + chosen)[better]
            rows[better], values[better] = neighbours[places], best[better]
            if step % _HALVED_AFTER == 0:
                leading = self._ranks(values)[: (len(rows) + 1) // 2]
                rows, values = rows[leading], values[leading]
        return rows, values

    def _maximize(
        self, previous_configs: list[Configuration], n_points: int
    ) -> list[tuple[float, Configuration]]:
        rows = self.best(n_points)
        if not len(rows):
            return []
        values = self._acquisition_function.values(rows)
        return list(zip(values.tolist(), Settled.all_of(self._vectors, rows), strict=True))

"""The model that takes turns: Gaussian process and random forest, by space and history."""

import numpy as np

from smacwrap.engines.models.forest import Forest
from smacwrap.engines.models.gp import GaussianProcess
from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.pcs.vectors import Matrix, Vectors

_MOST_PARAMETERS = 20
"""With more parameters, lengths cannot be learned from a few hundred runs."""

_FEW_RUNS = 30
"""Up to so many runs, only the process knows anything between them."""

_MOST_RUNS = 200
"""A process takes time with the third power of the number of runs."""


class Automatic(Surrogate):
    """A Gaussian process and a random forest, trained in turn.

    The process sees where a smooth cost leads after a few runs; the forest takes steps, noise and
    outliers as they come, sees finer differences near the best, and never gets slow. In turn, each
    explores what the other is wrong about.
    """

    most = Forest.most

    def __init__(self, vectors: Vectors, seed: int) -> None:
        super().__init__(vectors, seed)
        self._forest = Forest(vectors, seed)
        self._process = GaussianProcess(vectors, seed)
        self._few_parameters = np.count_nonzero(vectors.levels > 1) <= _MOST_PARAMETERS
        self._chosen: Surrogate = self._forest

    def fit(self, rows: Matrix, costs: Matrix, runs: Matrix) -> None:
        """See `Surrogate.fit`."""
        size = len(rows)
        turn = size <= _FEW_RUNS or (size <= _MOST_RUNS and size % 2 == 1)
        self._chosen = self._process if self._few_parameters and turn else self._forest
        self._chosen.fit(rows, costs, runs)

    def believe(self, rows: Matrix) -> None:
        """See `Surrogate.believe`."""
        self._chosen.believe(rows)

    def posterior(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """See `Surrogate.posterior`."""
        return self._chosen.posterior(rows)

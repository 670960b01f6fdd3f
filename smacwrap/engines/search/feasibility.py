"""Where runs are feasible: a forest that learns it from those that crashed or were UNSAT."""

import numpy as np

from smacwrap.engines.models.forest import Forest
from smacwrap.pcs.vectors import Matrix, Vectors

_LEAST = 0.01
"""Nothing counts as less likely: trees that all agree are no proof."""


class Feasibility:
    """How likely configurations are to be feasible.

    A promise counts as much as it is likely to be kept: the expected improvement is multiplied by
    this (Schonlau, Welch and Jones 1998, "Global versus local search in constrained optimization
    of computer models").

    Args:
        vectors: the configuration space.
        seed: makes it repeatable.
    """

    def __init__(self, vectors: Vectors, seed: int) -> None:
        self._forest = Forest(vectors, seed)
        self._certain = True

    def fit(self, rows: Matrix, feasible: Matrix) -> None:
        """Learn from these configurations, instead of those before.

        Args:
            rows: shape (configurations, parameters).
            feasible: which share of each one's runs was feasible.
        """
        self._certain = bool((feasible == 1).all())
        if not self._certain:
            self._forest.learn(rows, feasible)

    def log_probability(self, rows: Matrix) -> Matrix:
        """The logarithm of the probability: one entry a row."""
        if self._certain:
            return np.zeros(len(rows))
        share, _ = self._forest.posterior(rows)
        return np.asarray(np.log(np.maximum(share, _LEAST)))

"""The initial design: the default and a few configurations spread over the space."""

import warnings
from collections.abc import Sequence

from ConfigSpace import Configuration
from scipy.stats.qmc import Sobol
from smac.initial_design.abstract_initial_design import AbstractInitialDesign
from smac.scenario import Scenario

from smacwrap.engines.search.settled import Settled
from smacwrap.pcs.vectors import Vectors

_MOST_DIMENSIONS = 21_201
"""Of scipy's Sobol sequence."""


class SpreadDesign(AbstractInitialDesign):
    """A scrambled Sobol sequence, with the given configurations in front as in SMAC v2.

    Args:
        scenario: SMAC3's.
        vectors: the space.
        count: how many configurations to spread.
        first: what comes before them.
    """

    def __init__(
        self, scenario: Scenario, vectors: Vectors, count: int, first: Sequence[Configuration]
    ) -> None:
        super().__init__(scenario, n_configs=count, max_ratio=1.0)
        self._vectors = vectors
        self._count = count
        self._first = first

    def select_configurations(self) -> list[Configuration]:
        """The configurations, in the order in which to run them."""
        spread = self._select_configurations() if self._count else []
        return list(dict.fromkeys([*self._first, *spread]))

    def _select_configurations(self) -> list[Configuration]:
        dimensions = len(self._vectors)
        if dimensions > _MOST_DIMENSIONS:
            return []
        sequence = Sobol(dimensions, seed=self._seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            cube = sequence.random(self._count)
        rows = self._vectors.legalise(self._vectors.from_unit(cube))
        return list[Configuration](Settled.all_of(self._vectors, rows))

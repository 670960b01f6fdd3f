"""The seam between the search and a model of the cost."""

from abc import abstractmethod
from typing import ClassVar, Self

import numpy as np
from smac.model.abstract_model import AbstractModel

from smacwrap.pcs.vectors import Matrix, Vectors

_SMALLEST_VARIANCE = 1e-20


class Surrogate(AbstractModel):
    """A model of the cost, for SMAC3; lower is better, on whatever scale the model likes.

    Args:
        vectors: the configuration space, whose rows the model learns from.
        seed: makes the model repeatable.
    """

    most: ClassVar[int]
    """From about so many configurations it can learn before it gets slow."""

    def __init__(self, vectors: Vectors, seed: int) -> None:
        super().__init__(vectors.space, seed=seed)
        self.vectors = vectors

    @abstractmethod
    def fit(self, rows: Matrix, costs: Matrix, runs: Matrix) -> None:
        """Learn from these configurations, instead of those before.

        Args:
            rows: shape (configurations, parameters).
            costs: their mean costs, not all of them equal.
            runs: over how many runs each is the mean.
        """

    @abstractmethod
    def believe(self, rows: Matrix) -> None:
        """Go on as if runs of these configurations had cost what the model expects.

        So the search does not propose the neighbours of runs that have not ended yet ("kriging
        believer", Ginsbourger et al. 2010). Until the next `fit`.
        """

    @abstractmethod
    def posterior(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """The mean and variance of what configurations may cost: one entry a row."""

    def mean_and_deviation(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """The mean of what configurations may cost and its standard deviation, never 0."""
        mean, variance = self.posterior(rows)
        return mean, np.sqrt(np.maximum(variance, _SMALLEST_VARIANCE))

    def _train(self, X: Matrix, Y: Matrix) -> Self:  # noqa: N803
        self.fit(X, Y[:, 0], np.ones(len(X)))
        return self

    def _predict(
        self,
        X: Matrix,  # noqa: N803
        covariance_type: str | None = "diagonal",
    ) -> tuple[Matrix, Matrix]:
        return self.posterior(X)

"""The acquisition function: what a run promises to gain, and how likely it is to succeed."""

from typing import Any

import numpy as np
from scipy.special import erfcx, ndtr
from smac.acquisition.function.abstract_acquisition_function import AbstractAcquisitionFunction

from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.engines.search.feasibility import Feasibility
from smacwrap.pcs.vectors import Matrix

_FAR = -5.0
_ROOT_HALF_PI = np.sqrt(np.pi / 2)


class LogExpectedImprovement(AbstractAcquisitionFunction):
    """The logarithm of the expected improvement, which tells apart what rounds to no improvement.

    Ament et al. 2023, "Unexpected improvements to expected improvement for Bayesian optimization".

    Args:
        feasibility: what it is weighted with.
    """

    _model: Surrogate | None

    def __init__(self, feasibility: Feasibility) -> None:
        super().__init__()
        self._feasibility = feasibility

    @property
    def name(self) -> str:
        """For SMAC3's records."""
        return "Log Expected Improvement"

    def _update(self, **kwargs: Any) -> None:
        self._best = float(kwargs["eta"])

    def values(self, rows: Matrix) -> Matrix:
        """How promising configurations are: one entry a row, higher is better."""
        assert self._model is not None
        mean, deviation = self._model.mean_and_deviation(rows)
        gain: Matrix = np.log(deviation) + log_h((self._best - mean) / deviation)
        return gain + self._feasibility.log_probability(rows)

    def means(self, rows: Matrix) -> Matrix:
        """What configurations are expected to cost: one entry a row, lower is better."""
        assert self._model is not None
        mean, _ = self._model.posterior(rows)
        return mean

    def _compute(self, X: Matrix) -> Matrix:  # noqa: N803
        values: Matrix = self.values(X).reshape(-1, 1)
        return values


def log_h(z: Matrix) -> Matrix:
    """log(φ(z) + z Φ(z)), the improvement expected of a standard normal variable."""
    near = np.maximum(z, _FAR)
    direct = np.log(np.exp(-0.5 * near**2) / np.sqrt(2 * np.pi) + near * ndtr(near))
    far = np.minimum(z, _FAR)
    # Φ(z)/φ(z) by the scaled complementary error function, which does not underflow.
    ratio = _ROOT_HALF_PI * erfcx(-far / np.sqrt(2))
    tail = -0.5 * far**2 - 0.5 * np.log(2 * np.pi) + np.log1p(np.maximum(far * ratio, -1 + 1e-16))
    return np.asarray(np.where(z > _FAR, direct, tail))

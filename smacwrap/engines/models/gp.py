"""A Gaussian process: the model for smooth costs of a few parameters and some hundred runs."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve, lapack
from scipy.optimize import minimize

from smacwrap.engines.models.response import compressed
from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.pcs.vectors import Matrix, Vectors

_JITTER = 1e-8
_LENGTH_SPREAD = 1.0
_NOISE_MEAN, _NOISE_SPREAD = np.log(1e-4), 2.5
_BOUND = 12.0
"""Logarithms of hyperparameters stay within this distance of 0."""

_LEARN_SHARE = 20
"""Hyperparameters are learned again after each 20th part of the runs."""

_STABLE = 15
"""From so many runs on, hyperparameters are only adjusted, not sought anew."""

_STEPS = 30


class GaussianProcess(Surrogate):
    """A Gaussian process with a Matérn 5/2 kernel, one length scale for each parameter.

    Categoricals differ or do not: their factor of the kernel is exp(-weight) where they do
    (Hutter 2009, "Automated configuration of algorithms", section 10.2.2). A parameter that is
    inactive counts with its default; that it is inactive shows in its parents.

    Hyperparameters maximise the posterior density: log-normal priors, whose length scales grow
    with the dimension (Hvarfner et al. 2024, "Vanilla Bayesian optimization performs great in high
    dimensions"). Rasmussen and Williams 2006, chapters 2 and 5.
    """

    most = 500

    def __init__(self, vectors: Vectors, seed: int) -> None:
        super().__init__(vectors, seed)
        free = vectors.levels > 1
        self._numbers = np.flatnonzero(free & ~vectors.categorical)
        self._names = np.flatnonzero(free & vectors.categorical)
        self._divisor = np.where(vectors.ordinal, vectors.levels - 1, 1.0)[self._numbers]
        count, names = len(self._numbers), len(self._names)
        # The hyperparameters' logarithms: length scales, weights, signal and noise variance.
        length = np.log(0.5) + 0.5 * np.log(max(1, count + names))
        self._prior_mean = np.concatenate(
            [np.full(count, length), np.full(names, np.log(0.5)), [0.0], [_NOISE_MEAN]]
        )
        self._prior_spread = np.concatenate(
            [np.full(count + names, _LENGTH_SPREAD), [1.0], [_NOISE_SPREAD]]
        )
        self._log = self._prior_mean.copy()
        self._learned_from = 0

    def fit(self, rows: Matrix, costs: Matrix, runs: Matrix) -> None:
        """See `Surrogate.fit`."""
        self._shares = 1 / runs
        response = compressed(costs)
        deviation = float(response.std()) or 1.0
        self._response = (response - response.mean()) / deviation
        self._features = self._split(rows)
        size = len(rows)
        if size < self._learned_from or size - self._learned_from >= max(1, size // _LEARN_SHARE):
            self._learn()
            self._learned_from = size
        self._condition()

    def believe(self, rows: Matrix) -> None:
        """See `Surrogate.believe`."""
        mean, _ = self.posterior(rows)
        more = self._split(rows)
        numbers, names = (np.concatenate(p) for p in zip(self._features, more, strict=True))
        self._features = numbers, names
        self._response = np.concatenate([self._response, mean])
        self._shares = np.concatenate([self._shares, np.ones(len(rows))])
        self._condition()

    def _split(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """Numbers on [0, 1], and categoricals."""
        filled = np.where(np.isnan(rows), self.vectors.defaults, rows)
        return filled[:, self._numbers] / self._divisor, filled[:, self._names]

    def _learn(self) -> None:
        """Hyperparameters: uphill from the last ones, and while they are few, from the prior."""
        numbers, names = self._features
        self._squares = _squares(numbers, numbers)
        self._differ = _differ(names, names)
        starts = [self._log]
        if len(self._response) < _STABLE or not self._learned_from:
            starts.append(self._prior_mean)
        found = [
            minimize(
                self._loss,
                start,
                jac=True,
                method="L-BFGS-B",
                bounds=[(-_BOUND, _BOUND)] * len(start),
                options={"maxiter": _STEPS},
            )
            for start in starts
        ]
        self._log = min(found, key=lambda f: float(f.fun)).x
        del self._squares, self._differ

    def _loss(self, log: Matrix) -> tuple[float, Matrix]:
        """The negative logarithm of the posterior density, and its gradient."""
        count = len(self._numbers)
        inverse_squares = np.exp(-2 * log[:count])
        weights = np.exp(log[count:-2])
        signal, noise = np.exp(log[-2:])
        distances = np.tensordot(inverse_squares, self._squares, 1)
        apart = np.exp(-np.tensordot(weights, self._differ, 1)) * signal
        kernel = _matern(distances) * apart
        try:
            factor = cho_factor(kernel + np.diag(noise * self._shares + _JITTER), lower=True)
        except np.linalg.LinAlgError:
            return 1e25, np.zeros_like(log)
        alpha = cho_solve(factor, self._response)
        inverse, _ = lapack.dpotri(factor[0], lower=True)
        inverse = np.tril(inverse) + np.tril(inverse, -1).T
        outer = np.outer(alpha, alpha) - inverse
        distance = (log - self._prior_mean) / self._prior_spread
        loss = (
            0.5 * self._response @ alpha
            + np.log(np.diag(factor[0])).sum()
            + 0.5 * float(distance @ distance)
        )
        shares = outer * kernel
        slopes = outer * apart * _matern_slope(distances)
        gradient = 0.5 * np.concatenate(
            [
                inverse_squares * np.tensordot(self._squares, slopes, 2),
                -weights * np.tensordot(self._differ, shares, 2),
                [shares.sum(), noise * (self._shares @ np.diag(outer))],
            ]
        )
        return float(loss), distance / self._prior_spread - gradient

    def _condition(self) -> None:
        """The posterior, given hyperparameters."""
        kernel = self._kernel(self._features, self._features)
        noise = np.exp(self._log[-1]) * self._shares + _JITTER
        while True:
            try:
                factor = cho_factor(kernel + np.diag(noise), lower=True)
                break
            except np.linalg.LinAlgError:
                noise *= 10
        self._alpha = cho_solve(factor, self._response)
        inverse, _ = lapack.dpotri(factor[0], lower=True)
        self._inverse = np.tril(inverse) + np.tril(inverse, -1).T

    def _kernel(self, some: tuple[Matrix, Matrix], others: tuple[Matrix, Matrix]) -> Matrix:
        count = len(self._numbers)
        lengths = np.exp(self._log[:count])
        a, b = some[0] / lengths, others[0] / lengths
        squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None, :] - 2 * a @ b.T
        kernel = _matern(np.maximum(squares, 0.0))
        for i, weight in enumerate(np.exp(self._log[count:-2])):
            kernel *= np.where(some[1][:, i, None] == others[1][None, :, i], 1.0, np.exp(-weight))
        signal: float = np.exp(self._log[-2])
        return kernel * signal

    def posterior(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """See `Surrogate.posterior`."""
        cross = self._kernel(self._split(rows), self._features)
        known = np.einsum("ij,ij->i", cross @ self._inverse, cross)
        variance = np.exp(self._log[-2]) - known
        return cross @ self._alpha, np.maximum(variance, 1e-12)


def _matern(squares: Matrix) -> Matrix:
    """Matérn 5/2 of squared distances."""
    root = np.sqrt(5 * squares)
    return np.asarray((1 + root + root**2 / 3) * np.exp(-root))


def _matern_slope(squares: Matrix) -> Matrix:
    """Its derivative by the logarithm of a length, as a factor of that length's squares."""
    root = np.sqrt(5 * squares)
    return np.asarray(5 / 3 * (1 + root) * np.exp(-root))


def _squares(a: Matrix, b: Matrix) -> Matrix:
    """Squared differences, shape (columns, rows of a, rows of b)."""
    differences: Matrix = a.T[:, :, None] - b.T[:, None, :]
    return differences**2


def _differ(a: Matrix, b: Matrix) -> Matrix:
    return np.asarray(a.T[:, :, None] != b.T[:, None, :], dtype=np.float64)

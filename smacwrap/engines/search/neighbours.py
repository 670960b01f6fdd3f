"""Neighbours of configurations: many at a time, each changed in one parameter or in a few."""

import numpy as np

from smacwrap.pcs.vectors import Mask, Matrix, Vectors

_FINEST, _COARSEST = 1e-3, 0.3
"""The standard deviation of a number's change, as a share of its range, lies between these."""


class Neighbourhood:
    """Draws neighbours of the rows of a space."""

    def __init__(self, vectors: Vectors, rng: np.random.Generator) -> None:
        self._vectors = vectors
        self._rng = rng
        self._free = vectors.levels > 1
        self._scale = np.where(vectors.ordinal, vectors.levels - 1, 1.0)
        # The smallest change of a number that makes it another one.
        self._step = np.where(vectors.ordinal, 1.0, 1.0 / np.maximum(vectors.levels - 1, 1))

    def draw(self, rows: Matrix, count: int) -> Matrix:
        """`count` neighbours of each row, one row's after the other's; they may be forbidden.

        Half of them differ in one parameter, half in any number of them.
        """
        rows = np.repeat(rows, count, axis=0)
        changed = self._choose(rows)
        fresh = self._vectors.from_unit(self._rng.random(rows.shape))
        moved = np.where(self._vectors.categorical, fresh, self._move(rows))
        neighbours = self._vectors.snap(np.where(changed, moved, rows))
        return self._vectors.activate(neighbours, fill=fresh)

    def _choose(self, rows: Matrix) -> Mask:
        """Which parameters of each row to change: active ones with more than one value."""
        free = self._free & ~np.isnan(rows)
        ranks = np.where(free, self._rng.random(rows.shape), 2.0)
        first = ranks == ranks.min(axis=1, keepdims=True)
        # Of n parameters 1, 2, 4, ... n are as likely.
        most = np.maximum(free.sum(axis=1), 1)
        several = self._rng.random(len(rows)) < 0.5
        share = most ** (self._rng.random(len(rows)) - 1)
        more = ranks < np.where(several, share, 0.0)[:, None]
        chosen: Mask = (first | more) & free
        return chosen

    def _move(self, rows: Matrix) -> Matrix:
        """Numbers that a normal distribution takes elsewhere, integers by one step at least."""
        low, high = np.log(_FINEST), np.log(_COARSEST)
        deviation = np.exp(self._rng.uniform(low, high, size=(len(rows), 1)))
        change = self._rng.standard_normal(rows.shape) * deviation * self._scale
        discrete = np.isfinite(self._vectors.levels)
        step = np.copysign(np.maximum(np.abs(change), self._step), change)
        moved = rows + np.where(discrete, step, change)
        ordinal = self._vectors.ordinal
        last = self._vectors.levels[ordinal] - 1
        moved[:, ordinal] = np.clip(np.rint(moved[:, ordinal]), 0, last)
        return moved

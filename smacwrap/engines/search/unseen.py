"""What has not been proposed or run yet: told apart, and drawn by chance."""

from collections.abc import Iterable, Mapping

import numpy as np

from smacwrap.pcs.vectors import Mask, Matrix, Vectors

_MOST_LISTED = 20_000
"""Of a space with so few configurations all are known."""

_ROUNDS = 9
"""Four times as many random configurations are drawn each round as the one before, until one is
new: after 87,000 in all, the space counts as exhausted."""


_ENOUGH = 64
"""After so many draws in a round, a new one does, though it is next to what others run."""

_CLOSE = 2e-3
"""Numbers that differ by less of their range are about the same place."""


class Unseen:
    """Keeps an account of which configurations of a space are new.

    Args:
        vectors: the space.
        seed: makes the random choices repeatable.
    """

    def __init__(self, vectors: Vectors, seed: int) -> None:
        self._vectors = vectors
        self._random = np.random.default_rng([seed % 2**31, 1])
        self._close = np.where(vectors.ordinal | vectors.categorical, 0.5, _CLOSE)
        self._met: set[bytes] = set()
        self._elsewhere: Mapping[bytes, Matrix] = {}
        everything = vectors.list_all(_MOST_LISTED)
        self._listed: dict[bytes, Matrix] | None = None
        if everything is not None:
            self._listed = dict(zip(vectors.keys(everything), everything, strict=True))

    def meet(self, keys: Iterable[bytes]) -> None:
        """From now on the rows with these keys are not new."""
        for key in keys:
            self._met.add(key)
            if self._listed is not None:
                self._listed.pop(key, None)

    def set_elsewhere(self, rows: Mapping[bytes, Matrix]) -> None:
        """Replaces the rows that others are running, by their keys: they are not new either."""
        self._elsewhere = rows

    @property
    def elsewhere(self) -> Matrix:
        """The rows that others are running and that were not met before."""
        rows = [row for key, row in self._elsewhere.items() if key not in self._met]
        return np.array(rows).reshape(len(rows), len(self._vectors))

    def new(self, rows: Matrix) -> Mask:
        """Which rows are new and do not stand further up either."""
        above: set[bytes] = set()
        answers = np.zeros(len(rows), dtype=np.bool_)
        for i, key in enumerate(self._vectors.keys(rows)):
            answers[i] = not (key in self._met or key in self._elsewhere or key in above)
            above.add(key)
        return answers

    def apart(self, rows: Matrix) -> Matrix:
        """The rows that are not next to what others are running.

        What is learned there is known soon, and a model may expect too much of its neighbours.
        """
        close = np.zeros(len(rows), dtype=np.bool_)
        for row in self.elsewhere:
            alike = (np.abs(rows - row) < self._close) | (np.isnan(rows) & np.isnan(row))
            close |= alike.all(axis=1)
        return rows[~close]

    def first(self, rows: Matrix, count: int = 1) -> Matrix:
        """The first of some new rows, if possible of those apart from what others are running."""
        apart = self.apart(rows)
        return (apart if len(apart) else rows)[:count]

    def all_left(self) -> Matrix | None:
        """All rows that are new; None where the space is too large to list them."""
        if self._listed is None:
            return None
        left = [row for key, row in self._listed.items() if key not in self._elsewhere]
        return np.array(left).reshape(len(left), len(self._vectors))

    def choose(self) -> Matrix:
        """A new row by chance, shape (1, parameters); (0, parameters) where there is none."""
        left = self.all_left()
        if left is not None:
            return self.first(left[self._random.permutation(len(left))])
        close = np.empty((0, len(self._vectors)))
        for number in 4 ** np.arange(_ROUNDS):
            rows = self._vectors.sample(int(number), self._random)
            rows = rows[self.new(rows)]
            if len(apart := self.apart(rows)):
                return apart[:1]
            close = np.concatenate([close, rows[:1]])
            if len(close) and number >= _ENOUGH:
                break
        return close[:1]

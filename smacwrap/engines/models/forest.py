"""A random forest: the model for large, conditional and categorical spaces and long histories."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.tree import DecisionTreeRegressor

from smacwrap.engines.models.response import log_scaled
from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.pcs.vectors import Matrix, Vectors

Features = npt.NDArray[np.float32]

_TREES = 10
_MIN_SAMPLES_LEAF = 1

_WORK = 1_000_000
"""Runs times features times trees that are grown anew in one training: about 0.2 seconds."""

_MOST_ONE_HOT = 10
"""Categoricals with more values are ordered by their mean response instead."""

_REORDER = 1.1
"""By this factor the history grows before the values of categoricals are ordered again."""

_ALL_FEATURES = 30
"""With more features than these, a split is chosen among a part of them."""


@dataclass
class _Tree:
    regressor: DecisionTreeRegressor
    weights: Matrix
    mean: Matrix
    variance: Matrix


class Forest(Surrogate):
    """Bagged trees with random split points, on a logarithmic scale, as in SMAC3.

    Mean and variance are those of a mixture of the leaves' distributions (Hutter et al. 2014,
    "Algorithm runtime prediction: methods & evaluation", section 4.3.2).

    All trees see all runs. Where growing all of them anew would take long, some keep their splits:
    only their leaves are filled again.
    """

    most = 10_000

    def __init__(self, vectors: Vectors, seed: int) -> None:
        super().__init__(vectors, seed)
        self._random = np.random.default_rng([seed, 3])
        self._trees: list[_Tree] = []
        self._next = 0
        self._encoder = _Encoder(vectors)

    def fit(self, rows: Matrix, costs: Matrix, runs: Matrix) -> None:
        """See `Surrogate.fit`."""
        self.learn(rows, log_scaled(costs))

    def learn(self, rows: Matrix, response: Matrix) -> None:
        """As `fit`, on the scale of the response: the posterior is its mean and variance."""
        self._rows, self._response = rows, response
        if self._encoder.fit(rows, self._response):
            self._trees.clear()
        self._grow()

    def believe(self, rows: Matrix) -> None:
        """See `Surrogate.believe`."""
        mean, _ = self.posterior(rows)
        self._fill(
            self._encoder.encode(np.concatenate([self._rows, rows])),
            np.concatenate([self._response, mean]),
        )

    def _grow(self) -> None:
        features = self._encoder.encode(self._rows)
        if not self._trees:
            self._trees = [self._grown(features) for _ in range(_TREES)]
        else:
            for _ in range(max(1, min(_TREES, _WORK // features.size))):
                self._trees[self._next] = self._grown(features)
                self._next = (self._next + 1) % _TREES
        self._fill(features, self._response)

    def _grown(self, features: Features) -> _Tree:
        count, width = features.shape
        drawn = self._random.integers(count, size=count)
        weights = np.bincount(drawn, minlength=count).astype(np.float64)
        tree = DecisionTreeRegressor(
            splitter="random",
            min_samples_leaf=_MIN_SAMPLES_LEAF,
            max_features=max(min(width, _ALL_FEATURES), width // 3),
            random_state=int(self._random.integers(2**31)),
        )
        with config_context(skip_parameter_validation=True):
            tree.fit(features, self._response, sample_weight=weights, check_input=False)
        return _Tree(tree, weights, np.empty(0), np.empty(0))

    def _fill(self, features: Features, response: Matrix) -> None:
        """Mean and variance of the runs in each leaf; runs new to a tree join it as in bagging."""
        squares = response**2
        for tree in self._trees:
            kept = tree.weights[: len(features)]
            drawn = self._random.poisson(1.0, size=len(features) - len(kept))
            tree.weights = np.concatenate([kept, drawn])
            leaves = tree.regressor.tree_.apply(features)
            size = tree.regressor.tree_.node_count
            weight = np.maximum(np.bincount(leaves, tree.weights, size), 1e-300)
            tree.mean = np.bincount(leaves, tree.weights * response, size) / weight
            spread = np.bincount(leaves, tree.weights * squares, size) / weight
            tree.variance = np.maximum(spread - tree.mean**2, 0.0)

    def posterior(self, rows: Matrix) -> tuple[Matrix, Matrix]:
        """See `Surrogate.posterior`."""
        features = self._encoder.encode(rows)
        total, squares = np.zeros(len(rows)), np.zeros(len(rows))
        for tree in self._trees:
            leaves = tree.regressor.tree_.apply(features)
            mean = tree.mean[leaves]
            total += mean
            squares += mean**2 + tree.variance[leaves]
        mean = total / len(self._trees)
        return mean, np.maximum(squares / len(self._trees) - mean**2, 0.0)


class _Encoder:
    """Rows as trees like to split them.

    Numbers stay as they are, and are -1 where inactive. A categorical becomes a column a value;
    one with many values a single column that orders them by their mean response.
    """

    def __init__(self, vectors: Vectors) -> None:
        wide = vectors.categorical & (vectors.levels > _MOST_ONE_HOT)
        hot = vectors.categorical & ~wide & (vectors.levels > 2)
        self._plain = np.flatnonzero(~(wide | hot) & (vectors.levels > 1))
        self._wide = np.flatnonzero(wide)
        self._levels = vectors.levels
        self._hot = [(i, np.arange(vectors.levels[i])) for i in np.flatnonzero(hot)]
        self._orders: dict[int, npt.NDArray[np.intp]] = {}
        self._ordered_by = 0

    def fit(self, rows: Matrix, response: Matrix) -> bool:
        """Learns the orders; whether one changed, so that earlier splits mean something else."""
        if len(rows) < _REORDER * self._ordered_by:
            return False
        self._ordered_by = len(rows)
        orders = {}
        for i in self._wide:
            active = ~np.isnan(rows[:, i])
            values = rows[active, i].astype(np.intp)
            size = int(self._levels[i])
            counts = np.bincount(values, minlength=size)
            sums = np.bincount(values, response[active], size)
            # A value that was not run counts as average.
            means = (sums + response.mean()) / (counts + 1)
            ranks = np.empty(size, dtype=np.intp)
            ranks[np.argsort(means, kind="stable")] = np.arange(size)
            orders[int(i)] = ranks
        changed = any(i not in self._orders or (orders[i] != self._orders[i]).any() for i in orders)
        self._orders = orders
        return changed

    def encode(self, rows: Matrix) -> Features:
        """The features, as 32-bit numbers."""
        parts = [rows[:, self._plain]]
        for i, ranks in self._orders.items():
            active = ~np.isnan(rows[:, i])
            column = np.full((len(rows), 1), np.nan)
            column[active, 0] = ranks[rows[active, i].astype(np.intp)]
            parts.append(column)
        parts += [(rows[:, i, None] == values) for i, values in self._hot]
        features = np.concatenate(parts, axis=1).astype(np.float32)
        return np.where(np.isnan(features), np.float32(-1), features)

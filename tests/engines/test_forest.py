"""The random forest: mean, variance and bounded work."""

import numpy as np
import pytest

from smacwrap.engines.models import forest
from smacwrap.engines.models.forest import Forest
from smacwrap.engines.models.response import compressed, log_scaled
from smacwrap.pcs import parse_pcs
from smacwrap.pcs.vectors import Vectors

PCS = """\
x real [0, 1] [0.5]
kind categorical {a, b, c} [a]
many categorical {a, b, c, d, e, f, g, h, i, j, k, l} [a]
n integer [1, 9] [2]
n | kind == b
"""


def trained(runs: int = 60) -> tuple[Forest, np.ndarray, np.ndarray]:
    vectors = Vectors(parse_pcs(PCS))
    rows = vectors.sample(runs, np.random.default_rng(1))
    costs = 1 + (rows[:, 0] - 0.3) ** 2 + rows[:, 1] + 0.1 * (rows[:, 2] % 4)
    model = Forest(vectors, seed=2)
    model.train(rows, costs[:, None])
    return model, rows, costs


def test_the_mean_orders_configurations_as_their_costs_do() -> None:
    model, rows, costs = trained()
    mean, variance = model.posterior(rows)
    assert np.corrcoef(np.argsort(np.argsort(mean)), np.argsort(np.argsort(costs)))[0, 1] > 0.9
    assert (variance >= 0).all()


def test_mean_and_variance_are_those_of_the_mixture_of_the_leaves() -> None:
    model, rows, _ = trained()
    features = model._encoder.encode(rows)
    leaves = [tree.regressor.tree_.apply(features) for tree in model._trees]
    means = np.array([t.mean[leaf] for t, leaf in zip(model._trees, leaves, strict=True)])
    within = np.array([t.variance[leaf] for t, leaf in zip(model._trees, leaves, strict=True)])
    mean, variance = model.posterior(rows)
    assert np.allclose(mean, means.mean(axis=0))
    assert np.allclose(variance, within.mean(axis=0) + means.var(axis=0))


def test_it_is_less_sure_away_from_what_it_has_seen() -> None:
    vectors = Vectors(parse_pcs("x real [0, 1] [0.5]\ny real [0, 1] [0.5]"))
    rows = vectors.sample(40, np.random.default_rng(1)) * [0.4, 1]
    model = Forest(vectors, seed=2)
    model.fit(rows, np.sin(9 * rows).sum(axis=1), np.ones(len(rows)))
    _, near = model.posterior(rows)
    _, far = model.posterior(rows + np.array([0.6, 0.0]))
    assert far.mean() > near.mean()


def test_to_believe_a_configuration_makes_it_surer_and_costs_no_other() -> None:
    vectors = Vectors(parse_pcs("x real [0, 1] [0.5]\ny real [0, 1] [0.5]"))
    rows = vectors.sample(30, np.random.default_rng(1))
    model = Forest(vectors, seed=2)
    model.fit(rows, np.sin(9 * rows).sum(axis=1), np.ones(len(rows)))
    fresh = vectors.sample(20, np.random.default_rng(5))
    mean, before = model.posterior(fresh)
    model.believe(fresh)
    believed, after = model.posterior(fresh)
    assert after.mean() <= before.mean() * 1.5
    assert np.abs(believed - mean).mean() < before.mean() ** 0.5


def test_a_long_history_regrows_some_trees_and_fills_all(monkeypatch: pytest.MonkeyPatch) -> None:
    model, rows, costs = trained()
    before = [tree.regressor for tree in model._trees]
    monkeypatch.setattr(forest, "_WORK", 3 * model._encoder.encode(rows).size)
    model.fit(rows, costs, np.ones(len(rows)))
    kept = [tree.regressor for tree in model._trees if tree.regressor in before]
    assert len(kept) == len(before) - 3
    more = np.concatenate([rows, rows[:1]])
    model.fit(more, np.concatenate([costs, [100.0]]), np.ones(len(more)))
    assert all(len(tree.weights) == len(more) for tree in model._trees)
    # What it believed of runs that had not ended is over with the next that has.
    model.believe(rows[:3])
    model.fit(more, np.concatenate([costs, [100.0]]), np.ones(len(more)))
    assert all(len(tree.weights) == len(more) for tree in model._trees)


@pytest.mark.parametrize("scale", [log_scaled, compressed])
@pytest.mark.parametrize(
    "costs",
    [
        [1.0],
        [2.0, 2.0, 2.0],
        [1.0, 2.0, 3.0],
        [-8e307, 0.0, 8e307],
        [1e-300, 2e-300, 5e-324],
        [0.0, 0.0, 1e-12, 1e300],
        [0.0] * 50 + [1.0],
    ],
)
def test_scaled_costs_are_finite_and_in_the_order_of_the_costs(scale, costs) -> None:
    scaled = scale(np.array(costs))
    assert np.isfinite(scaled).all()
    order = np.argsort(costs, kind="stable")
    assert (np.diff(scaled[order]) >= 0).all()
    assert (scaled.max() > scaled.min()) == (max(costs) > min(costs))

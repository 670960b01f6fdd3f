"""The Gaussian process: its derivatives, what it learns, and what it believes."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from smacwrap.engines.models import gp
from smacwrap.engines.models.gp import GaussianProcess
from smacwrap.pcs import parse_pcs
from smacwrap.pcs.vectors import Vectors

NUMBERS = "x real [0, 1] [0.5]\ny real [0, 1] [0.5]"
NAMES = "k categorical {a, b, c} [a]\nl categorical {a, b} [a]"
MIXED = f"{NUMBERS}\n{NAMES}\nz integer [1, 100] [2] log\no ordinal {{s, m, l}} [s]\nz | k == b"


def trained(pcs: str, runs: int = 25) -> tuple[GaussianProcess, np.ndarray]:
    vectors = Vectors(parse_pcs(pcs))
    rows = vectors.sample(runs, np.random.default_rng(1))
    model = GaussianProcess(vectors, seed=0)
    model.fit(rows, np.sin(5 * np.nan_to_num(rows)).sum(axis=1), np.ones(runs))
    return model, rows


@pytest.mark.parametrize("pcs", [NUMBERS, NAMES, MIXED], ids=["numbers", "names", "mixed"])
def test_the_gradient_of_the_posterior_density_is_its_slope(pcs: str) -> None:
    model, _ = trained(pcs)
    model._squares = gp._squares(model._features[0], model._features[0])
    model._differ = gp._differ(model._features[1], model._features[1])
    model._shares = np.linspace(0.1, 1, len(model._response))
    at = model._prior_mean + 0.3
    slope = approx_fprime(at, lambda log: model._loss(log)[0], 1e-6)
    assert np.allclose(model._loss(at)[1], slope, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("pcs", [NUMBERS, MIXED], ids=["numbers", "mixed"])
def test_it_goes_through_what_it_has_seen_and_is_unsure_elsewhere(pcs: str) -> None:
    model, rows = trained(pcs)
    mean, variance = model.posterior(rows)
    assert np.abs(mean - model._response).max() < 0.1
    elsewhere = model.vectors.sample(50, np.random.default_rng(9))
    assert model.posterior(elsewhere)[1].mean() > 2 * variance.mean()


def test_what_it_believes_is_what_it_expected_and_then_sure() -> None:
    model, _ = trained(MIXED)
    fresh = model.vectors.sample(3, np.random.default_rng(9))
    mean, before = model.posterior(fresh)
    model.believe(fresh)
    believed, after = model.posterior(fresh)
    assert np.allclose(mean, believed, atol=0.05)
    assert (after < before).all()


def test_runs_of_the_same_configuration_do_not_break_it() -> None:
    model, rows = trained(NUMBERS)
    twice = np.concatenate([rows, rows])
    model.fit(twice, np.arange(len(twice), dtype=float), np.ones(len(twice)))
    assert np.isfinite(model.posterior(rows)[0]).all()


def test_it_is_surer_of_a_mean_of_many_runs() -> None:
    vectors = Vectors(parse_pcs("x real [0, 1] [0.5]"))
    rows = np.array([[0.2], [0.4], [0.6], [0.8]])
    random = np.random.default_rng(1)
    rows = np.repeat(rows, 8, axis=0) + random.normal(0, 0.01, (32, 1))
    costs = random.normal(0, 1, 32)
    runs = np.where(rows[:, 0] < 0.5, 100.0, 1.0)
    model = GaussianProcess(vectors, seed=0)
    model.fit(rows, costs, runs)
    _, variance = model.posterior(rows)
    assert variance[:16].max() < variance[16:].min()

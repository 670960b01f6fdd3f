"""The cost of a run, and the incumbent: the best mean among the configurations with most runs."""

import math
from collections import defaultdict
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.history import Incumbents, Objective, Run
from smacwrap.protocol import Status
from tests.history.runs import make_run

QUALITY = Objective("QUALITY")
PAR10 = Objective("RUNTIME", penalty=10)


@pytest.mark.parametrize(
    ("objective", "run", "cost"),
    [
        (QUALITY, make_run(0.25), 0.25),
        (QUALITY, make_run(0.25, Status.UNSAT), 0.25),
        (QUALITY, make_run(0.25, Status.TIMEOUT), 0.25),
        (QUALITY, make_run(0.25, Status.CRASHED), 1e9),
        (QUALITY, make_run(2e9, Status.CRASHED), 2e9),
        (QUALITY, make_run(math.inf, Status.ABORT), math.inf),
        (Objective("QUALITY", crashed_quality=7), make_run(0.25, Status.CRASHED), 7),
        (PAR10, make_run(runtime=0.5, cutoff=3), 0.5),
        (PAR10, make_run(status=Status.UNSAT, runtime=0.5, cutoff=3), 0.5),
        (PAR10, make_run(status=Status.TIMEOUT, runtime=3, cutoff=3), 30),
        (PAR10, make_run(status=Status.CRASHED, runtime=0.5, cutoff=3), 30),
        (Objective("RUNTIME"), make_run(status=Status.TIMEOUT, runtime=3, cutoff=3), 3),
    ],
)
def test_the_cost_of_a_run_is_smac_v2s(objective: Objective, run: Run, cost: float) -> None:
    assert objective.cost(run) == cost


_runs = st.builds(
    lambda x, status, quality, runtime, seed: make_run(
        quality, Status[status], runtime=runtime, cutoff=2.0, seed=seed, x=x
    ),
    x=st.sampled_from("abcd"),
    seed=st.integers(0, 5),
    status=st.sampled_from(["SAT", "SAT", "UNSAT", "TIMEOUT", "CRASHED", "KILLED"]),
    quality=st.sampled_from([0.0, 0.1, 0.3, -0.7, 1e300, -1e300, 1.7e308]),
    runtime=st.sampled_from([0.1, 0.3, 1.9]),
)


@given(st.lists(_runs, max_size=30), st.sampled_from([QUALITY, PAR10]))
def test_the_incumbent_is_the_one_that_brute_force_finds(
    runs: list[Run], objective: Objective
) -> None:
    incumbents = Incumbents(objective)
    costs = defaultdict(list)
    good = set()
    seen = set()
    for run in runs:
        before = incumbents.current
        changed = incumbents.add(run)
        current = incumbents.current
        if run.result.status is Status.KILLED or run.key in seen:
            assert not changed
            continue
        seen.add(run.key)
        costs[run.configuration_key].append(Fraction(objective.cost(run)))
        if objective.has_quality(run):
            good.add(run.configuration_key)
        if not good:
            assert current is None
            continue
        assert current is not None
        key = current.run.configuration_key
        assert changed == (before is None or before.run.configuration_key != key)
        assert key in good
        assert objective.has_quality(current.run)
        assert current.runs == len(costs[key]) == max(len(costs[k]) for k in good)
        means = {k: sum(costs[k]) / len(costs[k]) for k in good if len(costs[k]) == current.runs}
        tolerance = Fraction(max(map(abs, costs[key]))) / 10**12
        assert abs(Fraction(current.cost) - means[key]) <= tolerance
        assert means[key] <= min(means.values()) + 3 * max(
            Fraction(max(map(abs, costs[k]))) / 10**12 for k in means
        )


def test_equal_costs_have_exactly_that_mean() -> None:
    incumbents = Incumbents(QUALITY)
    for seed in range(10):
        incumbents.add(make_run(0.1, seed=seed))
    assert incumbents.current
    assert incumbents.current.cost == 0.1


def test_an_incumbent_stays_where_another_is_only_as_good() -> None:
    incumbents = Incumbents(QUALITY)
    assert incumbents.add(make_run(0.1, x="first"))
    assert not incumbents.add(make_run(0.1, x="second"))
    assert incumbents.add(make_run(0.05, x="third"))


def test_more_runs_outrank_a_lower_mean() -> None:
    incumbents = Incumbents(QUALITY)
    incumbents.add(make_run(0.2, x="a", seed=1))
    assert not incumbents.add(make_run(0.2, x="a", seed=2))
    assert not incumbents.add(make_run(0.1, x="b", seed=1))
    assert incumbents.add(make_run(0.1, x="b", seed=2))


def test_a_configuration_that_only_crashed_is_no_incumbent() -> None:
    incumbents = Incumbents(PAR10)
    assert not incumbents.add(make_run(status=Status.CRASHED, x="a", seed=1))
    assert incumbents.current is None
    assert incumbents.add(make_run(runtime=1, x="b"))
    assert incumbents.add(make_run(runtime=1, x="a", seed=2)), "two runs, one of them crashed"
    assert incumbents.current
    assert incumbents.current.cost == pytest.approx((50 + 1) / 2)


def test_costs_that_are_no_finite_numbers_never_hide_a_finite_one() -> None:
    incumbents = Incumbents(QUALITY)
    assert not incumbents.add(make_run(math.nan, x="a"))
    assert incumbents.add(make_run(math.inf, x="b"))
    assert incumbents.add(make_run(1e308, x="c"))
    assert incumbents.add(make_run(math.inf, x="b", seed=1)), "two runs"
    assert not incumbents.add(make_run(0.5, x="b", seed=2))
    assert incumbents.current
    assert incumbents.current.cost == math.inf
    for seed in (1, 2):
        incumbents.add(make_run(1e308, x="c", seed=seed))
    assert incumbents.current.run.settings == {"x": "c"}
    assert incumbents.current.cost == 1e308

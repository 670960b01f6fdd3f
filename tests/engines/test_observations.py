"""What a model is told of the run history: mean costs, and a choice where there are too many."""

import numpy as np
import pytest
from smac.runhistory import StatusType, TrialInfo, TrialValue

from smacwrap.engines.search.observations import Observations
from smacwrap.engines.search.settled import Settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs import parse_pcs
from smacwrap.pcs.vectors import Vectors

VECTORS = Vectors(parse_pcs("x real [0, 1] [0.5]"))


GOOD, CRASHED, UNSAT = "good", "crashed", "unsat"


def observed(*runs: tuple[float, float, str], most: int = 100) -> Observations:
    """Observations of runs: of x, its cost, and what became of it."""
    observations = Observations(VECTORS, Unseen(VECTORS, 1), most)
    for x, cost, kind in runs:
        (configuration,) = Settled.all_of(VECTORS, np.array([[x]]))
        status = StatusType.CRASHED if kind == CRASHED else StatusType.SUCCESS
        value = TrialValue(cost, status=status, additional_info={kind: True})
        observations.on_tell_end(None, TrialInfo(configuration), value)
    return observations


def test_the_cost_of_a_configuration_is_the_mean_of_its_runs() -> None:
    sample = observed((0.1, 2, GOOD), (0.2, 5, GOOD), (0.1, 4, GOOD)).training()
    assert sample.rows.tolist() == [[0.1], [0.2]]
    assert sample.costs.tolist() == [3, 5]
    assert sample.runs.tolist() == [2, 1]
    assert sample.feasible.tolist() == [1, 1]


def test_a_crashed_run_costs_as_much_as_the_worst_configuration_that_succeeded() -> None:
    found = observed((0.1, 2, GOOD), (0.1, 1e9, CRASHED), (0.2, 8, GOOD), (0.3, 1e9, CRASHED))
    assert found.costs.tolist() == [5, 8, 8]
    assert found.training().feasible.tolist() == [0.5, 1, 0]
    found = observed((0.1, 1e9, CRASHED), (0.2, 1e9, CRASHED))
    assert found.costs.tolist() == [0, 0]
    assert found.training().feasible.tolist() == [0, 0]


def test_an_unsat_run_costs_at_most_as_much_as_the_worst_configuration_that_succeeded() -> None:
    found = observed((0.1, 2, GOOD), (0.1, 1e9, UNSAT), (0.2, 8, GOOD), (0.3, 4, UNSAT))
    assert found.costs.tolist() == [5, 8, 4]
    assert found.training().feasible.tolist() == [0.5, 1, 0]


def test_where_all_is_unsat_that_is_as_good_an_answer_as_any() -> None:
    found = observed((0.1, 2, UNSAT), (0.2, 1e9, UNSAT), (0.2, 1e9, CRASHED))
    assert found.costs.tolist() == [2, 1e9]
    assert found.training().feasible.tolist() == [1, 0.5]


@pytest.mark.parametrize("cost", [8e307, -8e307, 5e-324, 0.1])
def test_means_of_any_size_are_exact_where_all_costs_are_equal(cost: float) -> None:
    assert observed(*[(0.1, cost, GOOD)] * 7).costs.tolist() == [cost]


def test_of_a_long_history_the_best_the_newest_and_some_of_the_others_are_learned_from() -> None:
    made = [(i / 1000, float((i * 7919) % 1000), GOOD) for i in range(1000)]
    observations = observed(*made, most=100)
    sample = observations.training()
    assert len(sample.rows) == 100
    assert set(range(50)) < set(sample.costs)
    assert sum(cost > 800 for cost in sample.costs) >= 8
    for i in range(5):
        more = i / 1000 + 0.0005
        (configuration,) = Settled.all_of(VECTORS, np.array([[more]]))
        observations.on_tell_end(None, TrialInfo(configuration), TrialValue(2000.0 + i))
        again = observations.training()
        assert again.rows[:100].tolist() == sample.rows.tolist()
        assert again.rows[-1].tolist() == [more]
        assert again.costs[-1] == 2000 + i

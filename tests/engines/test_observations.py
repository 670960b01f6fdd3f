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


def observed(*runs: tuple[float, float, bool], most: int = 100) -> Observations:
    """Observations of runs: of x, its cost, and whether it succeeded."""
    observations = Observations(VECTORS, Unseen(VECTORS, 1), most)
    for x, cost, succeeded in runs:
        (configuration,) = Settled.all_of(VECTORS, np.array([[x]]))
        status = StatusType.SUCCESS if succeeded else StatusType.CRASHED
        observations.on_tell_end(None, TrialInfo(configuration), TrialValue(cost, status=status))
    return observations


def test_the_cost_of_a_configuration_is_the_mean_of_its_runs() -> None:
    rows, costs, runs = observed((0.1, 2, True), (0.2, 5, True), (0.1, 4, True)).training()
    assert rows.tolist() == [[0.1], [0.2]]
    assert costs.tolist() == [3, 5]
    assert runs.tolist() == [2, 1]


def test_a_crashed_run_costs_as_much_as_the_worst_configuration_that_succeeded() -> None:
    found = observed((0.1, 2, True), (0.1, 1e9, False), (0.2, 8, True), (0.3, 1e9, False))
    assert found.costs.tolist() == [5, 8, 8]
    assert observed((0.1, 1e9, False), (0.2, 1e9, False)).costs.tolist() == [0, 0]


@pytest.mark.parametrize("cost", [8e307, -8e307, 5e-324, 0.1])
def test_means_of_any_size_are_exact_where_all_costs_are_equal(cost: float) -> None:
    assert observed(*[(0.1, cost, True)] * 7).costs.tolist() == [cost]


def test_of_a_long_history_the_best_the_newest_and_some_of_the_others_are_learned_from() -> None:
    made = [(i / 1000, float((i * 7919) % 1000), True) for i in range(1000)]
    observations = observed(*made, most=100)
    rows, costs, _ = observations.training()
    assert len(rows) == 100
    assert set(range(50)) < set(costs)
    assert sum(cost > 800 for cost in costs) >= 8
    for i in range(5):
        more = i / 1000 + 0.0005
        (configuration,) = Settled.all_of(VECTORS, np.array([[more]]))
        observations.on_tell_end(None, TrialInfo(configuration), TrialValue(2000.0 + i))
        again, costs, _ = observations.training()
        assert again[:100].tolist() == rows.tolist()
        assert again[-1].tolist() == [more]
        assert costs[-1] == 2000 + i

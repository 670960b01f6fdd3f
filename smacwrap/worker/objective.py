"""A scenario in the words of the run history: what is minimised, what all runs have in common."""

from collections.abc import Sequence

from smacwrap.engines import DETERMINISTIC, Seeds
from smacwrap.history import Instance, Objective, StudyIdentity
from smacwrap.protocol import NO_INSTANCE
from smacwrap.scenario import Scenario


def objective_of(scenario: Scenario) -> Objective:
    """What a scenario minimises."""
    penalty = {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}[scenario.intra_obj]
    return Objective(scenario.run_obj, penalty, scenario.crashed_quality)


def target_seeds(scenario: Scenario, worker: int, seeds: Sequence[int]) -> Seeds:
    """The seeds that a worker calls the target algorithm with.

    Args:
        scenario: what is tuned.
        worker: its place in the launch, from 0.
        seeds: the workers' own; the lowest makes the list that they share.
    """
    if scenario.deterministic:
        return DETERMINISTIC
    return Seeds(min(seeds), scenario.max_incumbent_runs, worker, len(seeds))


def study_identity(
    scenario: Scenario, pcs_text: str, instances: tuple[Instance, ...] = (Instance(NO_INSTANCE),)
) -> StudyIdentity:
    """What every live-rundata file of a study repeats.

    Args:
        scenario: what is tuned.
        pcs_text: the parameters, as they were when the study was made.
        instances: what it is tuned on.
    """
    return StudyIdentity(
        algo=scenario.algo_text,
        exec_dir=str(scenario.exec_dir),
        pcs_file=str(scenario.pcs_file),
        pcs_text=pcs_text,
        cutoff=scenario.cutoff,
        deterministic=scenario.deterministic,
        instances=instances,
    )

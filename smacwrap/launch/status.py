"""What goes on in a study: who works on it, what runs now, how much of the limits is used."""

from collections.abc import Sequence
from dataclasses import dataclass

from smacwrap.errors import UserError
from smacwrap.history import HistoryReader, Incumbents, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.objective import Incumbent
from smacwrap.history.running import RunningRun, read_running
from smacwrap.launch.description import Description, read_description
from smacwrap.launch.keeping import keeping
from smacwrap.launch.translation import objective_of
from smacwrap.scenario import Scenario, load_scenario


@dataclass(frozen=True)
class Status:
    """A study at one moment.

    `launcher` and `workers` (seeds) are alive; `running` are their runs, and `interrupted` those
    of workers that are not: a resumed launch makes them again. `forgotten` has the IDs of runs that
    do not count.
    """

    description: Description
    scenario: Scenario
    launcher: bool
    workers: Sequence[int]
    running: Sequence[RunningRun]
    interrupted: Sequence[RunningRun]
    runs: Sequence[tuple[int, Run]]
    forgotten: frozenset[str]
    incumbent: Incumbent | None


def read_status(study: Study) -> Status:
    """Look at a study; nothing in it is changed.

    Raises:
        UserError: there is no study in this folder, or it cannot be read.
    """
    description = read_description(study)
    if description is None:
        raise UserError(
            f"{study.folder}: no study of smacwrap (it has no {study.description.name})"
        )
    scenario = load_scenario(description.scenario, description.overrides)
    with keeping():
        runs = list(HistoryReader(study).poll())
    incumbents = Incumbents(objective_of(scenario))
    forgotten = Forgotten(study).ids()
    for worker, run in runs:
        if run_id(worker, run) not in forgotten:
            incumbents.add(run)
    workers = [seed for seed in description.seeds if study.is_locked(f"worker-{seed}")]
    started = read_running(study)
    return Status(
        description=description,
        scenario=scenario,
        launcher=study.is_locked("launch"),
        workers=workers,
        running=[run for run in started if run.worker in workers],
        interrupted=[run for run in started if run.worker not in workers],
        runs=runs,
        forgotten=forgotten,
        incumbent=incumbents.current,
    )

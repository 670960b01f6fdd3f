"""What goes on in a study: who works on it, what runs now, how much of the limits is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.history.gc_pause import keeping
from smacwrap.history.running import RunningRun, read_running
from smacwrap.history.view import StudyView
from smacwrap.lookup import unreadable
from smacwrap.protocol.direction import Direction
from smacwrap.scenario import Scenario
from smacwrap.worker.direction import direction_of
from smacwrap.worker.launchers import Joined, read_joined
from smacwrap.worker.objective import objective_of
from smacwrap.worker.resources import Share
from smacwrap.worker.study_json import Description, read_description


@dataclass(frozen=True)
class Activity:
    """Who works on a study at one moment, and on what.

    `first_launcher`, the launchers that `joined` it and `workers` (seeds) are alive; `seeds` are
    those of all workers of this launch. `running` are their runs, and `started` all that were not
    recorded when they were looked for.
    """

    description: Description
    first_launcher: bool
    joined: Sequence[Joined]
    seeds: Sequence[int]
    shares: Mapping[int, Share]
    workers: Sequence[int]
    started: Sequence[RunningRun]

    @property
    def launcher(self) -> bool:
        """Whether any launcher is at work."""
        return self.first_launcher or bool(self.joined)

    @property
    def running(self) -> list[RunningRun]:
        """The runs of workers that are alive."""
        return [run for run in self.started if run.worker in self.workers]


@dataclass(frozen=True)
class Status:
    """A study at one moment.

    `interrupted` are the runs of workers that are not alive: a resumed launch makes them again.
    `lost` is what cannot be read, `direction` says which way is better.
    """

    activity: Activity
    scenario: Scenario
    view: StudyView
    interrupted: Sequence[RunningRun]
    lost: Sequence[Problem]
    direction: Direction


def read_activity(study: Study) -> Activity:
    """Look who works on a study: quick, however long it is.

    Raises:
        UserError: there is no study in this folder, or it cannot be read.
    """
    description = read_description(study)
    if description is None:
        raise UserError(
            f"{study.folder}: no study of smacwrap (it has no {study.description.name})"
        )
    joined = read_joined(study)
    seeds = [*description.seeds, *(seed for other in joined for seed in other.seeds)]
    shares = dict(description.shares)
    for other in joined:
        shares |= other.shares
    try:
        return Activity(
            description=description,
            first_launcher=study.is_locked("launch"),
            joined=[other for other in joined if study.is_locked(other.name)],
            seeds=seeds,
            shares=shares,
            workers=[seed for seed in seeds if study.is_locked(f"worker-{seed}")],
            started=read_running(study),
        )
    except OSError as error:
        raise unreadable(Path(error.filename or study.folder), error) from None


def read_status(study: Study) -> Status:
    """Look at a study; nothing in it is changed.

    Raises:
        UserError: there is no study in this folder, or it or its scenario cannot be read.
    """
    activity = read_activity(study)
    scenario = activity.description.load_scenario()
    view = StudyView(study, objective_of(scenario))
    with keeping():
        for _ in view.take_in():
            pass
    # Also those that this launch had to make again and did not.
    repeat = activity.description.repeat.items()
    left = [run for seed, runs in repeat if seed not in activity.workers for run in runs]
    left += [run for run in activity.started if run.worker not in activity.workers]
    return Status(
        activity=activity,
        scenario=scenario,
        view=view,
        interrupted=view.unmade(left),
        lost=view.new_losses(),
        direction=direction_of(scenario),
    )

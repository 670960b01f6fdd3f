"""Everything that a worker writes into its study; a full disk is waited for."""

import logging
from collections.abc import Callable, Sequence, Set
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from smacwrap.errors import Problem, UserError
from smacwrap.history import LiveRundataWriter, Objective, Run, Study, StudyIdentity
from smacwrap.history.appended import OverwrittenError
from smacwrap.history.detailed_trajectory import DetailedTrajectoryWriter
from smacwrap.history.live_rundata_writer import may_be_ours
from smacwrap.history.objective import Incumbent
from smacwrap.history.run import with_number
from smacwrap.history.running import RunningRun, write_running
from smacwrap.history.state import Context, StateWriter
from smacwrap.history.trajectory import TrajectoryWriter
from smacwrap.protocol import format_result
from smacwrap.worker.retry import insist, notify
from smacwrap.worker.target import Stopped

log = logging.getLogger("smacwrap.worker")

_T = TypeVar("_T")


class Records:
    """One worker's files: its run history, its trajectory, its state for SMAC v2, its running runs.

    A run that is completed must not be lost because there is no room for it just now: what
    cannot be written is tried again until `give_up` says so.

    Args:
        study: where they lie.
        seed: the worker's.
        identity: what the runs of the study have in common.
        context, objective: the same for the state folder.
        give_up: asked between attempts to write.

    Raises:
        UserError: a file holds what no SMAC writes, or the run history is SMAC v2's own.
        Stopped: as do all methods that write, when `give_up` says so.
    """

    def __init__(
        self,
        study: Study,
        seed: int,
        identity: StudyIdentity,
        context: Context,
        objective: Objective,
        give_up: Callable[[], bool],
    ) -> None:
        self._study = study
        self._seed = seed
        self._identity = identity
        self._give_up = give_up
        path = study.live_rundata(seed)
        if not self._insist(partial(may_be_ours, path)):
            message = "is a run history of SMAC v2: choose another --seed than its own"
            raise UserError(Problem(message, path))
        self._history = self._insist(lambda: LiveRundataWriter(path, identity))
        if self._history.torn:
            notify(
                f"{path}: its last run was not written to the end: {self._history.torn} bytes "
                "were cut off, and the run is made again"
            )
        self._trajectory = self._insist(lambda: TrajectoryWriter(study.trajectory(seed)))
        self._detailed = self._insist(
            lambda: DetailedTrajectoryWriter(study.detailed_trajectory(seed))
        )
        self._state = StateWriter(study.state(seed), context, objective, identity.cutoff)
        self._running: dict[int, RunningRun] = {}

    @property
    def runs(self) -> list[Run]:
        """The worker's recorded runs, in their order, those of earlier launches included."""
        return self._history.runs

    def numbered(self) -> list[Run]:
        """Its runs, with their numbers."""
        pairs = zip(self._history.numbers, self._history.runs, strict=True)
        return [with_number(run, number) for number, run in pairs]

    @property
    def recorded(self) -> Set[int]:
        """The numbers of its recorded runs; a run that cannot be read any more had one, too."""
        return self._history.taken - self._running.keys()

    def take_number(self) -> int:
        """The number of a run that is about to start."""
        return self._history.taken.take()

    def give_back(self, number: int) -> None:
        """The run with this number is not started."""
        self._history.taken.give_back(number)

    def started(self, run: RunningRun) -> None:
        """A run is about to start."""
        self._running[run.number] = run
        self._insist(self._write_running)

    def _write_running(self) -> None:
        write_running(self._study, self._seed, list(self._running.values()))

    def completed(self, run: Run) -> None:
        """Record a run that was started; when this returns it is on disk."""
        number = run.details["number"]
        try:
            self._insist(lambda: self._history.append(run, number))
        except Stopped:
            words = " ".join(f"-{name} {value}" for name, value in run.configuration.items())
            notify(f"this run could not be recorded: {words}: {format_result(run.result)}")
            raise
        except OverwrittenError:
            path = self._history.path
            if not may_be_ours(path):
                raise UserError(self._rescue(run)) from None
            if path.stat().st_size:
                raise
            runs = [*self.numbered(), run]
            notify(f"{path} was deleted: its {len(runs)} runs are written again")
            self._history = self._written(path, runs)
            for other in self._running.keys() - {number}:
                self._history.taken.take(other)
        self._running.pop(number, None)
        self._insist(self._write_running)

    def _rescue(self, last: Run) -> str:
        """Record all runs again, in a file that is new, for a SMAC v2 took this worker's."""
        runs = [*self.numbered(), last]
        seed = self._seed
        while True:
            seed = max(seed, *self._study.seeds()) + 1
            path = self._study.live_rundata(seed)
            with suppress(FileExistsError):
                path.touch(exist_ok=False)
                break
        self._written(path, runs)
        write_running(self._study, self._seed, [])
        return (
            f"{self._history.path}: a SMAC v2 with the same seed, {self._seed}, overwrote it; "
            f"the {len(runs)} runs that it had are in {path.name} now"
        )

    def _written(self, path: Path, runs: Sequence[Run]) -> LiveRundataWriter:
        """The writer of a new file that has these runs."""
        writer = self._insist(lambda: LiveRundataWriter(path, self._identity))
        for run in runs:
            self._insist(partial(writer.append, run))
        return writer

    def incumbent(
        self, incumbent: Incumbent, cpu_time: float, wallclock_time: float, own_cpu_time: float
    ) -> None:
        """Append to the trajectory; see `TrajectoryWriter.append`."""
        for file in (self._trajectory, self._detailed):
            self._insist(partial(file.append, incumbent, cpu_time, wallclock_time, own_cpu_time))

    def know(self, run: Run, *, new: bool) -> None:
        """The worker knows a run, its own or another's; the state folder has it sooner or later."""
        if not new:
            self._state.know(run)
            return
        with suppress(OSError):  # it is saved again
            self._state.append(run)

    def save(self) -> None:
        """Save what the worker knows for SMAC v2."""
        try:
            self._state.save()
        except OSError as error:
            log.warning("the state for SMAC v2 could not be saved: %s", error.strerror)

    def _insist(self, write: Callable[[], _T]) -> _T:
        return insist(write, self._give_up)

"""The study: the output folder of a launch, in SMAC v2's layout, and its whole run history."""

import fcntl
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from smacwrap.errors import Problem, UserError
from smacwrap.history.live_rundata_reader import LiveRundataReader, NoHistoryError
from smacwrap.history.numbers import Numbers
from smacwrap.history.run import Run, with_number

if TYPE_CHECKING:
    from smacwrap.pcs import Tree

PATIENCE = 60.0
"""Seconds after which all that is in a file should have come over any network."""

_OURS = (
    "live-rundata-*.json",
    "traj-run-*.txt",
    "detailed-traj-run-*.csv",
    "state-run*",
    "worker-*.log",
    "launch.log",
    "results.csv",
    "study.json",
    "frozen-job.toml",
    "frozen-inputs.json",
    "joined-*.json",
    "budget.jsonl",
    "running-*.json",
    "requests",
    "forgotten.json",
    "runs/run-*",
    "runs/inputs-*",
)
_HALF_WRITTEN = (
    ".*.part",
    "state-run*/.*.part",
    "runs/run-*.part",
    "runs/inputs-*.part",
    "runs/.cache/*.part",
)
_LIVE = re.compile(r"live-rundata-(\d+)\.json")
_RUNNING = re.compile(r"running-(\d+)\.json")


@dataclass(frozen=True)
class Study:
    """Where everything known about one launch lies."""

    folder: Path

    @property
    def description(self) -> Path:
        """What the study was launched with."""
        return self.folder / "study.json"

    @property
    def job(self) -> Path:
        """The job file, as it was when the launch began."""
        return self.folder / "frozen-job.toml"

    @property
    def inputs(self) -> Path:
        """What the inputs of the runs were when the launch began."""
        return self.folder / "frozen-inputs.json"

    @property
    def budget(self) -> Path:
        """How much of the launch's limits is used."""
        return self.folder / "budget.jsonl"

    @property
    def runs(self) -> Path:
        """The folder of the runs' bundles."""
        return self.folder / "runs"

    @property
    def results(self) -> Path:
        """The table of all runs."""
        return self.folder / "results.csv"

    def live_rundata(self, seed: int) -> Path:
        """The run history of one worker."""
        return self.folder / f"live-rundata-{seed}.json"

    def trajectory(self, seed: int) -> Path:
        """The incumbents of one worker."""
        return self.folder / f"traj-run-{seed}.txt"

    def detailed_trajectory(self, seed: int) -> Path:
        """The incumbents of one worker, in SMAC v2's longer form."""
        return self.folder / f"detailed-traj-run-{seed}.csv"

    def state(self, seed: int) -> Path:
        """The folder from which SMAC v2 can be warm-started with what one worker knows."""
        return self.folder / f"state-run{seed}"

    def running(self, seed: int) -> Path:
        """What one worker runs right now."""
        return self.folder / f"running-{seed}.json"

    @property
    def forgotten(self) -> Path:
        """The runs that a person took out of the model."""
        return self.folder / "forgotten.json"

    @property
    def requests(self) -> Path:
        """The folder of requests from other terminals."""
        return self.folder / "requests"

    def worker_log(self, seed: int) -> Path:
        """What one worker did."""
        return self.folder / f"worker-{seed}.log"

    @property
    def launch_log(self) -> Path:
        """What a launch in the background prints."""
        return self.folder / "launch.log"

    def lock(self, name: str) -> Path:
        """The lock file of something that only one process may have."""
        return self.folder / f"{name}.lock"

    def is_locked(self, name: str) -> bool:
        """Whether a living process has that lock.

        Raises:
            OSError: that cannot be found out, for the lock's file cannot be read.
        """
        path = self.lock(name)
        if not path.exists():
            return False
        try:
            with FileLock(path).acquire(timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            # Who may only read can try a shared lock.
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
                return False

    def seeds(self) -> list[int]:
        """The seeds of all workers that have a run history here, ascending."""
        return self._seeds(_LIVE)

    def running_seeds(self) -> list[int]:
        """The seeds of all workers that have started a run and not recorded it, ascending."""
        return self._seeds(_RUNNING)

    def _seeds(self, name: re.Pattern[str]) -> list[int]:
        try:
            matches = [name.fullmatch(path.name) for path in self.folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return []
        return sorted(int(match[1]) for match in matches if match)

    def clear(self, *, keep_log: bool = False) -> None:
        """Delete what smacwrap wrote into the folder, and nothing else.

        With `keep_log` the launch's log stays, for a launch in the background that writes it.

        Raises:
            UserError: something cannot be deleted.
        """
        try:
            for pattern in _OURS:
                for path in self.folder.glob(pattern):
                    if keep_log and path == self.launch_log:
                        continue
                    if path.is_dir() and not path.is_symlink():
                        shutil.rmtree(path)
                    else:
                        path.unlink(missing_ok=True)
        except OSError as error:
            raise UserError(f"cannot delete {error.filename}: {error.strerror}") from None

    def remove_leftovers(self) -> None:
        """Remove what was left by processes that were killed; bundles of recorded runs stay."""
        for path in self.runs.glob("run-*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
        for pattern in _HALF_WRITTEN:
            for path in self.folder.glob(pattern):
                path.unlink(missing_ok=True)


class HistoryReader:
    """Reads what all workers of a study append, incrementally.

    Args:
        study: whose workers.
        skip: leaves one seed out.
        patience: as in `LiveRundataReader`.
        pcs_text: the parameters; a run of another program that has others is lost. Without it,
            they are not looked at.
    """

    def __init__(
        self,
        study: Study,
        skip: int | None = None,
        patience: float = 0.0,
        pcs_text: str | None = None,
    ) -> None:
        self.study = study
        self.skip = skip
        self._patience = patience
        self._pcs_text = pcs_text
        self._misfits: list[Problem] = []
        self._readers: dict[int, LiveRundataReader] = {}
        self._unreadable: dict[int, UserError] = {}
        self._told: set[str] = set()

    @property
    def waits_for(self) -> list[Path]:
        """The files whose last runs cannot be read yet."""
        return [reader.path for reader in self._readers.values() if reader.waiting]

    @property
    def read(self) -> dict[int, Numbers]:
        """The numbers of the runs of each worker that have been read, by its seed."""
        return {seed: reader.numbers for seed, reader in self._readers.items()}

    def new_losses(self) -> list[Problem]:
        """What could not be read, single runs or whole files, and was not returned before."""
        lost = [problem for error in self._unreadable.values() for problem in error.problems]
        lost += [problem for reader in self._readers.values() for problem in reader.lost]
        lost += self._misfits
        new = [problem for problem in lost if str(problem) not in self._told]
        self._told.update(map(str, new))
        return new

    def poll(self) -> Iterator[tuple[int, Run]]:
        """The seeds and runs that are new since the last poll, the latter with their numbers.

        What cannot be read is among the losses: no file of another program ends a launch.
        """
        for seed in self.study.seeds():
            if seed == self.skip or isinstance(self._unreadable.get(seed), NoHistoryError):
                continue
            if seed not in self._readers:
                path = self.study.live_rundata(seed)
                self._readers[seed] = LiveRundataReader(path, self._patience)
            try:
                runs = self._readers[seed].poll_numbered()
            except UserError as error:
                self._unreadable[seed] = error
                continue
            self._unreadable.pop(seed, None)
            for number, run in runs:
                if self._fits(seed, number, run):
                    yield seed, with_number(run, number)

    def _fits(self, seed: int, number: int, run: Run) -> bool:
        """Whether a run is of the study's parameters; ours are."""
        if "worker" in run.details or self._tree is None:
            return True
        from smacwrap.pcs.settings import active_values

        try:
            active_values(self._tree, run.configuration)
        except UserError as error:
            message = f"run {number} is left out: {error.problems[0].message}"
            self._misfits.append(Problem(message, self.study.live_rundata(seed)))
            return False
        return True

    @cached_property
    def _tree(self) -> "Tree | None":
        if self._pcs_text is None:
            return None
        from smacwrap.pcs import parse_tree  # most studies need none

        return parse_tree(self._pcs_text)

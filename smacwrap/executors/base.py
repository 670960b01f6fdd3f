"""The seam between the wrapper and the places where a run can be executed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from types import MappingProxyType

from smacwrap.frozen import Frozen
from smacwrap.processes import control
from smacwrap.processes.limits import Limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from smacwrap.processes.limits import Exceeded


class Task(Frozen):
    """What to execute: the bundle with the inputs, and the command to start in their folder.

    `outputs` are names or glob patterns of files and folders, relative to that folder;
    `environment` is added to the place's own; `data` are files and folders that are linked into the
    run's folder under their own names, not copied: the command must not write to them. `fill` fills
    an empty folder and makes the bundle, which saves the unpacking; without it, the bundle is there
    already, and is unpacked. `leftovers` are files and folders that go if this process is killed
    before the submission is closed.
    """

    bundle: Path
    command: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    environment: Mapping[str, str] = MappingProxyType({})
    data: tuple[Path, ...] = ()
    limits: Limits = Limits()
    fill: Callable[[Path], None] | None = None
    leftovers: tuple[Path, ...] = ()


class Completion(Frozen):
    """How a task ended.

    `exit_code` is negative for a signal, as in `subprocess`, and None where a limit, named by
    `exceeded`, ended the task; times are in seconds, `cpu_time` over the whole process tree.
    `log` holds standard output and standard error as they came; `outputs` are pairs of a name,
    relative to the task's folder, and the file, or the folder if it is empty. Both stay until the
    submission is closed.
    `missing` are those of the task's outputs of which no file came.
    `peak_memory` is in bytes: the most that was seen of the tree, or its largest process if that
    was larger. `enforced_by` says, for people, what measured and limited the tree.
    """

    exit_code: int | None
    cpu_time: float
    wallclock_time: float
    log: Path
    outputs: tuple[tuple[str, Path], ...]
    exceeded: Exceeded = ""
    peak_memory: int = 0
    enforced_by: str = ""
    missing: tuple[str, ...] = ()

    @property
    def timed_out(self) -> bool:
        """Whether the task was ended by its limit of CPU or wall-clock time."""
        return self.exceeded in ("CPU time", "wall time")


class LostOutputError(Exception):
    """What a task printed is lost, and the task itself did it."""


class Submission(ABC):
    """One task on its way: wait for it, then close it.

    A context manager: leaving it cancels what still runs and removes what the place kept.
    """

    @abstractmethod
    def wait(self, on_output: Callable[[bytes], None] | None = None) -> Completion:
        """Wait for the end of the task, which comes at the latest with a limit.

        Args:
            on_output: called with the log's new bytes as they come.

        Raises:
            OSError: the command cannot be started, and then the error's `filename` is that of its
                program; or the place failed, and what the task did is not known.
            LostOutputError: the task got rid of what it had printed.
        """

    @abstractmethod
    def cancel(self) -> None:
        """End the task and every process that it started. Safe to call twice, or too late."""

    @abstractmethod
    def close(self) -> None:
        """Remove everything that the place kept for this task."""

    def __enter__(self) -> Submission:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.end()

    def end(self) -> None:
        """Cancel and close; a signal that asks this process to end waits for that."""
        with control.hold_stop_signals():
            try:
                self.cancel()
            finally:
                self.close()


class Executor(ABC):
    """A place where bundles run. A new place is one file with these two classes."""

    @abstractmethod
    def submit(self, task: Task) -> Submission:
        """Unpack the task's bundle into a folder of its own and have its command started there.

        What the task's `fill` raises goes through.

        Raises:
            BundleError: the bundle is damaged or not safe.
            OSError: the bundle cannot be unpacked, or the data not linked.
        """

"""The seam between the wrapper and the places where a run can be executed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """What to execute: the bundle with the inputs, and the command to start in their folder.

    `outputs` are names or glob patterns, relative to that folder; `environment` is added to
    the place's own.
    """

    bundle: Path
    command: tuple[str, ...]
    outputs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Completion:
    """How a task ended.

    `exit_code` is negative for a signal, as in `subprocess`, and None where the task was ended
    by its cutoff; times are in seconds, `cpu_time` over the whole process tree. `log` holds
    standard output and standard error as they came; `outputs` are pairs of a name, relative to
    the task's folder, and the file. Both stay until the submission is closed.
    """

    exit_code: int | None
    cpu_time: float
    wallclock_time: float
    log: Path
    outputs: tuple[tuple[str, Path], ...]

    @property
    def timed_out(self) -> bool:
        """Whether the task was ended by its cutoff."""
        return self.exit_code is None


class Submission(ABC):
    """One task on its way: wait for it, then close it.

    A context manager: leaving it cancels what still runs and removes what the place kept.
    """

    @abstractmethod
    def wait(self, cutoff: float, on_output: Callable[[bytes], None] | None = None) -> Completion:
        """Wait for the end, at most until `cutoff` seconds of CPU or wall-clock time are used.

        Args:
            cutoff: seconds; `smacwrap.protocol.NO_CUTOFF` for none.
            on_output: called with the log's new bytes as they come.
        """

    @abstractmethod
    def cancel(self) -> None:
        """End the task and every process that it started. Safe to call twice, or too late."""

    @abstractmethod
    def close(self) -> None:
        """Remove everything that the place kept for this task."""

    def __enter__(self) -> "Submission":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.cancel()
        self.close()


class Executor(ABC):
    """A place where bundles run. A new place is one file with these two classes."""

    @abstractmethod
    def submit(self, task: Task) -> Submission:
        """Unpack the task's bundle into a folder of its own and start its command there.

        Raises:
            FileNotFoundError, PermissionError: the command cannot be started.
            OSError: the bundle cannot be unpacked.
        """

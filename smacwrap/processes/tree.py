"""What a process tree uses, and its end: everything that descends from this process."""

import os
import resource
import sys

from smacwrap.processes import control

TYPE_CHECKING = False
if TYPE_CHECKING:
    import psutil


class Descendants:
    """The descendants of this process, looked up with psutil when they are asked for.

    They are the whole tree where this process adopts orphans (`control.adopt_orphans`): not
    even a daemon that forks twice and calls setsid leaves it.
    """

    @property
    def enforced_by(self) -> str:
        """What measures and limits the tree, in words."""
        return "polling the process tree"

    @property
    def bounds_memory(self) -> bool:
        """Whether the kernel itself keeps the tree within its memory."""
        return False

    def limit_memory(self, memory: float) -> None:
        """Have the kernel keep the tree within `memory` bytes, where it can."""

    def fork(self) -> int:
        """Fork the process that is to become the root of the tree, as `os.fork` does."""
        return os.fork()

    def enter(self) -> None:
        """Called in the new process before it becomes anything else."""

    def cpu_time(self) -> float:
        """CPU seconds used by all processes, living or exited.

        Processes that their parent ignored (SIGCHLD) are lost once they exit, as for times(2).
        """
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        living = sum(_cpu_time(process) for process in _descendants())
        return used.ru_utime + used.ru_stime + living

    def memory(self, limit: float) -> int:
        """Bytes of memory in use.

        The sum of the resident sets is quickly read but counts a shared page once for each
        process; only where it reaches the `limit` are shared pages shared out (PSS, on Linux).
        """
        tree = _descendants()
        resident = sum(_resident(process) for process in tree)
        return resident if resident < limit else sum(_proportional(process) for process in tree)

    def peak_memory(self) -> int:
        """The largest resident set of any one process that exited, in bytes."""
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed a process for the memory of the tree."""
        return False

    def end(self, grace: float) -> None:
        """End all processes: TERM first, KILL after `grace` seconds."""
        control.end_tree(control.children, grace)

    def close(self) -> None:
        """Remove what was set up for the tree, whose processes are gone."""


def _descendants() -> "list[psutil.Process]":
    if not control.has_children():
        return []
    import psutil

    return psutil.Process().children(recursive=True)


def _cpu_time(process: "psutil.Process") -> float:
    import psutil

    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _proportional(process: "psutil.Process") -> int:
    import psutil

    try:
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.rss))
    except psutil.AccessDenied:
        return _resident(process)
    except psutil.Error:
        return 0


def _resident(process: "psutil.Process") -> int:
    import psutil

    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0

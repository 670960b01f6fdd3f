"""Gauges: what a run has used of each of its limits, read no more often than needed."""

import contextlib
import math
import os
import time
from collections.abc import Callable

from smacwrap.processes.limits import Limits
from smacwrap.processes.tree import Descendants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smacwrap.processes.limits import Exceeded

_CPUS = os.cpu_count() or 1
_FASTEST = 2 << 30  # bytes a second that one core hardly ever fills, in memory or in a file
_SHORTEST = 0.01  # seconds between two looks
_SHARE = 0.1  # of one core that looking may take


class Gauge:
    """One limit, how much of it is used, and when that is worth another look.

    Args:
        exceeded: what to say when the limit is reached.
        limit: seconds or bytes.
        used: reads how much is used.
        fastest: how much more can be used in a second, from which the next look follows.
    """

    def __init__(
        self, exceeded: "Exceeded", limit: float, used: Callable[[], float], fastest: float
    ) -> None:
        self.exceeded = exceeded
        self.limit = limit
        self.used = used
        self.fastest = fastest
        self.most = 0.0
        self.next_look = time.monotonic() + limit / fastest

    def look(self) -> bool:
        """Whether the limit is reached."""
        start = time.monotonic()
        self.most = max(self.most, self.used())
        cost = time.monotonic() - start
        pause = max((self.limit - self.most) / self.fastest, cost / _SHARE, _SHORTEST)
        self.next_look = start + pause
        return self.most >= self.limit


def gauges_of(limits: Limits, tree: Descendants, place: str, log: str) -> list[Gauge]:
    """Gauges for those of a run's limits that are finite and that the kernel does not enforce.

    Args:
        tree: the run's processes, which start now.
        place: the folder that the run writes to.
        log: the file of its output.
    """
    start = time.monotonic()
    # One walk of the folder is spent only where its size matters.
    before = disk_usage(place) if math.isfinite(limits.disk) else 0
    memory = math.inf if tree.bounds_memory else limits.memory
    gauges = [
        Gauge("wall time", limits.wall_time, lambda: time.monotonic() - start, 1.0),
        Gauge("CPU time", limits.cpu_time, tree.cpu_time, _CPUS),
        Gauge("memory", memory, lambda: tree.memory(limits.memory), _CPUS * _FASTEST),
        Gauge("disk", limits.disk, lambda: disk_usage(place) - before, _CPUS * _FASTEST),
        Gauge("output", limits.output, lambda: os.stat(log).st_size, _CPUS * _FASTEST),
    ]
    return [gauge for gauge in gauges if math.isfinite(gauge.limit)]


def disk_usage(folder: str) -> int:
    """Bytes of disk that the files below `folder` take, links not followed."""
    total = 0
    folders = [folder]
    while folders:
        with contextlib.suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # it went meanwhile
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total

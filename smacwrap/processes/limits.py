"""What a run may use, and which limit ended it."""

import math

from smacwrap.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Exceeded = Literal["", "CPU time", "wall time", "memory", "disk", "output"]
    """Which limit ended a run; an empty text for none."""


class Limits(Frozen):
    """What a run may use, its whole process tree together; `math.inf` is no limit.

    Attributes:
        cpu_time: seconds, of living processes and of those that exited already.
        wall_time: seconds since the command was started.
        memory: bytes, without swap; memory that processes share counts once.
        disk: bytes by which the run's folder may grow, and the size of its largest file.
        output: bytes of standard output and standard error.
        grace: seconds between asking processes to end (TERM) and killing them (KILL).
    """

    cpu_time: float = math.inf
    wall_time: float = math.inf
    memory: float = math.inf
    disk: float = math.inf
    output: float = math.inf
    grace: float = 2.0

"""How long runs may go on that are running when a launch reaches a limit of time."""

import contextlib
import math
import threading
import time

from smacwrap.scenario import Scenario
from smacwrap.worker.budget import Budget

_LEAST = 60.0  # seconds
_LOOK = 0.2  # seconds between two looks at the budget


def time_beyond(scenario: Scenario, told: float | None, longest: float) -> float:
    """Seconds beyond the limit, after which a run is interrupted.

    A run with a cutoff ends soon enough by itself. Any other may take as long as the longest so
    far: what takes longer would not have ended sooner either if it hangs.

    Args:
        scenario: has the cutoff.
        told: what somebody wants it to be, in seconds, or None.
        longest: seconds that the longest run has taken so far.
    """
    if told is not None:
        return told
    ends_by_itself = math.isfinite(scenario.kill_factor * scenario.cutoff)
    return math.inf if ends_by_itself else max(_LEAST, longest)


class Overtime:
    """Knows when a launch has reached a limit of time, and when runs are interrupted beyond it.

    The threads of all runs ask it.

    Args:
        budget: the launch's; no other thread uses it.
        scenario, told: as in `time_beyond`.
    """

    def __init__(self, budget: Budget, scenario: Scenario, told: float | None) -> None:
        self.longest = 0.0
        """Seconds of the longest run so far."""
        self._budget = budget
        self._scenario = scenario
        self._told = told
        self._lock = threading.Lock()
        self._left: float | None = None
        self._looked = -math.inf

    def has_begun(self) -> bool:
        """Whether no run is to start any more, be it claimed or not."""
        with self._lock, contextlib.suppress(OSError):  # it is asked again
            return bool(self._budget.over())
        return False

    def is_over(self) -> bool:
        """Whether runs that go on are to be interrupted."""
        with self._lock:
            if time.monotonic() - self._looked >= _LOOK:
                beyond = time_beyond(self._scenario, self._told, self.longest)
                with contextlib.suppress(OSError):
                    self._left = self._budget.overtime(beyond)
                self._looked = time.monotonic()
            return self._left is not None and self._left <= 0

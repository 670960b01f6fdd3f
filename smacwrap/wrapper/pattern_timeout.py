"""Ends a step that would take forever, such as a search for a pattern of nested repetitions."""

import signal
from types import FrameType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self


class StuckError(Exception):
    """A step took too long."""


class Patience:
    """A context manager that raises `StuckError` in a step of more than `seconds` of CPU time.

    It may take twice that time until it notices. It works in the main thread only, where it uses
    the virtual timer and its signal; a regular expression looks for signals as it searches.

    Attributes:
        step: the number of the step, and what it is; to be changed with every step.
    """

    def __init__(self, seconds: float) -> None:
        self.step = 0, ""
        self._seconds = seconds
        self._seen: tuple[int, str] | None = None

    def __enter__(self) -> "Self":
        self._before = signal.signal(signal.SIGVTALRM, self._look)
        signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds, self._seconds)
        return self

    def __exit__(self, *exc_info: object) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, self._before)

    def _look(self, number: int, frame: FrameType | None) -> None:
        if self._seen == self.step:
            raise StuckError
        self._seen = self.step

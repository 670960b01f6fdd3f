"""A worker's turn to ask: what it asks for is announced before another worker asks."""

import time
from collections.abc import Callable
from contextlib import suppress

from filelock import FileLock, Timeout

from smacwrap.history import Study

_PATIENCE = 3.0  # seconds; to wait longer for slow engines would cost more than it gains
_STEP = 0.5  # seconds between looks whether to stop
_POLL = 0.01  # seconds between attempts to get the lock


class Turn:
    """Workers that ask at the same moment, knowing the same runs, would run the same place.

    A turn makes proposals differ; that no run is made twice is for the `Budget` to see. So it is
    not waited for without end: a holder that hangs, or a disk without room, holds nobody up. The
    lock of a holder that dies is free.

    Args:
        study: whose workers take turns.
        give_up: asked while waiting.
    """

    def __init__(self, study: Study, give_up: Callable[[], bool]) -> None:
        self._lock = FileLock(study.lock("ask"))
        self._give_up = give_up

    def begin(self) -> None:
        """Wait for the turn; for a few seconds at most."""
        deadline = time.monotonic() + _PATIENCE
        while not self._lock.is_locked and time.monotonic() < deadline and not self._give_up():
            try:
                self._lock.acquire(timeout=_STEP, poll_interval=_POLL)
            except Timeout:
                continue
            except OSError:
                return

    def end(self) -> None:
        """Let others ask."""
        with suppress(OSError):
            self._lock.release(force=True)

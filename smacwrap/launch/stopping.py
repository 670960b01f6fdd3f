"""When a worker is to stop: told by a signal or a request, or left behind by its launcher."""

import os
import time

from smacwrap.history import Study
from smacwrap.history.requests import Requests
from smacwrap.launch.signals import listen


class Stopping:
    """Knows whether to start more runs, and whether to end the one that is running.

    Args:
        study: where requests are looked for.
        seed: the worker's.
        grace: seconds that a running target has to end by itself.
        detached: go on when the process that started this one is gone.
    """

    def __init__(self, study: Study, seed: int, grace: float, detached: bool) -> None:
        self._requests = Requests(study)
        self._seed = seed
        self._grace = grace
        # A launcher that was killed cannot say stop.
        self._launcher = None if detached else os.getppid()
        self._since: float | None = None

    def listen(self) -> None:
        """From now on take the signals that ask a process to end."""
        listen(self._on_signal)

    def no_more_runs(self) -> bool:
        """Whether the worker is to start no more runs."""
        if self._since is None and self._is_told():
            self._since = time.monotonic()
        return self._since is not None

    def end_now(self) -> bool:
        """Whether the worker is to end, with whatever it is doing."""
        if not self.no_more_runs() or self._since is None:
            return False
        return time.monotonic() - self._since >= self._grace

    def run_was_stopped(self, number: int) -> bool:
        """Whether somebody asked to stop just this run."""
        return self._requests.stopped(self._seed, number)

    def _is_told(self) -> bool:
        if self._launcher is not None and os.getppid() != self._launcher:
            return True
        return self._requests.stopped() or self._requests.stopped(self._seed)

    def _on_signal(self) -> None:
        self._since = self._since or time.monotonic()

"""When a worker is to stop: told by a signal or a request, or left behind by its launcher."""

import os
import re
import time

from smacwrap.history import Study
from smacwrap.history.requests import Requests
from smacwrap.processes.signals import listen
from smacwrap.protocol.additional import INTERRUPTED
from smacwrap.worker.target import Answer

_POLL = 0.02  # seconds
_SAME_MOMENT = 1.0  # seconds in which all processes of a job are told to end
_PART = 0.05  # of a run's time
_STILL_ENDING = 5.0  # seconds after which a run that was told to end has ended, or will not
# A shell reports the signal that ended its command as 128 plus its number.
_STOP_SIGNAL = re.compile(
    r"\bSIG(INT|TERM|HUP|QUIT|USR1|USR2|XCPU|PWR)\b|exit (code|status) (1(29|30|31|38|40|43|52))\b"
)


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

    def stop(self) -> None:
        """From now on, end at once."""
        self._since = time.monotonic() - self._grace

    def end_now(self) -> bool:
        """Whether the worker is to end, with whatever it is doing."""
        if not self.no_more_runs() or self._since is None:
            return False
        return time.monotonic() - self._since >= self._grace

    def comes_within(self, seconds: float) -> bool:
        """Whether the worker is told to stop, now or in the next seconds: this waits for it."""
        deadline = time.monotonic() + seconds
        while not (told := self.no_more_runs()) and time.monotonic() < deadline:
            time.sleep(_POLL)
        return told

    def ended(self, answer: Answer) -> bool:
        """Whether a run that gave no result was ended by what asks this worker to stop, too.

        Who ends a whole job tells all of its processes, in any order and within a second: a
        wrapper, or a target, that was told first has answered before this worker knows. What a
        crash says of a signal is worth that second; of any other crash, a part of its own time.
        """
        if not answer.result.status.failed:
            return False
        told = answer.void == INTERRUPTED or _STOP_SIGNAL.search(answer.reason) is not None
        pause = _SAME_MOMENT if told else min(_SAME_MOMENT, _PART * answer.wallclock_time)
        if not self.comes_within(pause) or self._since is None:
            return False
        # A run that has its grace may still crash by itself.
        return told or time.monotonic() - self._since < _STILL_ENDING

    def run_was_stopped(self, number: int) -> bool:
        """Whether somebody asked to stop just this run."""
        return self._requests.stopped(self._seed, number)

    def _is_told(self) -> bool:
        if self._launcher is not None and os.getppid() != self._launcher:
            return True
        return self._requests.stopped() or self._requests.stopped(self._seed)

    def _on_signal(self) -> None:
        self._since = self._since or time.monotonic()

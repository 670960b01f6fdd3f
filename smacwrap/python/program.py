"""A function's run as a program: one result line, whatever happens, and nothing left running."""

import atexit
import contextlib
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from smacwrap.frozen import replace
from smacwrap.processes import control
from smacwrap.processes.tree import Descendants
from smacwrap.protocol import CallString, Result
from smacwrap.protocol.additional import INTERRUPTED
from smacwrap.python.result import timed_out
from smacwrap.streams import open_standard_streams
from smacwrap.wrapper.keep import additional_data
from smacwrap.wrapper.outcome import Outcome, crashed
from smacwrap.wrapper.process import write_answer

# Seconds between asking a process to end and killing it: in a run that is cut short, and after
# the exit functions, when all that is left has been forgotten, or ignores such requests.
_GRACE, _SHORT_GRACE = 2.0, 0.2
_LAST_WORDS = 10.0  # seconds for the exit functions
_SHORTEST_LOOK = 0.05  # seconds between two looks at the used time


@contextlib.contextmanager
def own_output() -> Iterator[int]:
    """Send to standard error what is printed meanwhile, by this process and its children.

    Gives the file descriptor of the standard output: nothing but result lines goes there, so
    that no half-written line and no printed look-alike comes before them.
    """
    open_standard_streams()
    sys.stdout.flush()
    output = os.dup(1)
    os.dup2(2, 1)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            yield output
    finally:
        os.dup2(output, 1)
        os.close(output)


def write_outcome(output: int, call: CallString, outcome: Outcome) -> None:
    """Write the result line to a file descriptor, and its reason to standard error."""
    write_answer(output, call, answer_of(outcome))
    tell_reason(outcome)


def answer_of(outcome: Outcome) -> Result:
    """The result that a wrapper answers with: metrics and reason are its additional run data."""
    return replace(outcome.result, additional=additional_data(outcome, None))


def tell_reason(outcome: Outcome) -> None:
    """Write the reason of a run that failed to standard error, for people."""
    if outcome.reason:
        print(f"{Path(sys.argv[0]).name}: {outcome.reason}", file=sys.stderr)


def used_cpu_time() -> float:
    """CPU seconds of this process and of the children that it has waited for."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Program:
    """This process, from a call string to the result line that ends it.

    Only the first result counts, from whichever thread: the main one, in which the target runs,
    or the one that watches over signals and the cutoff. That one needs no help from the target:
    it ends the process even while the target catches everything, or is inside of a C library
    (that lets other threads run, as the usual ones do).
    """

    def __init__(self, call: CallString, output: int) -> None:
        self.call = call
        self._output = output
        self._pid = os.getpid()
        self._ending = threading.Lock()

    def watch(self) -> None:
        """Start to watch over signals and the cutoff; to be called from the main thread."""
        control.adopt_orphans()
        reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        # Python's own handlers wait for the main thread; the wakeup descriptor does not.
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for number in _stop_signals():
            signal.signal(number, self._tell)
        os.register_at_fork(
            before=_hold_signals,
            after_in_parent=_release_signals,
            after_in_child=_forget_signals,
        )
        threading.Thread(target=self._look, args=(reader,), daemon=True, name="watch").start()

    def _tell(self, number: int, frame: object) -> None:
        # For where something, like asyncio, has taken the wakeup descriptor.
        with contextlib.suppress(BlockingIOError):
            os.write(self._writer, bytes([number]))

    def _look(self, reader: int) -> None:
        tree = Descendants()
        start = time.monotonic()
        used = 0.0
        while True:
            wait = None
            if self.call.has_cutoff:
                # No process can use up the rest sooner than this.
                rest = (self.call.cpu_limit - used) / (os.cpu_count() or 1)
                rest = min(rest, start + self.call.wall_limit - time.monotonic())
                wait = min(max(rest, _SHORTEST_LOOK), threading.TIMEOUT_MAX)
            if control.readable([reader], wait):
                for number in os.read(reader, 64):
                    if number in _stop_signals():
                        reason = f"the wrapper was ended by {signal.Signals(number).name}"
                        self.end(crashed(self.call, reason, void=INTERRUPTED))
            else:
                used = time.process_time() + tree.cpu_time()
                late = time.monotonic() - start >= self.call.wall_limit
                if late or used >= self.call.cpu_limit:
                    self.end(timed_out(self.call))

    def end(self, outcome: Outcome) -> NoReturn:
        """Write the result line and end the process, with all that it started."""
        if os.getpid() != self._pid:  # the target has forked, and its copy came back
            os._exit(0)
        self._ending.acquire()  # for good: whoever comes second waits for the end
        write_outcome(self._output, self.call, outcome)
        if threading.current_thread() is threading.main_thread():
            # Those who have something to do at the exit, like multiprocessing, end their own
            # children better than we do; but nobody may hang now.
            timer = threading.Timer(_LAST_WORDS, _leave, [_SHORT_GRACE])
            timer.daemon = True
            timer.start()
            atexit._run_exitfuncs()
            _leave(_SHORT_GRACE)
        _leave(_GRACE)


def _leave(grace: float) -> NoReturn:
    with contextlib.suppress(Exception):
        sys.stdout.flush()
        sys.stderr.flush()
    control.end_tree(control.children, grace)
    os._exit(0)


def _stop_signals() -> list[signal.Signals]:
    """What asks this process to end: not USR1 and USR2 where the target has handlers of its own."""
    theirs = [n for n in (signal.SIGUSR1, signal.SIGUSR2) if _has_handler_of_its_own(n)]
    return [number for number in control.heeded_stop_signals() if number not in theirs]


def _has_handler_of_its_own(number: signal.Signals) -> bool:
    handler = signal.getsignal(number)
    ours = getattr(handler, "__func__", None) is Program._tell
    return not ours and handler is not signal.SIG_DFL


_held = threading.local()


def _hold_signals() -> None:
    """Before a fork: what reaches the child at once must not seem to be meant for this process."""
    _held.mask = signal.pthread_sigmask(signal.SIG_BLOCK, control.stop_signals())


def _release_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _held.mask)


def _forget_signals() -> None:
    """In a forked child: it ends at a signal as any process does, and tells nobody."""
    signal.set_wakeup_fd(-1)
    for number in _stop_signals():
        signal.signal(number, signal.SIG_DFL)
    _release_signals()

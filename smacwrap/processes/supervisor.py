"""Supervision of one run, inside the guard's process: start, limits, end of the tree, report."""

from __future__ import annotations

import contextlib
import gc
import math
import os
import time
from collections.abc import Iterator

from smacwrap.processes import control
from smacwrap.processes.cgroup import make_group
from smacwrap.processes.folders import remove_tree
from smacwrap.processes.gauges import Gauge, gauges_of
from smacwrap.processes.limits import Limits
from smacwrap.processes.messages import CANCEL, DONE, receive, send
from smacwrap.processes.spawn import ErrorArguments, Program, error_arguments, spawn
from smacwrap.processes.tree import Descendants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

    from smacwrap.processes.limits import Exceeded

_LONGEST_PAUSE = 1.0  # seconds until orphans that exited are waited for
_SHORT_PAUSE = 0.05  # seconds until the target is looked at, where the kernel cannot tell


class _Cancelled(Exception):  # noqa: N818  (not an error: somebody asked for it)
    """The wrapper wants no result any more."""


class _Done(Exception):  # noqa: N818
    """The wrapper is gone, or has no more wishes."""


def supervise(orders: int, messages: int, group: str) -> None:
    """See a run from the wrapper's orders to the end of its tree, and of the wrapper's interest.

    Args:
        orders: the pipe from the wrapper, with three messages: what to remove if the wrapper is
            killed, the run's folder first; what to start: command, environment, folder, log and
            the fields of the limits; and DONE when the wrapper has taken, and removed, what the
            run left. CANCEL can come at any time. The pipe closes if the wrapper is gone.
        messages: the pipe to the wrapper, for one message: the arguments of an `OSError` or None,
            and the report, what `Supervisor.watch` returns, or None.
        group: a name for a control group.
    """
    supervisor = Supervisor(orders, messages, group)
    gc.freeze()  # the wrapper forks while it is off
    gc.enable()
    try:
        try:
            supervisor.run()
        finally:
            supervisor.close()
        supervisor.stay()
    except _Done:
        pass


class Supervisor:
    """Starts the target of a run and sees its whole tree to its end; the pipes: `supervise`."""

    def __init__(self, orders: int, messages: int, group: str) -> None:
        self.orders = orders
        self.messages = messages
        self.tree: Descendants = make_group(group) or Descendants()
        self.traces: tuple[str, ...] = ()
        self.pid = 0
        self.exit_code: int | None = None
        self.gauges: list[Gauge] = []

    def run(self) -> None:
        """Start the target and see it to its end; whatever happens is told to the wrapper.

        Raises:
            _Done: the wrapper is gone, or needs no run.
        """
        try:
            self.traces = self.next_order()
            command, environment, folder, log, limits = self.next_order()
            self.program = Program(command, environment, folder, log)
            self.limits = Limits(**dict(limits))
            self.start()
            self.tell(None, self.watch())
        except _Cancelled:
            self.tell(None, {})
        except (OSError, ValueError) as error:
            self.tell(error_arguments(error), None)

    def stay(self) -> NoReturn:
        """Wait until the wrapper has taken what the run left.

        Raises:
            _Done: then, or when the wrapper is gone.
        """
        while True:
            with contextlib.suppress(_Cancelled):  # too late
                self.next_order()

    def next_order(self) -> Any:
        """Wait for what the wrapper says next.

        Raises:
            _Cancelled: that it wants no result.
            _Done: that the guard is not needed any more, or it is gone.
        """
        try:
            order = receive(self.orders)
        except EOFError:
            self.end(0.0)
            self.remove_traces()
            raise _Done from None
        if order is DONE:
            raise _Done
        if order is CANCEL:
            raise _Cancelled
        return order

    def close(self) -> None:
        """End the target if it runs, and remove what was set up for its tree."""
        self.end(0.0)
        self.tree.close()

    def start(self) -> None:
        """Start the command, and the clocks.

        Raises:
            OSError, ValueError: it cannot be started.
        """
        try:
            self.tree.limit_memory(self.limits.memory)
            self.start_time = time.monotonic()
            place = self.traces[0]
            self.gauges = gauges_of(self.limits, self.tree, place, self.program.log)
            self.pid = spawn(self.program, self.limits.disk, self.tree)
        except OSError:
            if type(self.tree) is Descendants:
                raise
            # A control group may take no process, for many reasons.
            self.tree.close()
            self.tree = Descendants()
            self.start()

    def watch(self) -> dict[str, object]:
        """Wait for the end of the target, or put an end to it at a limit, and end its tree.

        Returns:
            What there is to say then: fields of a `Completion`.
        """
        exceeded = self.until_end_or_limit()
        wallclock_time = time.monotonic() - self.start_time
        self.end(self.limits.grace)
        if self.tree.ran_out_of_memory():
            exceeded = "memory"
        if exceeded:
            self.say_why(exceeded)
        most = [gauge.most for gauge in self.gauges if gauge.exceeded == "memory"]
        return {
            "exit_code": None if exceeded else self.exit_code,
            "exceeded": exceeded,
            "cpu_time": self.tree.cpu_time(),
            "wallclock_time": wallclock_time,
            "peak_memory": int(max([self.tree.peak_memory(), *most])),
            "enforced_by": self.tree.enforced_by,
        }

    def until_end_or_limit(self) -> Exceeded:
        """Wait for the target's exit or a limit, and say which limit."""
        with _handle(self.pid) as handle:
            while self.exit_code is None:
                self.pause(handle)
                now = time.monotonic()
                for gauge in self.gauges:
                    if gauge.next_look <= now and gauge.look():
                        return gauge.exceeded
                self.reap()
        # It may have ended by itself between two looks, and over a limit.
        return next((gauge.exceeded for gauge in self.gauges if gauge.look()), "")

    def pause(self, handle: list[int]) -> None:
        """Wait for the target's exit or the next look.

        Raises:
            _Cancelled, _Done: the wrapper wants it; the tree is gone.
        """
        soonest = min((gauge.next_look for gauge in self.gauges), default=math.inf)
        longest = _LONGEST_PAUSE if handle else _SHORT_PAUSE
        seconds = min(max(0.0, soonest - time.monotonic()), longest)
        if self.orders in control.readable([self.orders, *handle], seconds):
            try:
                self.next_order()
            except _Cancelled:
                self.end(self.limits.grace)
                raise

    def reap(self) -> bool:
        """Wait for the children that exited; whether there are others."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.pid:
                self.exit_code = os.waitstatus_to_exitcode(status)

    def end(self, grace: float) -> None:
        """End what is left of the tree."""
        if self.reap():
            self.tree.end(grace)
            self.reap()

    def remove_traces(self) -> None:
        """Remove what a wrapper that was killed has made for the run, for nobody else will."""
        for path in self.traces:
            with contextlib.suppress(OSError):
                os.unlink(path)
            remove_tree(path)

    def say_why(self, exceeded: Exceeded) -> None:
        """Explain in the log, which has at most its limit, what ended the run."""
        # Not what the target may have put there.
        with os.fdopen(os.open(self.program.log, os.O_RDWR | os.O_NOFOLLOW), "r+") as log:
            if exceeded == "output":
                log.truncate(int(self.limits.output))
            log.seek(0, os.SEEK_END)
            log.write(f"\nsmacwrap: ended at its limit of {exceeded}\n")

    def tell(self, error: ErrorArguments | None, report: dict[str, object] | None) -> None:
        """Send the message to the wrapper, if it is still there."""
        with contextlib.suppress(BrokenPipeError):
            send(self.messages, (error, report))


@contextlib.contextmanager
def _handle(pid: int) -> Iterator[list[int]]:
    """A handle to wait with `select` for the exit of a process; none where there are no such."""
    try:
        handles = [os.pidfd_open(pid)]
    except (AttributeError, OSError):
        handles = []
    try:
        yield handles
    finally:
        for handle in handles:
            os.close(handle)

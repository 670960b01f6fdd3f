"""The guard: a process between the wrapper and its target that lets neither outlive the other.

    wrapper ──pipes── guard ──▶ target ──▶ its children, their children, daemons

The guard starts the target and adopts every orphan of its tree, so no process gets out of it. It
ends the whole tree when the target exits, when a limit is reached, when the wrapper says so, and
when the wrapper's end of a pipe closes, which the kernel does even for a wrapper that was killed.
It has a session of its own, and signals that ask to end do not end it; if it is killed itself,
the kernel kills the target, and the wrapper adopts and ends the rest.

It is forked from the wrapper, not a new interpreter, for that takes 20 ms; so a program with
threads should start a process of its own for the local executor. The smaller the wrapper still
is, the less of its memory is copied as both go on: `smacwrap run` forks it first of all, and it
gets ready while the wrapper loads, reads the job and prepares the folder.
"""

from __future__ import annotations

import contextlib
import errno
import math
import os
import signal
import time
from collections.abc import Iterable, Mapping

from smacwrap.processes import control
from smacwrap.processes.messages import CANCEL, DONE, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any, NoReturn

    from smacwrap.processes.limits import Limits


_MARK = "SMACWRAP_RUN"
"""The environment variable by which the processes of a run are known."""

_POLL = 0.1  # seconds between two looks whether the guard lives
_MOST_LATE = 600  # looks after a run's time is over, until the guard is given up


class Guard:
    """The wrapper's end: tells a guard to start its target or to cancel, and hears how it went.

    A guard sees one run to its end. What changes of this process's environment, folder or file
    mode mask after its guard was made is not the target's.

    Raises:
        OSError: there can be no more processes, or open files.
    """

    def __init__(self) -> None:
        self._foreign = set(control.children()) if control.has_children() else set()
        self._group = os.urandom(8).hex()
        self._over = False
        self._ended = False
        self._deadline = math.inf
        self._late = 0
        orders, self._orders = os.pipe()
        self._messages, messages = os.pipe()
        self._pid = 0
        try:
            # Until the guard has its own handlers, no signal may reach it.
            with control.hold_stop_signals() as mask:
                try:
                    self._pid = os.fork()
                    if self._pid == 0:
                        os.close(self._orders)
                        os.close(self._messages)
                        _live(orders, messages, mask, self._group)
                finally:
                    os.close(orders)
                    os.close(messages)
        except BaseException:
            if self._pid:  # a signal came meanwhile
                self.release()
            else:  # no process can be had
                os.close(self._orders)
                os.close(self._messages)
            raise

    def clear_if_killed(self, *paths: Path) -> None:
        """From now on the guard removes these if this process is killed; first the run's folder."""
        self._tell(tuple(map(str, paths)))

    def start(
        self,
        command: Iterable[str],
        environment: Mapping[str, str],
        limits: Limits,
        folder: Path,
        log: Path,
    ) -> None:
        """Have the command started; `wait` tells whether it could be.

        Args:
            command: its words.
            environment: is added to this process's own.
            limits: what it may use.
            folder: where it starts.
            log: the file to which standard output and standard error are appended.
        """
        marked = {**environment, _MARK: self._group}
        words = tuple(map(str, command))
        self._tell((words, marked, str(folder), str(log), tuple(vars(limits).items())))
        self._deadline = time.monotonic() + limits.wall_time + limits.grace
        # Not before, for it takes 2 ms; the guard itself adopts them as long as it lives, and
        # should it be killed sooner, they are known by their mark.
        control.adopt_orphans()

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """What the guard reports, fields of a `Completion`, or None after `seconds`.

        Raises:
            OSError: the command cannot be started, or the guard failed, or was killed.
        """
        if not control.readable([self._messages], seconds):
            self._watch()
            return None
        try:
            error, report = receive(self._messages)
        except EOFError:
            code = self._bury(killed=True)
            how = "was killed" if code is None else f"ended with exit code {code}"
            raise OSError(errno.EIO, f"the process that guards the run {how}") from None
        self._over = True
        if error:
            raise OSError(*error)
        return dict(report)

    def cancel(self) -> None:
        """End the whole tree, if it lives. Safe to call twice, or too late."""
        if not (self._over or self._ended):
            self._tell(CANCEL)
            with contextlib.suppress(OSError):
                while self.wait(_POLL) is None:
                    pass

    def release(self) -> None:
        """Have the guard end, and remove nothing: that is done. Safe to call twice."""
        if not self._ended:
            self._tell(DONE)
            self._see_off()

    def abandon(self) -> None:
        """Have the guard end, and remove what it would if this process were killed."""
        if not self._ended:
            os.close(self._orders)
            self._orders = -1
            self._see_off()

    def _see_off(self) -> None:
        while True:
            if not control.readable([self._messages], _POLL):
                self._watch()
            elif not os.read(self._messages, 1 << 16):
                break
        self._bury()

    def _tell(self, order: Any) -> None:
        # Half an order would have the guard wait for the rest.
        with control.hold_stop_signals(), contextlib.suppress(BrokenPipeError):
            send(self._orders, order)

    def _watch(self) -> None:
        """See to it that the target cannot get rid of the guard, nor keep it from its work."""
        if time.monotonic() > self._deadline:
            self._late += 1
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL if self._late > _MOST_LATE else signal.SIGCONT)

    def _bury(self, killed: bool = False) -> int | None:
        """Wait for the guard, which is at its end; its exit code if that is known."""
        with control.hold_stop_signals():
            self._ended = True
            try:
                _, status = os.waitpid(self._pid, 0)
                code = os.waitstatus_to_exitcode(status)
            except ChildProcessError:  # this process ignores its children
                code = None
            for pipe in (self._orders, self._messages):
                with contextlib.suppress(OSError):  # one may be closed
                    os.close(pipe)
            if killed or code:
                # It had no time to end what is ours now.
                control.end_tree(self._orphans, 0.0)
                from smacwrap.processes.cgroup import end_group

                end_group(self._pid, self._group)
        return code

    def _orphans(self) -> set[int]:
        """Processes of the run whose guard is gone."""
        ours = set(control.children()) - self._foreign
        return ours.union(control.with_variable(_MARK, self._group))


def _live(orders: int, messages: int, mask: Iterable[int], group: str) -> NoReturn:
    """The life of the forked process; nothing of the wrapper's runs in it."""
    code = 1
    try:
        os.setsid()
        for number in control.heeded_stop_signals():
            # Not SIG_IGN, which the target would inherit.
            signal.signal(number, lambda number, frame: None)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would lose exit codes
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # Who reads the wrapper's output must not wait for the guard.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        _let_nothing_be_inherited()
        control.adopt_orphans()
        control.wake_with_parent()
        # Loaded here, at the same time as the wrapper gets ready.
        from smacwrap.processes.supervisor import supervise

        supervise(orders, messages, group)
        code = 0
    except BaseException:
        import traceback  # in vain for nearly every run

        traceback.print_exc()
    finally:
        os._exit(code)


def _let_nothing_be_inherited() -> None:
    """Keep from the target what the wrapper's caller left open, such as a lock."""
    with contextlib.suppress(OSError):
        for name in os.listdir("/dev/fd"):
            if int(name) > 2:
                with contextlib.suppress(OSError):  # the one that listed them is closed
                    os.set_inheritable(int(name), False)

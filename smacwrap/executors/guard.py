"""The guard: a process between the wrapper and its target that lets neither outlive the other.

    wrapper ──pipes── guard ──▶ target ──▶ its children, their children, daemons

The guard starts the target and adopts every orphan of its tree, so no process gets out of it. It
ends the whole tree when the target exits, when a limit is reached, when the wrapper says so, and
when the wrapper's end of a pipe closes, which the kernel does even for a wrapper that was killed.
It has a session of its own, and signals that ask to end do not end it; if it is killed itself,
the kernel kills the target, and the wrapper adopts and ends the rest.

It is forked from the wrapper, not a new interpreter, for that takes 20 ms; so a program with
threads should start a process of its own for the local executor.
"""

from __future__ import annotations

import contextlib
import errno
import marshal
import os
import select
import signal
from collections.abc import Iterable
from pathlib import Path

from smacwrap.executors import processes
from smacwrap.executors.base import Task

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn

_START = b"s"
_CANCEL = b"c"


class Guard:
    """The wrapper's end: tells a guard to start its target or to cancel, and hears how it went.

    The guard gets ready while the wrapper prepares the folder.

    Args:
        place: the private folder of the run; the guard removes it if the wrapper is killed.
        folder: where the command starts, inside of `place`.
        log: the file in `place` to which standard output and standard error are appended.
    """

    def __init__(self, task: Task, place: Path, folder: Path, log: Path) -> None:
        self._foreign = set(processes.children()) if processes.has_children() else set()
        orders, self._orders = os.pipe()
        self._messages, messages = os.pipe()
        # Until the guard has its own handlers, no signal may reach it.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, processes.STOP_SIGNALS)
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._orders)
            os.close(self._messages)
            _live(task, place, folder, log, orders, messages, mask)
        os.close(orders)
        os.close(messages)
        self._heard = b""
        self._ended = False
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        except BaseException:  # a signal came meanwhile
            self.cancel()
            raise

    def start(self) -> None:
        """Have the command started; `wait` tells whether it could be."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._orders, _START)
        # Not before, for it takes 2 ms, and the guard adopts them as long as it lives.
        processes.adopt_orphans()

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """What the guard reports, fields of a `Completion`, or None after `seconds`.

        Raises:
            OSError: the command cannot be started, or the guard failed, or was killed.
        """
        while select.select([self._messages], [], [], seconds)[0]:
            if new := os.read(self._messages, 1 << 16):
                self._heard += new
                continue
            if not self._heard:
                words = f"the process that guards the run ended with exit code {self._bury()}"
                raise OSError(errno.EIO, words)
            error, report = marshal.loads(self._heard)
            if error:
                raise OSError(*error)
            return dict(report)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGCONT)  # the target may have stopped it, to get rid of it
        return None

    def cancel(self) -> None:
        """End the whole tree, and the guard. Safe to call twice."""
        if self._ended:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self._orders, _CANCEL)
        while os.read(self._messages, 1 << 16):
            pass
        self._bury()

    def _bury(self) -> int:
        """Wait for the guard, which is at its end; its exit code."""
        self._ended = True
        try:
            _, status = os.waitpid(self._pid, 0)
        except ChildProcessError:  # this process ignores its children
            status = 0
        os.close(self._orders)
        os.close(self._messages)
        if status:
            # It had no time to end what is ours now.
            processes.end_tree(lambda: set(processes.children()) - self._foreign, 0.0)
            from smacwrap.executors.cgroup import end_groups

            end_groups(self._pid)
        return os.waitstatus_to_exitcode(status)


def _live(
    task: Task,
    place: Path,
    folder: Path,
    log: Path,
    orders: int,
    messages: int,
    mask: Iterable[int],
) -> NoReturn:
    """The life of the forked process; nothing of the wrapper's runs in it."""
    code = 1
    try:
        os.setsid()
        for number in processes.STOP_SIGNALS:
            # Not SIG_IGN, which the target would inherit.
            signal.signal(number, lambda number, frame: None)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # ignored, it would lose exit codes
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # Who reads the wrapper's output must not wait for the guard.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        _let_nothing_be_inherited()
        processes.adopt_orphans()
        # Loaded here, at the same time as the wrapper prepares the folder.
        from smacwrap.executors.supervisor import Supervisor

        supervisor = Supervisor(task, place, folder, log, orders, messages)
        try:
            order = os.read(orders, 1)
            if order == _START:
                supervisor.run()
            elif not order:
                supervisor.remove_place()
        finally:
            supervisor.close()
        code = 0
    except BaseException:
        import traceback  # in vain for nearly every run

        traceback.print_exc()
    finally:
        os._exit(code)


def _let_nothing_be_inherited() -> None:
    """Keep from the target what the wrapper's caller left open, such as a lock."""
    with contextlib.suppress(OSError):
        for path in Path("/dev/fd").iterdir():
            if int(path.name) > 2:
                with contextlib.suppress(OSError):  # the one that listed them is closed
                    os.set_inheritable(int(path.name), False)

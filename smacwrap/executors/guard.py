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

import contextlib
import errno
import json
import os
import select
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from smacwrap.executors import processes
from smacwrap.executors.base import Task

_START = b"s"
_CANCEL = b"c"


class Guard:
    """The wrapper's end: tells a guard to start its target or to cancel, and hears its report.

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
            processes.adopt_orphans()
        except BaseException:
            self.cancel()
            raise

    def start(self) -> None:
        """Start the command.

        Raises:
            OSError: it cannot be started.
        """
        os.write(self._orders, _START)
        self._hear(None)

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """What the guard reports, fields of a `Completion`, or None after `seconds`.

        Raises:
            OSError: the guard failed, or was killed.
        """
        return self._hear(seconds).get("report")

    def cancel(self) -> None:
        """End the whole tree, and the guard. Safe to call twice."""
        if self._ended:
            return
        with contextlib.suppress(BrokenPipeError):
            os.write(self._orders, _CANCEL)
        while os.read(self._messages, 1 << 16):
            pass
        self._bury()

    def _hear(self, seconds: float | None) -> dict[str, Any]:
        """The next message; none after `seconds`."""
        while b"\n" not in self._heard:
            if not select.select([self._messages], [], [], seconds)[0]:
                return {}
            new = os.read(self._messages, 1 << 16)
            if not new:
                code = self._bury()
                words = f"the process that guards the run ended with exit code {code}"
                raise OSError(errno.EIO, words)
            self._heard += new
        line, _, self._heard = self._heard.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        if error := message.get("error"):
            raise OSError(*error)
        return message

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
        with Path(os.devnull).open("r+b") as nothing:
            os.dup2(nothing.fileno(), 0)
            os.dup2(nothing.fileno(), 1)
        processes.adopt_orphans()
        # Loaded here, at the same time as the wrapper prepares the folder.
        from smacwrap.executors.supervisor import Supervisor

        supervisor = Supervisor(task, place, folder, log, orders, messages)
        order = os.read(orders, 1)
        if order == _START:
            supervisor.run()
        elif not order:
            supervisor.remove_place()
        code = 0
    except BaseException:
        import traceback  # in vain for nearly every run

        traceback.print_exc()
    finally:
        os._exit(code)

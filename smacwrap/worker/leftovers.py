"""Ends what the target of a run leaves behind, and nothing of the runs beside it."""

import contextlib
import os
import subprocess
import threading
from collections.abc import Callable

from smacwrap.processes import control
from smacwrap.wrapper.place import RUN_VARIABLE

_GRACE = 5.0  # seconds; the wrapper needs some of them to end its own target


class Leftovers:
    """The processes of a worker's runs, of which up to `slots` go on at once.

    A worker is the parent of whatever loses its own. With one slot, all that is there at the end
    of a run is the run's. Of several runs, a process belongs to the one whose session it is in,
    or whose ID it has in its environment.
    """

    def __init__(self, slots: int = 1) -> None:
        self._slots = slots
        self._lock = threading.Lock()
        self._targets: set[int] = set()

    def start(self, popen: "Callable[[], subprocess.Popen[bytes]]") -> "subprocess.Popen[bytes]":
        """Start a target, which gets a session of its own.

        Raises:
            OSError: it cannot be started.
        """
        with self._lock:
            process = popen()
            self._targets.add(process.pid)
        return process

    def end(self, process: "subprocess.Popen[bytes]", run: str) -> None:
        """End a target, if it has not ended, and all that it left behind; `run` is the run's ID."""
        # To look for children takes longer than to ask whether there are any.
        if process.poll() is None or control.has_children():
            if self._slots == 1:
                control.end_tree(lambda: {process.pid, *control.children()}, _GRACE)
            elif process.returncode is None or self._of(process.pid, run):
                control.end_tree(lambda: {process.pid, *self._of(process.pid, run)}, _GRACE)
            process.poll()
        with self._lock:
            self._targets.discard(process.pid)

    def _of(self, session: int, run: str) -> list[int]:
        """The orphans of a run; those of all runs that have exited are waited for."""
        found = []
        for pid in control.children():
            with self._lock, contextlib.suppress(ChildProcessError):
                if pid in self._targets or os.waitpid(pid, os.WNOHANG) != (0, 0):
                    continue
            if control.belongs_to(pid, session, RUN_VARIABLE, run):
                found.append(pid)
        return found

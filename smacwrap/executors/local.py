"""The local executor: the bundle runs on this machine, in a folder of its own."""

import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from smacwrap.executors import processes
from smacwrap.executors.base import Completion, Executor, Submission, Task
from smacwrap.executors.bundle import unpack
from smacwrap.protocol import NO_CUTOFF

GRACE = 2.0
"""Seconds between asking a process to end and killing it."""

_POLL = 0.1


class LocalExecutor(Executor):
    """Runs bundles on this machine, each in a new folder below `scratch`."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch

    def submit(self, task: Task) -> Submission:
        """See `Executor.submit`."""
        place = Path(tempfile.mkdtemp(prefix=f"{task.bundle.stem}-", dir=self.scratch))
        try:
            folder = place / "work"
            folder.mkdir()
            unpack(task.bundle, folder)
            return _LocalSubmission(task, place, folder)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise


class _LocalSubmission(Submission):
    def __init__(self, task: Task, place: Path, folder: Path) -> None:
        self.task = task
        self.place = place
        self.folder = folder
        self.log = place / "log.txt"
        processes.adopt_orphans()
        self.foreign = set(processes.children()) if _has_children() else set()
        self.start = self.next_look = time.monotonic()
        self.cpu_before = _waited_cpu_time()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                task.command,
                cwd=folder,
                env={**os.environ, **task.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=processes.die_with_parent,
            )

    def wait(self, cutoff: float, on_output: Callable[[bytes], None] | None = None) -> Completion:
        with self.log.open("rb") as log:
            while True:
                exit_code = processes.wait(self.process, _POLL)
                while on_output and (new := log.read(1 << 20)):
                    on_output(new)
                if exit_code is not None or self.over(cutoff):
                    break
        wallclock_time = time.monotonic() - self.start
        self.cancel()
        return Completion(
            exit_code=exit_code,
            cpu_time=_waited_cpu_time() - self.cpu_before,
            wallclock_time=wallclock_time,
            log=self.log,
            outputs=tuple(self.outputs()),
        )

    def over(self, cutoff: float) -> bool:
        now = time.monotonic()
        if cutoff == NO_CUTOFF or now < self.next_look:
            return False
        used = max(now - self.start, processes.tree_cpu_time(self.process.pid))
        # Looking costs milliseconds, and no process can use the rest sooner than this.
        self.next_look = now + (cutoff - used) / (os.cpu_count() or 1)
        return used >= cutoff

    def cancel(self) -> None:
        # Without children there is nothing to end, and no need to load what can look for it.
        if _has_children():
            processes.end_tree(self.roots, GRACE)

    def roots(self) -> set[int]:
        return {self.process.pid, *processes.children()} - self.foreign

    def close(self) -> None:
        shutil.rmtree(self.place, ignore_errors=True)

    def outputs(self) -> Iterator[tuple[str, Path]]:
        root = self.folder.resolve()
        for pattern in self.task.outputs:
            for path in sorted(self.folder.glob(pattern)):
                # A target may leave a link to anywhere; only what is its own comes back.
                if path.is_file() and path.resolve().is_relative_to(root):
                    yield str(path.relative_to(self.folder)), path


def _has_children() -> bool:
    """Whether this process has a child that is alive or not yet waited for."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _waited_cpu_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime

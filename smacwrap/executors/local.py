"""The local executor: the bundle runs on this machine, in a folder of its own."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from smacwrap.executors.base import Completion, Executor, Submission, Task
from smacwrap.executors.folders import remove_tree
from smacwrap.executors.guard import Guard

_POLL = 0.1  # seconds between two looks for new output


class LocalExecutor(Executor):
    """Runs bundles on this machine, each in a new private folder below `scratch`.

    Args:
        scratch: the folder of these folders.
        guard: the guard of the first run, if there is one already.
    """

    def __init__(self, scratch: Path, guard: Guard | None = None) -> None:
        self.scratch = scratch
        self.guard = guard

    def submit(self, task: Task) -> Submission:
        """See `Executor.submit`."""
        # tempfile.mkdtemp does the same, after an import of several milliseconds.
        place = self.scratch / f"{task.bundle.stem}-{os.urandom(8).hex()}"
        guard, self.guard = self.guard or Guard(), None
        submission = _LocalSubmission(task, place, guard)
        try:
            submission.start()
        except BaseException:
            submission.end()
            raise
        return submission


class _LocalSubmission(Submission):
    def __init__(self, task: Task, place: Path, guard: Guard) -> None:
        self.task = task
        self.place = place
        self.folder = place / "work"
        self.log = place / "log.txt"
        self.output = 0  # a file descriptor of the log
        self.guard = guard

    def start(self) -> None:
        self.guard.clear_if_killed(self.place, *self.task.leftovers)
        self.place.mkdir(mode=0o700)
        self.folder.mkdir()
        self.output = os.open(self.log, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600)
        if self.task.fill:
            self.task.fill(self.folder)
        else:
            from smacwrap.executors.bundle import unpack  # loads zipfile, which takes 5 ms

            unpack(self.task.bundle, self.folder)
        for path in self.task.data:
            (self.folder / path.name).symlink_to(path.absolute())
        self.guard.start(self.task, self.folder, self.log)

    def wait(self, on_output: Callable[[bytes], None] | None = None) -> Completion:
        report = None
        while report is None:
            report = self.guard.wait(_POLL)
            while on_output and (new := os.read(self.output, 1 << 20)):
                on_output(new)
        if not self.has_its_log():
            raise OSError(errno.EIO, "the target replaced the file of its output")
        return Completion(**report, log=self.log, outputs=tuple(self.outputs()))

    def has_its_log(self) -> bool:
        try:
            return os.path.samestat(os.fstat(self.output), self.log.lstat())
        except FileNotFoundError:
            return False

    def cancel(self) -> None:
        self.guard.cancel()

    def close(self) -> None:
        if self.output:
            os.close(self.output)
            self.output = 0
        remove_tree(str(self.place))
        self.guard.release()

    def outputs(self) -> Iterator[tuple[str, Path]]:
        root = self.folder.resolve()
        for pattern in self.task.outputs:
            for path in sorted(self.folder.glob(pattern)):
                # A target may leave a link to anywhere; only what is its own comes back.
                if path.is_file() and path.resolve().is_relative_to(root):
                    yield str(path.relative_to(self.folder)), path

"""The local executor: the bundle runs on this machine, in a folder of its own."""

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from smacwrap.bundles.walk import walk
from smacwrap.executors.base import Completion, Executor, LostOutputError, Submission, Task
from smacwrap.processes.folders import remove_tree
from smacwrap.processes.guard import Guard

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
            from smacwrap.bundles.bundle import unpack  # loads zipfile, which takes 5 ms

            unpack(self.task.bundle, self.folder)
        for path in self.task.data:
            (self.folder / path.name).symlink_to(path.absolute())
        task = self.task
        self.guard.start(task.command, task.environment, task.limits, self.folder, self.log)

    def wait(self, on_output: Callable[[bytes], None] | None = None) -> Completion:
        report = None
        try:
            while report is None:
                report = self.guard.wait(_POLL)
                while on_output and (new := os.read(self.output, 1 << 20)):
                    on_output(new)
        except OSError:
            self.check_log()
            raise
        self.check_log()
        if report["exit_code"] and not self.folder.exists():
            raise _removed(self.folder)
        outputs, missing = self.outputs()
        return Completion(**report, log=self.log, outputs=outputs, missing=missing)

    def check_log(self) -> None:
        """Complain if the file of the output is not the one that it was.

        Raises:
            FileNotFoundError: somebody removed the run's folder.
            LostOutputError: the target did it.
        """
        if not self.place.exists():
            raise _removed(self.place)
        if not self.has_its_log():
            raise LostOutputError("the target replaced the file of its output")

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

    def outputs(self) -> tuple[tuple[tuple[str, Path], ...], tuple[str, ...]]:
        """Files and empty folders that match the task's outputs, and the patterns of none."""
        found: dict[str, Path] = {}
        missing = []
        for pattern in self.task.outputs:
            files: list[Path] = []
            for match in self.folder.glob(pattern):
                with contextlib.suppress(OSError):  # the target made it such that nobody can read
                    files += self.kept(match)
            found.update((str(path.relative_to(self.folder)), path) for path in files)
            if not any(path.is_file() for path in files):
                missing.append(pattern)
        return tuple(sorted(found.items())), tuple(missing)

    def kept(self, match: Path) -> Iterator[Path]:
        """What of a match comes back: the file, or the files and empty folders in it.

        A target may leave a link to anywhere; only what is its own comes back.
        """
        root = self.folder.resolve()

        def is_ours(path: Path) -> bool:
            return path.resolve().is_relative_to(root) and _is_readable(path)

        if match.is_file() and is_ours(match):
            yield match
        elif match.is_dir() and is_ours(match):
            for entry in walk(match, is_ours):
                path = entry.path
                if any(path.iterdir()) if entry.is_folder else not (entry.status and is_ours(path)):
                    continue
                yield path


def _is_readable(path: Path) -> bool:
    """Whether a file or folder can be read; its target may have made it for nobody."""
    needed = os.R_OK | os.X_OK if path.is_dir() else os.R_OK
    if not os.access(path, needed):
        with contextlib.suppress(OSError):
            path.chmod(0o700 if path.is_dir() else 0o600)
    return os.access(path, needed)


def _removed(folder: Path) -> FileNotFoundError:
    return FileNotFoundError(errno.ENOENT, "the run's folder was removed", str(folder))

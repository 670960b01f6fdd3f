"""The files that the runs of a launch read, and which of them changed since the last launch."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from smacwrap.bundles.inputs import list_inputs
from smacwrap.errors import Problem, UserError
from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.scenario import Scenario
from smacwrap.worker.job import job_name
from smacwrap.wrapper import Job
from smacwrap.wrapper.filling import inputs_of

_LARGE = 100_000_000  # bytes; to hash more takes longer than a person waits for a launch
_MOST_NAMED = 5


@dataclass(frozen=True)
class InputFile:
    """What a file holds: its hash, and the size (bytes) and time (nanoseconds) that go with it.

    A large file has no hash: its size and time stand for it. Of `data`, which is linked and not
    copied, only `link` is known: where it leads to.
    """

    digest: str = ""
    size: int = 0
    time: int = 0
    link: str = ""

    @property
    def content(self) -> tuple[object, ...]:
        """What two files with the same content have in common."""
        return (self.digest,) if self.digest else (self.size, self.time, self.link)


Inputs = Mapping[str, InputFile]
"""Files by name: that in a run's folder, or in the target algorithm's command."""


def look_at_inputs(
    study: Study, scenario: Scenario, job: Job | None, before: Inputs
) -> dict[str, InputFile]:
    """The inputs as they are now: those of the job, and the files that the command names.

    Args:
        study: what lies in its folder is no input.
        scenario: what is launched.
        job: its job, if it has one; the job file itself is no input.
        before: an earlier look: a file of the same size and time is not read again.

    Raises:
        UserError: an input of the job cannot be read.
    """
    inputs = {}
    for name, path in _of_command(scenario):
        with contextlib.suppress(OSError):  # a program need not be readable
            inputs[name] = _look_at(path, before.get(name))
    try:
        for name, path in _of_job(job, study) if job else ():
            inputs[name] = _look_at(path, before.get(name))
    except OSError as error:
        message = f"an input cannot be read: {error.strerror}"
        raise UserError(Problem(message, error.filename)) from None
    for path in job.data if job else ():
        inputs[path.name] = InputFile(link=os.path.realpath(path))
    return inputs


def differences(before: Inputs, now: Inputs) -> str:
    """What changed, came and went, for people; an empty text for nothing."""
    changed = [n for n in now if n in before and now[n].content != before[n].content]
    parts = [
        ("changed", changed),
        ("new", [name for name in now if name not in before]),
        ("gone", [name for name in before if name not in now]),
    ]
    return "; ".join(f"{what}: {_list(sorted(names))}" for what, names in parts if names)


def read_inputs(study: Study) -> dict[str, InputFile] | None:
    """The inputs at the last launch of a study; None where they are not known."""
    try:
        document = json.loads(study.inputs.read_bytes())
        return {name: InputFile(*values) for name, values in document.items()}
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def write_inputs(study: Study, inputs: Inputs) -> None:
    """Write down the inputs of a launch.

    Raises:
        OSError: the file cannot be written.
    """
    document = {n: [file.digest, file.size, file.time, file.link] for n, file in inputs.items()}
    replace_text(study.inputs, json.dumps(document) + "\n", durable=False)


def _look_at(path: Path, before: InputFile | None) -> InputFile:
    status = path.stat()
    size, time = status.st_size, status.st_mtime_ns
    if before and (before.size, before.time) == (size, time):
        return before
    if size > _LARGE:
        return InputFile("", size, time)
    with path.open("rb") as file:
        return InputFile(hashlib.file_digest(file, "sha256").hexdigest(), size, time)


def _of_command(scenario: Scenario) -> Iterator[tuple[str, Path]]:
    """The files among its words: a script, a program that is named with its folder."""
    job = job_name(scenario.algo)
    for i, word in enumerate(scenario.algo):
        path = scenario.exec_dir / word
        on_path = i == 0 and os.sep not in word
        if word != job and not on_path and _is_file(path):
            yield word, path


def _of_job(job: Job, study: Study) -> Iterator[tuple[str, Path]]:
    """What its runs would get now, under the names that they see."""
    listing = list_inputs(inputs_of(job), study.runs)
    own = study.folder.absolute()
    for member in listing.members:
        path = member.path
        if not (member.is_folder or path == job.file or path.absolute().is_relative_to(own)):
            yield member.name, path


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False


def _list(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

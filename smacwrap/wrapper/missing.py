"""What a run that crashed may have lacked: files beside the job file that it did not get."""

import os
import re
import shlex
from pathlib import Path, PurePath

from smacwrap.bundles.inputs import exists, find_input
from smacwrap.processes.startable import start_problem
from smacwrap.wrapper.job import Job

_MISSING = (
    "no such file|not found|no module|does not exist|(cannot|can't|could not) (open|find|read)"
)


def missing_hint(job: Job, reason: str) -> str:
    """What to add to the reason of a crash, in brackets; an empty text if nothing is known."""
    for name in _named_in(reason):
        for folder in _folders(job):
            if _is_left_out(job, name, folder):
                return f" (is {PurePath(name)} missing in input?)"
    for word in _words(job):
        if (job.file.parent / word).is_file() and _is_left_out(job, word, job.file.parent):
            return f" ('{PurePath(word)}' is not listed in input)"
    # A shell says no more than "not found".
    if re.search(r"exit code 12[67]\b", reason):
        for word in _words(job):
            program = find_input(job.inputs, word) if os.sep in word else None
            inside = program and program.parents[len(PurePath(word).parts) - 1]
            if inside and (problem := start_problem(word, inside)):
                return f" ({problem})"
    return ""


def _named_in(reason: str) -> list[str]:
    """The relative paths that a complaint about something missing names."""
    if not re.search(_MISSING, reason, re.IGNORECASE):
        return []
    modules = re.findall(r"No module named '?(\w+)", reason)
    files = [name for module in modules for name in (f"{module}.py", module)]
    quoted = re.findall(r"['\"\u2018]([^'\"\u2019]+)['\"\u2019]", reason)
    paths = re.findall(r"[\w/+-]*[./][\w./+-]*\w", reason)
    return [*files, *quoted, *paths]


def _folders(job: Job) -> list[Path]:
    """Where a script of the command looks: beside itself, and where it is started."""
    words = [job.file.parent / word for word in _words(job)]
    return [job.file.parent, *(path.parent for path in words if exists(path) and path.is_file())]


def _words(job: Job) -> list[str]:
    return shlex.split(job.command.text)


def _is_left_out(job: Job, name: str, folder: Path) -> bool:
    """Whether a name in a folder is a file or folder for us, and a run does not get it."""
    path = folder / name
    if PurePath(name).is_absolute() or find_input(job.inputs, name) or not exists(path):
        return False
    path, home = path.resolve(), job.file.parent.resolve()
    given = [source.resolve() for source in (*job.inputs, *job.data)]
    return path != home and not any(path.is_relative_to(source) for source in given)

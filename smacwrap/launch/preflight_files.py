"""What of a job's files would stop or surprise its runs: inputs left out, outputs never kept."""

import os
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePath

from smacwrap.bundles.inputs import list_inputs
from smacwrap.scenario.review import Level
from smacwrap.wrapper import Job
from smacwrap.wrapper.filling import inputs_of, left_out


def review_files(job: Job, runs: Path) -> Iterator[tuple[Level, str]]:
    """What there is to say of a job's inputs and outputs.

    Args:
        job: the job.
        runs: the folder in which its runs are kept.
    """
    yield from _inputs(job, runs)
    linked = {path.name for path in job.data}
    for text in job.outputs:
        if PurePath(text).parts[:1] and PurePath(text).parts[0] in linked:
            yield Level.WARNING, f"outputs: {text} is in data, which is linked: it is not kept"


def review_postprocess(job: Job, path: str) -> Iterator[tuple[Level, str]]:
    """Whether the program of a job's post-processing is on the PATH."""
    command = job.postprocess
    if command is None or command.uses_shell or command.chooses_program:
        return
    program = shlex.split(command.text)[0]
    if os.sep not in program and shutil.which(program, path=path) is None:
        yield Level.ERROR, f"postprocess: no program '{program}' on the PATH"


def _inputs(job: Job, runs: Path) -> Iterator[tuple[Level, str]]:
    try:
        listing = list_inputs(inputs_of(job), runs)
    except OSError as error:
        yield Level.ERROR, f"input: {error.filename} cannot be read: {error.strerror}"
        return
    if said := left_out(listing.strange):
        yield Level.WARNING, f"input: {said}"
    for member in listing.members:
        if not member.is_folder and not os.access(member.path, os.R_OK):
            yield Level.ERROR, f"input: {member.path} cannot be read: no permission"

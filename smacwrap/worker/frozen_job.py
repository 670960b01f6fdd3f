"""The job file of a target `smacwrap run JOB`, as it is for the length of a launch."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.wrapper import Job, read_job
from smacwrap.wrapper.job.meaning import meaning_of
from smacwrap.wrapper.job.reader import read_job_text
from smacwrap.wrapper.place import FROZEN_VARIABLE, JOB_VARIABLE


@dataclass(frozen=True)
class FrozenJob:
    """A job file at the start of a launch: its path, its text, and what of it decides on results.

    The text is in the study too, for the wrappers: a job that is edited while its runs are made
    counts from the next launch on.
    """

    file: str
    text: str
    meaning: Mapping[str, str]


def freeze_job(file: Path | None) -> tuple[FrozenJob, Job] | tuple[None, None]:
    """A job file as it is now, and what it says.

    Raises:
        UserError: it cannot be used.
    """
    if file is None:
        return None, None
    job = read_job(file)
    return FrozenJob(str(file), read_job_text(file), meaning_of(job)), job


def write_frozen_job(study: Study, job: FrozenJob | None) -> None:
    """Write the text to the study.

    Raises:
        OSError: it cannot be written.
    """
    if job:
        replace_text(study.job, job.text)


def frozen_job_environment(study: Study, job: FrozenJob | None) -> dict[str, str]:
    """The variables by which a wrapper takes the job's text from the study."""
    return {JOB_VARIABLE: job.file, FROZEN_VARIABLE: str(study.job)} if job else {}

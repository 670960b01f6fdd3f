"""The job file: what to pack for a run, which command to start, how to read its result."""

from smacwrap.wrapper.job.job import Job
from smacwrap.wrapper.job.reader import read_job

__all__ = ["Job", "read_job"]

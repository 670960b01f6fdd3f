"""One run: from a job file and a call string, through an executor, to one honest result line."""

from smacwrap.wrapper.job import Job, read_job
from smacwrap.wrapper.run import RunRecord, run_job

__all__ = ["Job", "RunRecord", "read_job", "run_job"]

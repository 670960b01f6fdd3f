"""The job that a scenario's target algorithm is, if it is `smacwrap run JOB`."""

import contextlib
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.lookup import find_file
from smacwrap.scenario import Scenario
from smacwrap.wrapper import Job, read_job


def job_name(algo: tuple[str, ...]) -> str | None:
    """The job file in `smacwrap run JOB`, empty if it is missing; None for any other target."""
    for i, word in enumerate(algo[:-1]):
        if Path(word).name == "smacwrap" and algo[i + 1] == "run":
            return algo[i + 2] if len(algo) > i + 2 else ""
    return None


def find_job(scenario: Scenario) -> Path | None:
    """The job file of a scenario, where a run looks for it; None if its target has none.

    Raises:
        UserError: it does not exist.
    """
    name = job_name(scenario.algo)
    if not name:
        return None
    with contextlib.chdir(scenario.exec_dir):
        return find_file(name, scenario.file.parent)


def job_of(scenario: Scenario) -> Job | None:
    """The job of a scenario; None if its target has none, or none that can be used."""
    try:
        file = find_job(scenario)
        return read_job(file) if file else None
    except (UserError, OSError):
        return None  # a run says it

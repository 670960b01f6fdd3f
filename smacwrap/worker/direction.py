"""Which way a scenario's quality is tuned: as its job or its function with `@target` says."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from smacwrap.bundles.inputs import find_input
from smacwrap.errors import UserError
from smacwrap.protocol.direction import Direction
from smacwrap.scenario import Scenario
from smacwrap.worker.job import job_of
from smacwrap.wrapper import Job

_LARGEST_SCRIPT = 1_000_000  # bytes


def direction_of(scenario: Scenario) -> Direction:
    """The direction of a scenario; where nothing is known of its target, it is minimised."""
    if scenario.run_obj == "RUNTIME":
        return Direction(source="the runtime", stated=True)
    job = job_of(scenario)
    if job and job.quality is not None:
        return direction_of_job(job)
    if job:
        # The target answers with a result line, which the job may turn once more.
        words = shlex.split(job.command.text)
        scripts = [find_input(job.inputs, word) for word in words if word.endswith(".py")]
        direction = _of_scripts([script for script in scripts if script])
        turned = direction.maximize != (job.maximize is True)
        stated = direction.stated or job.maximize is not None
        return Direction(direction.metric, turned, stated, source=direction.source)
    words = [word for word in scenario.algo if word.endswith(".py")]
    return _of_scripts([scenario.exec_dir / word for word in words])


def direction_of_job(job: Job) -> Direction:
    """The direction of a job that names its quality."""
    source = job.metrics.get(job.quality or "")
    return Direction(
        metric=job.quality or "",
        maximize=job.maximize is True,
        stated=job.maximize is not None,
        pattern=source.pattern if isinstance(source, re.Pattern) else "",
    )


def _of_scripts(scripts: Sequence[Path]) -> Direction:
    for script in scripts[:1]:
        try:
            if script.stat().st_size > _LARGEST_SCRIPT:
                break
            source = script.read_bytes()
            if b"smacwrap" not in source:
                break
            # Only now: it loads all that reads scripts.
            from smacwrap.pcs.from_script import read_target_function

            function = read_target_function(source, script)
        except (OSError, ValueError, UserError):
            break  # a run says it
        if function:
            return function.direction
    return Direction()

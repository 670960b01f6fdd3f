"""What is kept of a run: additional run data in its result, and call.json in its bundle."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from smacwrap.executors import Completion
from smacwrap.protocol.additional import (
    INPUTS,
    REASON,
    VOID,
    WARNINGS,
    ZIP,
    format_additional,
    join_warnings,
)
from smacwrap.wrapper.outcome import Outcome
from smacwrap.wrapper.shown import command_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smacwrap.wrapper.run import Start

# Environments hold passwords: only what is known to change results is kept.
_ENVIRONMENT = (
    "OMP_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "CUDA_VISIBLE_DEVICES",
    "PYTHONHASHSEED",
)


def additional_data(outcome: Outcome, bundle: Path | None) -> str:
    """The additional run data of a result: the target's own, metrics, and what is known of it."""
    data = dict(outcome.metrics)
    if outcome.result.status.failed and outcome.reason:
        data[REASON] = outcome.reason
    ours = {
        INPUTS: outcome.inputs,
        ZIP: bundle.name if bundle else "",
        WARNINGS: join_warnings(outcome.warnings),
        VOID: outcome.void,
    }
    data |= {name: text for name, text in ours.items() if text}
    return format_additional(data, outcome.result.additional)


def call_json(
    start: Start, completion: Completion, outcome: Outcome, stored: Path | None = None
) -> str:
    """All that is needed to repeat a run, and all that it gave, as JSON.

    `stored` is the zip that has its inputs, where the run's own has not.
    """
    result = outcome.result
    system = os.uname()  # what `platform` says takes a process
    return json.dumps(
        {
            "job": str(start.job.file),
            "call_string": start.call.words(),
            "command": start.command,
            "command_line": command_line(start.job, start.call),
            "postprocess": start.postprocess,
            "cwd": str(Path.cwd()),
            "inputs": outcome.inputs,
            "inputs_zip": stored and stored.name,
            "environment": {n: os.environ[n] for n in _ENVIRONMENT if n in os.environ},
            "python": sys.version.split()[0],
            "platform": f"{system.sysname}-{system.release}-{system.machine}",
            "host": system.nodename,
            "start": _time(start.time),
            "end": _time(time.time()),
            "exit_code": completion.exit_code,
            "cpu_time": completion.cpu_time,
            "wallclock_time": completion.wallclock_time,
            "peak_memory": completion.peak_memory,
            "exceeded": completion.exceeded,
            "enforced_by": completion.enforced_by,
            "status": result.status,
            "quality": result.quality,
            "runtime": result.runtime,
            "metrics": dict(outcome.metrics),
            "reason": outcome.reason,
            "warnings": outcome.warnings,
        },
        indent=2,
        allow_nan=False,
    )


def _time(seconds: float) -> str:
    """Seconds since 1970 as a time of ISO 8601; datetime would have to be loaded for that."""
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{int(seconds % 1 * 1e6):06}+00:00"

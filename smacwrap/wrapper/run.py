"""One run from end to end: pack the inputs, execute them, judge what came back, keep it all."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from smacwrap.executors import Completion, Executor, Task
from smacwrap.executors.bundle import BundleError, add, copy_inputs, pack
from smacwrap.protocol import CallString, Result, Status
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.outcome import Outcome, crashed, judge
from smacwrap.wrapper.place import Place, claim

_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "CUDA_VISIBLE_DEVICES", "PYTHONHASHSEED")


@dataclass(frozen=True)
class RunRecord:
    """A run that is over: its result, as it goes to SMAC, and why it failed, if it did."""

    result: Result
    reason: str = ""


def run_job(
    job: Job,
    call: CallString,
    executor: Executor,
    runs: Path,
    on_output: Callable[[bytes], None] | None = None,
) -> RunRecord:
    """Run a job once for a call string; whatever goes wrong becomes a CRASHED result.

    The bundle in `runs` holds the inputs, and afterwards `log.txt`, `outputs/…` and `call.json`.

    Args:
        runs: the folder that keeps the bundles of a study.
        on_output: called with the target's output as it comes.
    """
    start = datetime.now(UTC)
    place = None
    try:
        command = _fill(job, call)
        place = claim(runs)
        try:
            copy_inputs(job.inputs, place.folder)
            pack(place.folder, place.bundle)
        finally:
            shutil.rmtree(place.folder, ignore_errors=True)
        with executor.submit(Task(place.bundle, command, job.outputs)) as submission:
            completion = submission.wait(call.cutoff, on_output)
            outcome = judge(job, call, completion)
            outcome = _with_additional(outcome, place)
            try:
                _keep(place, completion, _call_json(job, call, command, start, completion, outcome))
            except OSError as error:
                # The run itself is over and its result is true.
                outcome = replace(outcome, reason=f"its files are not kept: {_say(error)}")
        return RunRecord(outcome.result, outcome.reason)
    except (OSError, BundleError, KeyError) as error:
        outcome = _with_additional(crashed(call, _say(error)), place)
        return RunRecord(outcome.result, outcome.reason)
    except BaseException:
        # A run that was stopped has no result: nothing of it stays.
        if place:
            place.bundle.unlink(missing_ok=True)
        raise


def _fill(job: Job, call: CallString) -> tuple[str, ...]:
    try:
        return tuple(job.command.fill(call))
    except KeyError as error:
        name = error.args[0]
        raise KeyError(
            f"{job.file}: the command names {{{name}}}, which is no active parameter of this run "
            f"(there are {', '.join(sorted(call.parameters)) or 'none'}; "
            "{flags} stands for all of them)"
        ) from None


def _with_additional(outcome: Outcome, place: Place | None) -> Outcome:
    """The outcome with its metrics, reason and bundle as the result's additional run data."""
    data = dict(outcome.metrics)
    if outcome.result.status is Status.CRASHED:
        data["reason"] = outcome.reason
    if place and place.bundle.exists():
        data["zip"] = place.bundle.name
    own = [f"{name}={value.replace(';', ' ')}" for name, value in data.items()]
    text = ";".join([*([outcome.result.additional] if outcome.result.additional else []), *own])
    return replace(outcome, result=replace(outcome.result, additional=text))


def _keep(place: Place, completion: Completion, call_json: str) -> None:
    files = [("log.txt", completion.log)]
    files += [(f"outputs/{name}", path) for name, path in completion.outputs]
    add(place.bundle, files, [("call.json", call_json)])


def _call_json(
    job: Job,
    call: CallString,
    command: tuple[str, ...],
    start: datetime,
    completion: Completion,
    outcome: Outcome,
) -> str:
    result = outcome.result
    return json.dumps(
        {
            "job": str(job.file),
            "call_string": call.words(),
            "command": command,
            "cwd": str(Path.cwd()),
            "environment": {name: os.environ[name] for name in _THREADS if name in os.environ},
            "python": sys.version.split()[0],
            "platform": platform.platform(),
            "host": platform.node(),
            "start": start.isoformat(),
            "end": datetime.now(UTC).isoformat(),
            "exit_code": completion.exit_code,
            "cpu_time": completion.cpu_time,
            "wallclock_time": completion.wallclock_time,
            "status": result.status,
            "quality": result.quality,
            "runtime": result.runtime,
            "metrics": outcome.metrics,
            "reason": outcome.reason,
        },
        indent=2,
    )


def _say(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error.args[0]) if error.args else type(error).__name__

"""From what a target left (its output, its exit code) to one honest result and its metrics."""

import math
import re
import signal
from collections.abc import Callable, Mapping
from pathlib import PurePath
from types import MappingProxyType

from smacwrap.executors import Completion
from smacwrap.frozen import Frozen, replace
from smacwrap.protocol import CallString, Result, ResultLineError, Status
from smacwrap.protocol.direction import to_minimise
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.log import Reading, read_json, read_log
from smacwrap.wrapper.sources import JsonPlace, Measured

CRASHED_QUALITY = 1e9
"""The quality of a run that has none: the least that SMAC v2 gives to a crashed run."""


class Outcome(Frozen):
    """A result, the metrics found on the way (name to text), and what there is to say of it.

    `reason` is that of a run that failed or was ended; `warnings` do not change the result.
    """

    result: Result
    metrics: Mapping[str, str] = MappingProxyType({})
    reason: str = ""
    warnings: tuple[str, ...] = ()


class _FailedError(Exception):
    """The run gave no result; the message says why."""


def crashed(call: CallString, reason: str, runtime: float = 0.0) -> Outcome:
    """The outcome of a run that gave no result, for `reason`."""
    result = Result(Status.CRASHED, runtime, 0, CRASHED_QUALITY, call.seed)
    return Outcome(result, reason=reason)


def judge(
    job: Job,
    call: CallString,
    completion: Completion,
    postprocess: Callable[[], Completion] | None = None,
) -> Outcome:
    """Decide what a completed task means.

    A status that the target prints, in a result line or in words of its own, counts whatever the
    exit code, for solvers use it to tell their answer. The job's quality, runtime and quality of
    infeasible runs go before those of a result line.

    Args:
        job: how to read the result.
        call: what was asked for.
        completion: how the task ended.
        postprocess: starts the job's post-processing, of a run that is SAT so far.
    """
    reading = read_log(job, completion.log)
    metrics = {**reading.metrics, **_elsewhere(job, completion)}
    try:
        result, reason = _verdict(job, call, completion, reading)
        if postprocess and result.status is Status.SAT:
            metrics |= _postprocessed(job, postprocess)
        result = _with_numbers(job, result, metrics)
    except _FailedError as error:
        outcome = crashed(call, str(error), completion.cpu_time)
        return replace(outcome, metrics=metrics)
    warnings = tuple(_warnings(job, call, completion, reading, result))
    result = _finite(replace(result, seed=call.seed), completion)
    return Outcome(result, metrics, reason, warnings)


def failure(exit_code: int | None) -> str:
    """What an exit code other than 0 says, in words; an empty string for 0."""
    if not exit_code:
        return ""
    # A shell reports the signal that ended its command as 128 plus its number.
    number = -exit_code if exit_code < 0 else exit_code - 128
    if exit_code < 0 or number > 0:
        try:
            return f"the target was killed by {signal.Signals(number).name}"
        except ValueError:
            pass
    return f"the target ended with exit code {exit_code}"


def _verdict(
    job: Job, call: CallString, completion: Completion, reading: Reading
) -> tuple[Result, str]:
    """The run's result so far, its quality NaN if only a metric can tell it, and its reason."""
    if completion.timed_out:
        return _timeout(call, completion), f"the limit of {completion.exceeded} was reached"
    if completion.exit_code is None:
        return _over_limit(job, call, completion)
    if reading.stuck:
        raise _FailedError(reading.stuck)
    if isinstance(reading.result, ResultLineError):
        raise _FailedError(f"bad result line: {reading.result}")
    if reading.result:
        said = f"the target printed {reading.result.status}"
        said += f": {reading.result.additional}" if reading.result.additional else ""
        return reading.result, said if reading.result.status.failed else ""
    status = reading.status or _status_of(job, completion.exit_code)
    if status is Status.TIMEOUT:
        return _timeout(call, completion), "the target gave up"
    if status is Status.CRASHED:
        raise _FailedError(f"the target said so, with exit code {completion.exit_code}")
    quality = math.nan if status.decided else CRASHED_QUALITY
    result = Result(status, completion.cpu_time, 0, quality, call.seed)
    return result, "the target asked to abort" if status is Status.ABORT else ""


def _over_limit(job: Job, call: CallString, completion: Completion) -> tuple[Result, str]:
    reason = f"the target went over its limit of {completion.exceeded}"
    if completion.exceeded != "memory" or job.over_memory is Status.CRASHED:
        raise _FailedError(reason)
    if job.over_memory is Status.TIMEOUT:
        return _timeout(call, completion), reason
    return Result(job.over_memory, completion.cpu_time, 0, CRASHED_QUALITY, call.seed), reason


def _timeout(call: CallString, completion: Completion) -> Result:
    runtime = call.cutoff if call.has_cutoff else completion.cpu_time
    return Result(Status.TIMEOUT, runtime, 0, CRASHED_QUALITY, call.seed)


def _status_of(job: Job, exit_code: int) -> Status:
    """The status that an exit code stands for."""
    failed = failure(exit_code)
    if job.exit_codes is None and "killed" not in failed:  # the exit code is the quality
        return Status.SAT
    if job.exit_codes and exit_code in job.exit_codes:
        return job.exit_codes[exit_code]
    raise _FailedError(failed or "the target ended with exit code 0, which tells no status")


def _with_numbers(job: Job, result: Result, metrics: dict[str, str]) -> Result:
    """The result with the job's quality and runtime.

    Raises:
        _FailedError: one of them is missing or no finite number.
    """
    if not result.status.decided:
        return result
    quality = _quality(job, result, metrics)
    runtime = _number(job, "runtime", job.runtime, metrics) if job.runtime else result.runtime
    if not 0 <= runtime < math.inf:
        raise _FailedError(f"the runtime is not a finite time: {runtime}")
    return replace(result, runtime=runtime, quality=to_minimise(quality, bool(job.maximize)))


def _finite(result: Result, completion: Completion) -> Result:
    """The result without infinities: where a failed run has them, and in run lengths."""
    numbers = {"runtime": completion.cpu_time, "run_length": 0, "quality": CRASHED_QUALITY}
    wrong = {n: v for n, v in numbers.items() if not math.isfinite(getattr(result, n))}
    return replace(result, **wrong)


def _quality(job: Job, result: Result, metrics: dict[str, str]) -> float:
    """The quality of a decided run in the target's own terms."""
    infeasible = result.status is Status.UNSAT
    if infeasible and job.infeasible is not None:
        return job.infeasible
    printed = not math.isnan(result.quality)
    if job.quality is not None and job.quality in metrics and not (infeasible and printed):
        return _number(job, "quality", job.quality, metrics)
    if not printed:
        raise _FailedError(_missing(job, result.status))
    if math.isinf(result.quality):
        raise _FailedError(f"the quality of the result line is not finite: {result.quality}")
    return result.quality


def _missing(job: Job, status: Status) -> str:
    if job.quality is not None:
        return f"quality '{job.quality}' is nowhere in {_place(job, job.quality)}"
    if status is Status.UNSAT:
        return "the target is UNSAT, and the job names no quality for infeasible runs"
    return "the target printed no result line, and the job names no quality"


def _place(job: Job, metric: str) -> str:
    in_file = job.json if isinstance(job.metrics.get(metric), JsonPlace) else None
    return in_file or "its output"


def _number(job: Job, what: str, name: str, metrics: dict[str, str]) -> float:
    if name not in metrics:
        raise _FailedError(f"{what} '{name}' is nowhere in {_place(job, name)}")
    try:
        number = float(metrics[name])
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise _FailedError(f"{what} '{name}' is not a number: '{metrics[name]}'")
    if math.isinf(number):
        raise _FailedError(f"{what} '{name}' is not finite: '{metrics[name]}'")
    return number


def _elsewhere(job: Job, completion: Completion) -> dict[str, str]:
    """The metrics of a job that are not in the output: in its JSON file, or measured."""
    metrics: dict[str, str] = {}
    for name, file in completion.outputs:
        if name == job.json:
            metrics |= read_json(job, file)
    for name, source in job.metrics.items():
        if isinstance(source, Measured):
            metrics[name] = str(getattr(completion, source))
    return metrics


def _postprocessed(job: Job, postprocess: Callable[[], Completion]) -> dict[str, str]:
    """The metrics that a post-processing prints.

    Raises:
        _FailedError: it could not be started, or did not succeed.
    """
    try:
        completion = postprocess()
    except OSError as error:
        raise _FailedError(f"the post-processing cannot be started: {error}") from None
    if completion.exceeded:
        raise _FailedError(f"the post-processing went over its limit of {completion.exceeded}")
    if reason := failure(completion.exit_code):
        raise _FailedError(reason.replace("the target", "the post-processing"))
    reading = read_log(job, completion.log)
    if reading.stuck:
        raise _FailedError(f"post-processing: {reading.stuck}")
    return reading.metrics


def _warnings(
    job: Job, call: CallString, completion: Completion, reading: Reading, result: Result
) -> list[str]:
    """What a person should know of a run whose result stands."""
    warnings = []
    if reading.repeated:
        warnings.append("the target printed more than one result line; the first one counts")
    if isinstance(reading.result, Result) and not reading.aclib:
        seed = reading.result.seed
        if seed != call.seed:
            warnings.append(f"the target echoed the seed {seed}, and was given {call.seed}")
    if result.status is Status.SAT:
        # A name promises a file; a pattern takes what there is.
        names = [str(PurePath(text)) for text in job.outputs if not re.search(r"[*?[]", text)]
        kept = [name for name, _ in completion.outputs]
        warnings += [f"there is no output file '{name}'" for name in names if name not in kept]
    return warnings

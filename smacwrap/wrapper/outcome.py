"""From what a target left (its output, its exit code) to one honest result and its metrics."""

import math
import os
import re
import signal
from collections.abc import Callable, Mapping
from types import MappingProxyType

from smacwrap.executors import Completion
from smacwrap.frozen import Frozen, replace
from smacwrap.processes import control
from smacwrap.protocol import CallString, Result, ResultLineError, Status, comma_hint
from smacwrap.protocol.direction import to_minimise
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.log import Reading, read_json, read_log
from smacwrap.wrapper.sources import JsonPlace, Measured

CRASHED_QUALITY = 1e9
"""The quality of a run that has none: the least that SMAC v2 gives to a crashed run."""


class Outcome(Frozen):
    """A result, the metrics found on the way (name to text), and what there is to say of it.

    `reason` is that of a run that failed or was ended; `warnings` do not change the result.
    `void` is INTERRUPTED or ENVIRONMENT for a run that is no result of its configuration. `inputs`
    is the hash of what the run was given, empty if that is not known.
    """

    result: Result
    metrics: Mapping[str, str] = MappingProxyType({})
    reason: str = ""
    warnings: tuple[str, ...] = ()
    void: str = ""
    inputs: str = ""


class _FailedError(Exception):
    """The run gave no result; the message says why."""


def crashed(call: CallString, reason: str, runtime: float = 0.0, void: str = "") -> Outcome:
    """The outcome of a run that gave no result, for `reason`; `void` as in `Outcome`."""
    result = Result(Status.CRASHED, runtime, 0, CRASHED_QUALITY, call.seed)
    return Outcome(result, reason=reason, void=void)


def judge(
    job: Job,
    call: CallString,
    completion: Completion,
    postprocess: Callable[[], Completion] | None = None,
) -> Outcome:
    """Decide what a completed task means.

    A status that the target prints, in a result line or in words of its own, counts whatever the
    exit code, which is a solver's answer, too. So does a decided one of a target that was ended
    at a limit of time, if its runtime is within the cutoff. The job's quality, runtime and
    quality of infeasible runs go before those of a result line.

    Args:
        job: how to read the result.
        call: what was asked for.
        completion: how the task ended.
        postprocess: starts the job's post-processing, of a run that is SAT so far.

    Raises:
        OSError: something cannot be read, or the post-processing not be started.
    """
    reading = read_log(job, completion.log, call.seed)
    metrics = {**reading.metrics, **_elsewhere(job, completion)}
    try:
        result, reason = _verdict(job, call, completion, reading)
        if postprocess and result.status is Status.SAT:
            metrics |= _postprocessed(job, call, postprocess)
        result = _with_numbers(job, result, metrics)
    except _FailedError as error:
        outcome = crashed(call, str(error), completion.cpu_time)
        if completion.timed_out:
            outcome = replace(outcome, result=_timeout(job, call, completion))
        return replace(outcome, metrics=metrics)
    warnings = tuple(_warnings(job, call, completion, reading, result))
    result = _finite(replace(result, seed=call.seed), completion)
    return Outcome(result, metrics, reason, warnings)


def failure(exit_code: int | None, output: str = "") -> str:
    """What an exit code other than 0 says, in words; an empty string for 0.

    Args:
        exit_code: the exit code, negative for a signal.
        output: the end of what the target printed: its own words are the better reason.
    """
    if not exit_code:
        return ""
    if number := _signal(exit_code):
        verb, how = "was", f"killed by {control.signal_name(number)}"
    else:
        verb, how = "ended with", f"exit code {exit_code}"
    from smacwrap.wrapper.last_words import last_words  # most runs succeed

    words = last_words(output)
    return f"{words} ({how})" if words else f"the target {verb} {how}"


def _signal(exit_code: int) -> int:
    """The number of the signal that an exit code stands for, or 0."""
    # A shell reports the signal that ended its command as 128 plus its number.
    known = exit_code - 128 in set(signal.Signals)
    return -exit_code if exit_code < 0 else exit_code - 128 if known else 0


def _verdict(
    job: Job, call: CallString, completion: Completion, reading: Reading
) -> tuple[Result, str]:
    """The run's result so far, its quality NaN if only a metric can tell it, and its reason."""
    answer = reading.answer.result
    if completion.timed_out and not _answered_in_time(call, completion, reading):
        return _timeout(job, call, completion), f"the limit of {completion.exceeded} was reached"
    if completion.exit_code is None and not completion.timed_out:
        return _over_limit(job, call, completion)
    if reading.stuck:
        raise _FailedError(reading.stuck)
    if isinstance(answer, ResultLineError):
        raise _FailedError(f"bad result line: {answer}")
    if answer:
        said = f"the target printed {answer.status}"
        said += f": {answer.additional}" if answer.additional else ""
        return answer, said if answer.status.failed else ""
    status = reading.status or _status_of(job, completion)
    if status is Status.TIMEOUT:
        return _timeout(job, call, completion), "the target reported TIMEOUT"
    if status is Status.CRASHED:
        how = f"with exit code {completion.exit_code}"
        raise _FailedError(f"the target reported CRASHED, {how}")
    quality = math.nan if status.decided else CRASHED_QUALITY
    result = Result(status, completion.cpu_time, 0, quality, call.seed)
    return result, "the target reported ABORT" if status is Status.ABORT else ""


def _answered_in_time(call: CallString, completion: Completion, reading: Reading) -> bool:
    """Whether a target had printed its answer, within the cutoff, when its time was up."""
    answer = reading.answer.result
    if isinstance(answer, Result):
        return answer.status.decided and answer.runtime <= call.cpu_limit
    said = answer is None and reading.status is not None and reading.status.decided
    return said and not reading.stuck and completion.cpu_time <= call.cpu_limit


def _over_limit(job: Job, call: CallString, completion: Completion) -> tuple[Result, str]:
    reason = f"the target went over its limit of {completion.exceeded}"
    if completion.exceeded != "memory" or job.over_memory is Status.CRASHED:
        raise _FailedError(reason)
    if job.over_memory is Status.TIMEOUT:
        return _timeout(job, call, completion), reason
    return Result(job.over_memory, completion.cpu_time, 0, CRASHED_QUALITY, call.seed), reason


def _timeout(job: Job, call: CallString, completion: Completion) -> Result:
    runtime = call.cutoff if call.has_cutoff else completion.cpu_time
    source = job.metrics.get(job.quality or "")
    is_time = source in (Measured.CPU_TIME, Measured.WALLCLOCK_TIME) or (
        job.quality is not None and job.quality == job.runtime
    )
    quality = runtime if is_time else CRASHED_QUALITY
    return Result(Status.TIMEOUT, runtime, 0, quality, call.seed)


def _status_of(job: Job, completion: Completion) -> Status:
    """The status that an exit code stands for."""
    exit_code = completion.exit_code
    assert exit_code is not None, "no limit ended it"
    if job.exit_codes is None and not _signal(exit_code):  # the exit code is the quality
        return Status.SAT
    if job.exit_codes and exit_code in job.exit_codes:
        return job.exit_codes[exit_code]
    failed = failure(exit_code, _end(completion) if exit_code else "")
    raise _FailedError(failed or "exit code 0 has no status in exit_codes")


def _end(completion: Completion) -> str:
    from smacwrap.wrapper.last_words import FAR, end_of

    with completion.log.open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - FAR))
        return end_of(log.read())


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
        hint = comma_hint(metrics[name])
        raise _FailedError(f"{what} '{name}' is not a number: '{metrics[name]}'{hint}")
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


def _postprocessed(
    job: Job, call: CallString, postprocess: Callable[[], Completion]
) -> dict[str, str]:
    """The metrics that a post-processing prints.

    Raises:
        _FailedError: it did not succeed.
        OSError: it could not be started.
    """
    try:
        completion = postprocess()
    except OSError as error:
        said = f"the post-processing cannot be started: {error.strerror or error}"
        raise OSError(error.errno, said, error.filename) from None
    if completion.exceeded:
        raise _FailedError(f"the post-processing went over its limit of {completion.exceeded}")
    if completion.exit_code:
        reason = failure(completion.exit_code, _end(completion))
        about = "" if reason.startswith("the target") else "the post-processing failed: "
        raise _FailedError(about + reason.replace("the target", "the post-processing"))
    reading = read_log(job, completion.log, call.seed)
    if reading.stuck:
        raise _FailedError(f"post-processing: {reading.stuck}")
    return reading.metrics


def _warnings(
    job: Job, call: CallString, completion: Completion, reading: Reading, result: Result
) -> list[str]:
    """What a person should know of a run whose result stands."""
    warnings = reading.answer.warnings()
    if completion.timed_out and result.status.decided:
        limit = completion.exceeded
        warnings.append(f"the target printed its result, and ran on to the limit of {limit}")
    for what, name in (("quality", job.quality), ("runtime", job.runtime)):
        if name in reading.cut and result.status.decided:
            text = reading.cut[name]
            warnings.append(
                f"{what} '{name}' is read as {reading.metrics[name]}, and the target printed {text}"
                f"{comma_hint(text)}"
            )
    if result.status is Status.SAT:
        missing = [text for text in job.outputs if text in completion.missing]
        warnings += [
            f"no output file matches '{text}'"
            if re.search(r"[*?[]", text)
            else f"there is no output file '{text}'"
            for text in missing
        ]
    return warnings

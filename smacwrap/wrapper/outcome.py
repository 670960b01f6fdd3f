"""From what a target left (its log, its exit code) to one honest result and its metrics."""

import math
import re
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from smacwrap.executors import Completion
from smacwrap.protocol import CallString, Result, ResultLineError, Status, find_result
from smacwrap.wrapper.job import Job

CRASHED_QUALITY = 1e9
"""The quality of a run that has none: the least that SMAC v2 gives to a crashed run."""

_LONGEST_LINE = 1 << 20  # characters; a longer one is read in pieces, to spare the memory
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_TABBED = re.compile(r"([A-Za-z_][\w.:-]*)\t([^\t]+)")


@dataclass(frozen=True)
class Outcome:
    """A result, the metrics found on the way (name to text), and the reason of a failure."""

    result: Result
    metrics: dict[str, str] = field(default_factory=dict)
    reason: str = ""


def crashed(call: CallString, reason: str, runtime: float = 0.0) -> Outcome:
    """The outcome of a run that gave no result, for `reason`."""
    result = Result(Status.CRASHED, runtime, 0, CRASHED_QUALITY, call.seed)
    return Outcome(result, reason=reason)


def judge(job: Job, call: CallString, completion: Completion) -> Outcome:
    """Decide what a completed task means.

    A result line counts whatever the exit code, for solvers use it to tell their answer;
    without one, the job's quality counts only if the command succeeded. Where both are printed,
    SAT has the job's quality.
    """
    metrics = find_metrics(job, completion.log)
    if completion.timed_out:
        timeout = Result(Status.TIMEOUT, call.cutoff, 0, CRASHED_QUALITY, call.seed)
        return Outcome(timeout, metrics, "the cutoff was reached")
    try:
        result = find_result(_lines(completion.log))
    except ResultLineError as error:
        outcome = crashed(call, f"bad result line: {error}", completion.cpu_time)
        return replace(outcome, metrics=metrics)
    if result is None:
        if reason := failure(completion.exit_code) or _missing(job, metrics):
            return replace(crashed(call, reason, completion.cpu_time), metrics=metrics)
        result = Result(Status.SAT, completion.cpu_time, 0, CRASHED_QUALITY, call.seed)
    result = replace(result, seed=call.seed)
    if job.quality not in metrics or result.status is not Status.SAT:
        return Outcome(result, metrics, _said(result))
    quality = _number(metrics[job.quality])
    if quality is None:
        reason = f"quality '{job.quality}' is not a number: '{metrics[job.quality]}'"
        return replace(crashed(call, reason, result.runtime), metrics=metrics)
    return Outcome(replace(result, quality=quality), metrics)


def find_metrics(job: Job, log: Path) -> dict[str, str]:
    """The job's metrics and all `name<TAB>value` lines of a log; the last value of each counts."""
    metrics: dict[str, str] = {}
    for line in _lines(log):
        if tabbed := _TABBED.fullmatch(line.strip()):
            metrics[tabbed[1]] = tabbed[2].strip()
        for name, pattern in job.metrics.items():
            if match := pattern.search(line):
                metrics[name] = match[1] or ""
    return metrics


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


def _lines(log: Path) -> Iterator[str]:
    with log.open(encoding="utf-8", errors="replace") as text:
        while line := text.readline(_LONGEST_LINE):
            yield _ESCAPES.sub("", line)


def _missing(job: Job, metrics: Mapping[str, str]) -> str:
    """Why a target that succeeded gave no result; an empty string if it gave the quality."""
    if job.quality is None:
        return "the target printed no result line, and the job names no quality"
    return "" if job.quality in metrics else f"quality '{job.quality}' is nowhere in its output"


def _said(result: Result) -> str:
    """The reason of a failure that the target itself reports."""
    if not result.status.failed:
        return ""
    return f"the target printed {result.status}" + (result.additional and f": {result.additional}")


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return None if math.isnan(number) else number

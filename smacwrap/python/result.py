"""What a Python function may return as its result, and what a result line makes of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import SupportsFloat

from smacwrap import protocol
from smacwrap.protocol import CallString, Status
from smacwrap.protocol.direction import to_minimise
from smacwrap.wrapper.outcome import CRASHED_QUALITY, Outcome, crashed

_MOST_TEXT = 1000  # characters of a reason or a metric; a result is one line


@dataclass(frozen=True)
class Result:
    """The result of one run, where a number does not say enough.

    Attributes:
        quality: what SMAC minimises; only a run that is SAT or UNSAT needs one.
        metrics: what is to be recorded besides; any values, by name.
        status: `"SAT"`, `"UNSAT"`, `"TIMEOUT"`, `"CRASHED"` or `"ABORT"`.
        runtime: in seconds; by default the CPU time of the whole program.
        run_length: how far the run came, in the target's own terms.

    Example:
        >>> Result(0.013, metrics={"epochs": 12}).quality
        0.013
    """

    quality: SupportsFloat | None = None
    metrics: Mapping[str, object] = field(default_factory=dict)
    status: Status | str = Status.SAT
    runtime: float | None = None
    run_length: float = 0


def outcome_of(
    returned: object, call: CallString, cpu_time: float, maximize: bool = False
) -> Outcome:
    """What a function's return value means: a number, (number, metrics) or a `Result`.

    Args:
        returned: the value.
        call: what was asked for.
        cpu_time: the CPU time of the run in seconds.
        maximize: whether the quality is one to maximise.
    """
    result = _result(returned)
    if result is None:
        reason = f"returned {_short(repr(returned))}, expected a number, (number, dict) or Result"
        return crashed(call, f"the function {reason}", cpu_time)
    try:
        metrics = {_name(name): _short(str(value)) for name, value in result.metrics.items()}
        status = Status(str(result.status).upper())
        if status is Status.KILLED:
            raise ValueError("the status KILLED is SMAC's own")
        runtime = _number("runtime", cpu_time if result.runtime is None else result.runtime)
        run_length = _number("run length", result.run_length)
        quality = CRASHED_QUALITY
        if status.decided or result.quality is not None:
            quality = _number("quality", result.quality)
            quality = to_minimise(quality, maximize)
    except Exception as error:  # the values are the author's, and may be of any class
        return crashed(call, f"the function's result: {describe(error)}", cpu_time)
    if status.decided and runtime > call.cpu_limit:
        return timed_out(call, metrics)
    found = protocol.Result(status, max(0.0, runtime), run_length, quality, call.seed)
    reason = f"the function's result is {status}" if status.failed else ""
    return Outcome(found, metrics, reason)


def refused(call: CallString, error: BaseException, quality: float, cpu_time: float) -> Outcome:
    """The outcome of a configuration that the target refuses with an exception."""
    if cpu_time > call.cpu_limit:
        return timed_out(call)
    result = protocol.Result(Status.UNSAT, cpu_time, 0, quality, call.seed)
    return Outcome(result, {"reason": describe(error)})


def timed_out(call: CallString, metrics: Mapping[str, str] | None = None) -> Outcome:
    """The outcome of a run that has reached the cutoff."""
    result = protocol.Result(Status.TIMEOUT, call.cutoff, 0, CRASHED_QUALITY, call.seed)
    return Outcome(result, dict(metrics or {}), "the cutoff was reached")


def describe(error: BaseException) -> str:
    """An exception in one line: its class and message."""
    try:
        message = str(error)
    except Exception:  # it is not ours
        message = ""
    name = type(error).__name__
    return _short(f"{name}: {message}" if message else name)


def _result(returned: object) -> Result | None:
    if isinstance(returned, Result):
        return returned
    if isinstance(returned, tuple) and len(returned) == 2:
        number, metrics = returned
        is_pair = isinstance(number, SupportsFloat) and isinstance(metrics, Mapping)
        return Result(number, metrics) if is_pair else None
    return Result(returned) if isinstance(returned, SupportsFloat) else None


def _number(what: str, value: SupportsFloat | None) -> float:
    if value is None:
        raise ValueError(f"there is no {what}")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{what} is not a finite number: {number}")
    return number


def _name(name: object) -> str:
    return "_".join(str(name).translate(str.maketrans(";=,", "   ")).split())


def _short(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}…"

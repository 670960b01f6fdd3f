"""The wrapper: from the words of its command line to the result line that it prints."""

from collections.abc import Sequence
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.executors.local import LocalExecutor
from smacwrap.processes.guard import Guard
from smacwrap.protocol import CallString, CallStringError, parse_call_string
from smacwrap.protocol.additional import ENVIRONMENT, INTERRUPTED
from smacwrap.wrapper.job import Job, read_job
from smacwrap.wrapper.place import CACHE, find_job, runs_folder
from smacwrap.wrapper.process import (
    StoppedError,
    catch_stop_signals,
    echo,
    ignore_stop_signals,
    write_answer,
)
from smacwrap.wrapper.run import RunRecord, record, run_job

_STANDARD_OUTPUT = 1


def wrap(job_file: str, words: Sequence[str], guard: Guard | None = None) -> None:
    """Run a job once for the words of a call string, and print its result line.

    A signal that asks the process to end ends the target first, and gives a result line, too.

    Args:
        job_file: the job file, as `smacwrap run` is given it.
        words: the call string.
        guard: one that is ready for the run.

    Raises:
        UserError: the words are no call string, the job file cannot be used, or the result line
            cannot be written.
    """
    try:
        call = parse_call_string(words)
    except CallStringError as error:
        raise UserError(_no_job(job_file) or str(error)) from None
    runs = runs_folder()
    try:
        catch_stop_signals()
        file, copy = find_job(job_file)
        job = read_job(file, memory=runs / CACHE, copy=copy)
        done = _run(job, call, LocalExecutor(runs, guard))
        ignore_stop_signals()  # the run is over, and nothing is left but to tell
    except UserError as error:
        ignore_stop_signals()
        # SMAC reads nothing but a result line; a person reads the error that follows.
        _answer(call, _crashed(call, str(error), ENVIRONMENT))
        raise
    except StoppedError as error:
        done = _crashed(call, f"the wrapper was ended by {error}", INTERRUPTED)
    _answer(call, done)
    for message in (*done.warnings, *([done.reason] if done.reason else [])):
        echo(f"smacwrap run: {message}\n".encode("utf-8", "backslashreplace"))


def _answer(call: CallString, done: RunRecord) -> None:
    try:
        write_answer(_STANDARD_OUTPUT, call, done.result)
    except OSError as error:
        raise UserError(f"the result line cannot be written: {error.strerror}") from None


def _no_job(name: str) -> str:
    """What somebody named instead of a job file, and what to do with it; empty if none is known."""
    from smacwrap.kinds import Kind, kind_of  # no run with a call string needs it

    kind = kind_of(Path(name))
    if kind is Kind.SCENARIO:
        return f"{name} is {kind}, not a job file: smacwrap algo-test {name} makes one run of it"
    if kind in (Kind.SCRIPT, Kind.PROGRAM):
        return f"{name} is {kind}, not a job file: smacwrap scenario new {name} writes one for it"
    return f"{name} is {kind}, not a job file" if kind not in (Kind.JOB, None) else ""


def _run(job: Job, call: CallString, executor: LocalExecutor) -> RunRecord:
    runs = executor.scratch
    try:
        runs.mkdir(parents=True, exist_ok=True)
        return run_job(job, call, executor, runs, on_output=echo)
    except OSError as error:
        return _crashed(call, f"{error.strerror}: {runs}", ENVIRONMENT)


def _crashed(call: CallString, reason: str, void: str = "") -> RunRecord:
    from smacwrap.wrapper.outcome import crashed  # a run that starts loads it while it waits

    return record(crashed(call, reason, void=void), None)

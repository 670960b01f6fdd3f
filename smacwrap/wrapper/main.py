"""The wrapper as a process: words from a command line, signals, and the lines that are printed."""

import signal
import sys
from collections.abc import Sequence
from types import FrameType

from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.executors.local import LocalExecutor
from smacwrap.protocol import CallString, CallStringError, format_result, parse_call_string
from smacwrap.protocol.result_line import format_aclib_result
from smacwrap.wrapper.job import read_job
from smacwrap.wrapper.outcome import crashed
from smacwrap.wrapper.place import find_job, runs_folder
from smacwrap.wrapper.run import RunRecord, run_job


def wrap(job_file: str, words: Sequence[str]) -> None:
    """Run a job once for the words of a call string, and print its result line.

    A signal that asks the process to end ends the target first, and gives a result line, too.

    Raises:
        UserError: the words are no call string, or the job file cannot be used.
    """
    try:
        call = parse_call_string(words)
    except CallStringError as error:
        raise UserError(str(error)) from None
    try:
        job = read_job(find_job(job_file))
    except UserError:
        # SMAC reads nothing but a result line; a person reads the error that follows.
        _print_result(call, RunRecord(crashed(call, "").result))
        raise
    for number in processes.STOP_SIGNALS:
        signal.signal(number, _stop)
    runs = runs_folder()
    try:
        runs.mkdir(parents=True, exist_ok=True)
        record = run_job(job, call, LocalExecutor(runs), runs, on_output=_echo)
    except OSError as error:
        record = RunRecord(crashed(call, "").result, f"{error.strerror}: {runs}")
    except _StoppedError as error:
        record = RunRecord(crashed(call, "").result, f"the wrapper was ended by {error}")
    for message in (*record.warnings, *([record.reason] if record.reason else [])):
        print(f"smacwrap run: {message}", file=sys.stderr)
    _print_result(call, record)


class _StoppedError(BaseException):
    """A signal asked the wrapper to end."""


def _stop(number: int, frame: FrameType | None) -> None:
    for other in processes.STOP_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise _StoppedError(signal.Signals(number).name)


def _echo(output: bytes) -> None:
    sys.stderr.buffer.write(output)
    sys.stderr.buffer.flush()


def _print_result(call: CallString, record: RunRecord) -> None:
    if call.aclib:
        print(format_aclib_result(record.result))
    print(format_result(record.result), flush=True)

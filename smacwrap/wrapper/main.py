"""The wrapper: from the words of its command line to the result line that it prints."""

from collections.abc import Sequence

from smacwrap.errors import UserError
from smacwrap.executors.local import LocalExecutor
from smacwrap.protocol import CallString, CallStringError, parse_call_string
from smacwrap.wrapper.job import read_job
from smacwrap.wrapper.place import CACHE, find_job, runs_folder
from smacwrap.wrapper.process import StoppedError, catch_stop_signals, echo, write_answer
from smacwrap.wrapper.run import RunRecord, run_job

_STANDARD_OUTPUT = 1


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
    runs = runs_folder()
    try:
        job = read_job(find_job(job_file), memory=runs / CACHE)
    except UserError:
        # SMAC reads nothing but a result line; a person reads the error that follows.
        write_answer(_STANDARD_OUTPUT, call, _crashed(call).result)
        raise
    catch_stop_signals()
    try:
        runs.mkdir(parents=True, exist_ok=True)
        record = run_job(job, call, LocalExecutor(runs), runs, on_output=echo)
    except OSError as error:
        record = _crashed(call, f"{error.strerror}: {runs}")
    except StoppedError as error:
        record = _crashed(call, f"the wrapper was ended by {error}")
    for message in (*record.warnings, *([record.reason] if record.reason else [])):
        echo(f"smacwrap run: {message}\n".encode("utf-8", "backslashreplace"))
    write_answer(_STANDARD_OUTPUT, call, record.result)


def _crashed(call: CallString, reason: str = "") -> RunRecord:
    from smacwrap.wrapper.outcome import crashed  # loaded already, or in vain for nearly every run

    return RunRecord(crashed(call, reason).result, reason)

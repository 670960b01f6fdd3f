"""`smacwrap run`: the wrapper that SMAC, smacwrap or a person calls for one run."""

import signal
import sys
from types import FrameType

import click

from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.executors.local import LocalExecutor
from smacwrap.protocol import CallString, CallStringError, format_result, parse_call_string
from smacwrap.protocol.result_line import format_aclib_result
from smacwrap.wrapper import RunRecord, read_job, run_job
from smacwrap.wrapper.outcome import crashed
from smacwrap.wrapper.place import find_job, runs_folder


@click.command(
    "run",
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("job_file", metavar="JOB.TOML")
@click.argument("call_string", metavar="CALL-STRING...", nargs=-1, type=click.UNPROCESSED)
def command(job_file: str, call_string: tuple[str, ...]) -> None:
    """Run a job once for a call string, and print SMAC's result line.

    CALL-STRING is what SMAC appends to a target algorithm's command: instance, instance info,
    cutoff, run length, seed, and the active parameters as -name value.

    The run's inputs, log and outputs are kept in run-<pid>.zip, in the study that started it or
    in ./smacwrap-runs. The target's output goes to standard error.

    \b
    Example:
      smacwrap run job.toml no_instance 0 1.7976931348623157E308 2147483647 -1 -dropout1 0.25
    """
    try:
        call = parse_call_string(call_string)
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
    if record.reason:
        click.echo(f"smacwrap run: {record.reason}", err=True)
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
        click.echo(format_aclib_result(record.result))
    click.echo(format_result(record.result))

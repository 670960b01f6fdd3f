"""One run from end to end: pack the inputs, execute them, judge what came back, keep it all.

What is needed only once the target runs, or in few runs, is loaded there: every run waits for it.
"""

import errno
import math
import os
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from smacwrap.executors import (
    BundleError,
    Completion,
    Executor,
    Limits,
    LostOutputError,
    Task,
)
from smacwrap.frozen import Frozen, replace
from smacwrap.protocol import CallString, Result, Status
from smacwrap.protocol.additional import ENVIRONMENT
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.filling import Filling
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.place import claim
from smacwrap.wrapper.placeholders import FillError, UnusableFileError
from smacwrap.wrapper.spelling import Spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smacwrap.wrapper.outcome import Outcome

_LOG, _POST_LOG = "log.txt", "postprocess.txt"
_PROGRAM_ERRORS = (
    errno.ENOENT,
    errno.EACCES,
    errno.ENOEXEC,
    errno.ENOTDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
)
_FAILURES = (OSError, BundleError, LostOutputError)


class RunRecord(Frozen):
    """A run that is over: its result, as it goes to SMAC, and why it failed, if it did."""

    result: Result
    reason: str = ""
    warnings: tuple[str, ...] = ()


class Start(Frozen):
    """A run that is started: what was asked for, the words that this became, and the time.

    The time is in seconds since 1970.
    """

    job: Job
    call: CallString
    command: tuple[str, ...]
    postprocess: tuple[str, ...] | None
    time: float


def run_job(
    job: Job,
    call: CallString,
    executor: Executor,
    runs: Path,
    on_output: Callable[[bytes], None] | None = None,
) -> RunRecord:
    """Run a job once for a call string; whatever goes wrong becomes a CRASHED result.

    The bundle in `runs` holds the inputs, or names the zip beside it that does, and afterwards
    `log.txt`, `outputs/…` and `call.json`. A run that fails for no fault of its configuration is
    void; if it did not even start, it leaves no bundle.

    Args:
        job: the job.
        call: the call string.
        executor: the place where it runs.
        runs: the folder that keeps the bundles of a study.
        on_output: called with the target's output as it comes.
    """
    place = start = None
    try:
        spelled = job.spellings.spell(call)
        command = _fill(job, job.command, call, spelled)
        post = _fill(job, job.postprocess, call, spelled) if job.postprocess else None
        start = Start(job, call, command, post, time.time())
        place = claim(runs)
        filling = Filling(job, call, spelled, place)
        task = Task(
            bundle=place.bundle,
            command=command,
            outputs=(*job.outputs, *([job.json] if job.json else [])),
            environment=spelled.environment,
            data=job.data,
            limits=_limits(job, call),
            fill=filling.fill,
            leftovers=place.all(),
        )
        outcome = _execute(start, task, executor, filling, on_output)
    except (*_FAILURES, FillError) as error:
        outcome = _failed(call, error, start)
        if place and outcome.void:
            place.bundle.unlink(missing_ok=True)
    except BaseException:
        # A run that was stopped has no result: nothing of it stays.
        if place:
            place.bundle.unlink(missing_ok=True)
        raise
    finally:
        if place:
            place.release()
    if outcome.result.status is Status.CRASHED:
        from smacwrap.wrapper.missing import missing_hint  # few runs need it

        reason = f"{outcome.reason}{missing_hint(job, outcome.reason)}"
        outcome = replace(outcome, reason=reason)
    return record(outcome, place.bundle if place and place.bundle.exists() else None)


def _failed(call: CallString, error: Exception, start: Start | None) -> "Outcome":
    from smacwrap.wrapper.outcome import crashed

    void = ENVIRONMENT if _is_no_fault_of_the_run(error, start) else ""
    return crashed(call, _say(error), void=void)


def _is_no_fault_of_the_run(error: Exception, start: Start | None) -> bool:
    """Whether a run failed in a way that says nothing of its configuration."""
    if isinstance(error, FillError | LostOutputError):
        return isinstance(error, UnusableFileError)
    if not isinstance(error, OSError) or start is None:
        return True
    job = start.job
    commands = [(job.command, start.command), (job.postprocess, start.postprocess)]
    chosen = [words[0] for of_job, words in commands if of_job and words and of_job.chooses_program]
    is_of_program = error.errno in _PROGRAM_ERRORS and error.filename in (None, *chosen)
    # E2BIG: the values are too long for the system.
    return error.errno != errno.E2BIG and not (chosen and is_of_program)


def record(outcome: "Outcome", bundle: Path | None) -> RunRecord:
    """The record of a run: metrics, reason and bundle are its result's additional run data."""
    from smacwrap.wrapper.keep import additional_data

    result = replace(outcome.result, additional=additional_data(outcome, bundle))
    return RunRecord(result, outcome.reason, outcome.warnings)


def _fill(
    job: Job, command: CommandTemplate, call: CallString, spelled: Spelled
) -> tuple[str, ...]:
    try:
        return tuple(command.fill(call, spelled.flags))
    except KeyError as error:
        name = error.args[0]
        raise FillError(
            f"{job.file}: the command names {{{name}}}, which is not an active parameter of "
            f"this run (there are {', '.join(sorted(call.parameters)) or 'none'}; {{flags}} "
            f"stands for all of them, {{{name}:-value}} for a value where {name} is inactive, "
            f"{{{{{name}}}}} for plain braces)"
        ) from None


def _limits(job: Job, call: CallString) -> Limits:
    """The job's limits, with those that follow from the call's cutoff."""
    wall_time = job.limits.wall_time
    return replace(
        job.limits,
        cpu_time=min(job.limits.cpu_time, call.cpu_limit),
        wall_time=wall_time if math.isfinite(wall_time) else call.wall_limit,
    )


def _execute(
    start: Start,
    task: Task,
    executor: Executor,
    filling: Filling,
    on_output: Callable[[bytes], None] | None,
) -> "Outcome":
    """Run a task, judge it, and add all that it left to its bundle."""
    with ExitStack() as open_until_kept:
        submission = open_until_kept.enter_context(executor.submit(task))
        from smacwrap.wrapper.outcome import judge

        completion = submission.wait(on_output)
        left = [(_LOG, completion.log)]

        def postprocess() -> Completion:
            post_task = replace(
                task,
                command=start.postprocess,
                outputs=(),
                fill=lambda folder: filling.fill_again(folder, [*completion.outputs, *left]),
                leftovers=(),
            )
            post = open_until_kept.enter_context(executor.submit(post_task)).wait(on_output)
            left.append((_POST_LOG, post.log))
            return post

        try:
            outcome = judge(
                start.job, start.call, completion, postprocess if start.postprocess else None
            )
        except _FAILURES as error:  # what the target left is kept all the same
            outcome = _failed(start.call, error, start)
        outcome = replace(
            outcome,
            inputs=filling.prepared.hash,
            warnings=(*filling.warnings(), *outcome.warnings),
        )
        return _keep(start, task, completion, filling, left, outcome)


def _keep(
    start: Start,
    task: Task,
    completion: Completion,
    filling: Filling,
    logs: list[tuple[str, Path]],
    outcome: "Outcome",
) -> "Outcome":
    """Add what a run left to its bundle; where there is no room, its result stands all the same."""
    from smacwrap.bundles.additions import add
    from smacwrap.wrapper.keep import call_json

    with suppress(OSError):  # call.json says it, too
        _add_line(completion.log, f"smacwrap: measured and limited by {completion.enforced_by}")
    outputs = [(f"outputs/{name}", path) for name, path in completion.outputs]
    warnings = outcome.warnings
    for lost, files in (("outputs", [*logs, *outputs]), ("files", logs)):
        text = call_json(start, completion, outcome, filling.prepared.stored)
        try:
            add(task.bundle, files, [("call.json", text)])
        except OSError as error:
            outcome = replace(outcome, warnings=(*warnings, f"its {lost} are lost: {_say(error)}"))
            for _, path in completion.outputs:  # their room is enough for the rest
                if path.is_file():
                    path.unlink(missing_ok=True)
        else:
            return outcome
    task.bundle.unlink(missing_ok=True)
    return outcome


def _add_line(file: Path, line: str) -> None:
    with os.fdopen(os.open(file, os.O_RDWR | os.O_NOFOLLOW), "rb+") as log:
        size = log.seek(0, os.SEEK_END)
        is_whole = not size or os.pread(log.fileno(), 1, size - 1) == b"\n"
        log.write(f"{'' if is_whole else chr(10)}{line}\n".encode())


def _say(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return str(error.args[0]) if error.args else type(error).__name__

"""One run from end to end: pack the inputs, execute them, judge what came back, keep it all.

What is needed only once the target runs, or in few runs, is loaded there: every run waits for it.
"""

import errno
import math
import os
import shlex
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePath

from smacwrap.executors import BundleError, Completion, Executor, Limits, Task
from smacwrap.executors.copying import copy_file
from smacwrap.executors.inputs import exists, find_input, prepare_inputs
from smacwrap.frozen import Frozen, replace
from smacwrap.protocol import CallString, Result, Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.place import CACHE, POST, Place, claim
from smacwrap.wrapper.placeholders import FillError, values_of
from smacwrap.wrapper.spelling import Spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from smacwrap.wrapper.outcome import Outcome

_LOG, _POST_LOG = "log.txt", "postprocess.txt"


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

    The bundle in `runs` holds the inputs, and afterwards `log.txt`, `outputs/…` and `call.json`.

    Args:
        job: the job.
        call: the call string.
        executor: the place where it runs.
        runs: the folder that keeps the bundles of a study.
        on_output: called with the target's output as it comes.
    """
    place = None
    try:
        spelled = job.spellings.spell(call)
        command = _fill(job, job.command, call, spelled)
        post = _fill(job, job.postprocess, call, spelled) if job.postprocess else None
        start = Start(job, call, command, post, time.time())
        place = claim(runs)
        task = Task(
            bundle=place.bundle,
            command=command,
            outputs=(*job.outputs, *([job.json] if job.json else [])),
            environment=spelled.environment,
            data=job.data,
            limits=_limits(job, call),
            fill=partial(_fill_place, job, call, spelled, place),
            leftovers=place.all(),
        )
        outcome = _execute(start, task, executor, on_output)
    except (OSError, BundleError, FillError) as error:
        from smacwrap.wrapper.outcome import crashed

        outcome = crashed(call, _say(error))
    except BaseException:
        # A run that was stopped has no result: nothing of it stays.
        if place:
            place.bundle.unlink(missing_ok=True)
        raise
    finally:
        if place:
            place.release()
    if outcome.result.status is Status.CRASHED and (name := _left_behind(job)):
        reason = f"{outcome.reason} ('{name}' stayed behind: is it missing in input?)"
        outcome = replace(outcome, reason=reason)
    return record(outcome, place.bundle if place and place.bundle.exists() else None)


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
            f"{job.file}: the command names {{{name}}}, which is no active parameter of "
            f"this run (there are {', '.join(sorted(call.parameters)) or 'none'}; {{flags}} "
            f"stands for all of them, {{{name}:-value}} for a value where {name} is inactive, "
            f"{{{{{name}}}}} for plain braces)"
        ) from None


def _fill_place(job: Job, call: CallString, spelled: Spelled, place: Place, folder: Path) -> None:
    """Fill the folder and the bundle of a run: inputs, and templates and settings filled in."""
    filled = [*(template.name for template in job.templates), *([job.config] if job.config else [])]
    leave_out = [*filled, *([job.json] if job.json else [])]  # nothing of an earlier run
    prepare_inputs(
        [path for path in job.inputs if path.is_dir() or path.name not in leave_out],
        folder,
        place.bundle,
        cache=place.bundle.parent / CACHE,
        leave_out=leave_out,
    )
    if job.templates:
        from smacwrap.wrapper.templates import fill_templates

        fill_templates(job.templates, folder, values_of(call))
    if job.config:
        from smacwrap.wrapper.settings_file import write_settings

        given = find_input(job.inputs, job.config)
        write_settings(folder / job.config, spelled.settings, given, job.config_kind)
    if filled:
        from smacwrap.executors.additions import add

        add(place.bundle, [(name, folder / name) for name in filled])
    place.release()


def _limits(job: Job, call: CallString) -> Limits:
    """The job's limits, with the call's cutoff for both times."""
    cutoff = call.cutoff if call.has_cutoff else math.inf
    return replace(
        job.limits,
        cpu_time=min(job.limits.cpu_time, cutoff),
        wall_time=min(job.limits.wall_time, cutoff),
    )


def _execute(
    start: Start, task: Task, executor: Executor, on_output: Callable[[bytes], None] | None
) -> "Outcome":
    """Run a task, judge it, and add all that it left to its bundle."""
    with ExitStack() as open_until_kept:
        submission = open_until_kept.enter_context(executor.submit(task))
        from smacwrap.executors.additions import add
        from smacwrap.wrapper.keep import call_json
        from smacwrap.wrapper.outcome import judge

        completion = submission.wait(on_output)
        files = [(_LOG, completion.log)]
        files += [(f"outputs/{name}", path) for name, path in completion.outputs]

        def postprocess() -> Completion:
            bundle = task.bundle.with_suffix(POST)
            open_until_kept.callback(bundle.unlink, missing_ok=True)
            copy_file(task.bundle, bundle)
            add(bundle, [*completion.outputs, (_LOG, completion.log)])
            post_task = replace(
                task, bundle=bundle, command=start.postprocess, outputs=(), fill=None, leftovers=()
            )
            post = open_until_kept.enter_context(executor.submit(post_task)).wait(on_output)
            files.append((_POST_LOG, post.log))
            return post

        outcome = judge(
            start.job, start.call, completion, postprocess if start.postprocess else None
        )
        try:
            _add_line(completion.log, f"smacwrap: measured and limited by {completion.enforced_by}")
            add(task.bundle, files, [("call.json", call_json(start, completion, outcome))])
        except OSError as error:
            # The run itself is over and its result is true.
            warning = f"its files are not kept: {_say(error)}"
            outcome = replace(outcome, warnings=(*outcome.warnings, warning))
        return outcome


def _add_line(file: Path, line: str) -> None:
    with os.fdopen(os.open(file, os.O_RDWR | os.O_NOFOLLOW), "rb+") as log:
        size = log.seek(0, os.SEEK_END)
        is_whole = not size or os.pread(log.fileno(), 1, size - 1) == b"\n"
        log.write(f"{'' if is_whole else chr(10)}{line}\n".encode())


def _left_behind(job: Job) -> str | None:
    """A file beside the job file that the command names, and that no run gets."""
    for word in shlex.split(job.command.text):
        path = job.file.parent / word
        given = find_input(job.inputs, word) or path in job.data
        if not given and exists(path) and path.is_file() and not PurePath(word).is_absolute():
            return word
    return None


def _say(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        said = f"{error.strerror}: {error.filename}" if error.filename else error.strerror
        # A shell would have tried to read it as a script of its own.
        hint = " (a script needs a first line such as #!/bin/sh)"
        return said + hint if error.errno == errno.ENOEXEC else said
    return str(error.args[0]) if error.args else type(error).__name__

"""What an earlier launch left: workers at work, runs, runs to repeat, another scenario."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from filelock import FileLock, Timeout

from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.history import Study, StudyIdentity
from smacwrap.history.live_rundata_identity import first_identity
from smacwrap.history.running import RunningRun, read_running
from smacwrap.launch.description import Description, identity_of
from smacwrap.launch.fleet import PATIENCE
from smacwrap.pcs import parse_pcs
from smacwrap.pcs.changes import changes
from smacwrap.protocol import NO_CUTOFF
from smacwrap.scenario import Scenario
from smacwrap.wrapper.place import RUNS_VARIABLE

_LOOKED_AT = 1.0  # seconds; who looks whether a launch is at work has its lock for a moment
_POLL = 0.1  # seconds
_GRACE = 5.0  # seconds; the wrapper needs some of them to end its own target


@contextmanager
def only_launch(study: Study) -> Iterator[None]:
    """As long as it is entered, no other launch can work on the study.

    Raises:
        UserError: one does.
    """
    try:
        lock = FileLock(study.lock("launch")).acquire(timeout=_LOOKED_AT)
    except Timeout:
        raise UserError(
            f"{study.folder}: another launch is at work on this study "
            f"(smacwrap status {study.folder} shows it)"
        ) from None
    with lock:
        yield


def wait_for_workers(study: Study, before: Description, note: Callable[[str], None]) -> None:
    """Workers whose launcher was killed end soon; wait for them. Detached ones go on.

    Args:
        before: the launch that they belong to.
        note: told what is waited for.

    Raises:
        UserError: they do not end.
    """

    def at_work() -> list[int]:
        return [seed for seed in before.seeds if study.is_locked(f"worker-{seed}")]

    deadline = time.monotonic()
    if at_work() and not before.detach:
        note("waiting for workers to end whose launcher was killed")
        deadline += before.grace + PATIENCE
    while left := at_work():
        if time.monotonic() >= deadline:
            raise UserError(
                f"{study.folder}: workers of an earlier launch are at work, with the seeds "
                f"{', '.join(map(str, left))} (smacwrap stop {study.folder} ends them)"
            )
        time.sleep(_POLL)


def end_leftovers(study: Study) -> None:
    """End the runs whose launcher and worker were killed together, and remove their folders."""
    left = processes.with_variable(RUNS_VARIABLE, str(study.runs))
    processes.end_tree(lambda: left, _GRACE)
    study.remove_leftovers()


def check_same(study: Study, before: Description | None, scenario: Scenario, pcs_text: str) -> None:
    """Complain if the runs that a study has and those of this scenario do not belong together.

    Args:
        before: the earlier launch; None where there was none, but maybe SMAC v2.

    Raises:
        UserError: it says what differs.
    """
    if before:
        then, pcs_text_then = before.identity, before.pcs_text
    elif identity := first_identity(study):
        then, pcs_text_then = _identity_by_option(identity), identity.pcs_text
    else:
        return
    now = identity_of(scenario)
    differences = [
        f"{name} was {_quoted(value)} and is {_quoted(now[name])}"
        for name, value in then.items()
        if now.get(name, value) != value
    ]
    differences += [
        f"{scenario.pcs_file} has {change.kind}: {change.text}"
        for change in changes(parse_pcs(pcs_text_then), parse_pcs(pcs_text))
    ]
    if differences:
        raise UserError(
            *(f"the study {study.folder} is of another kind: {d}" for d in differences),
            "its runs would mislead; start anew with --overwrite, or keep them and launch into "
            "another folder with --rungroup NAME",
        )


def _identity_by_option(identity: StudyIdentity) -> dict[str, str]:
    """As `identity_of`, as far as a run history has it."""
    return {
        "algo": identity.algo,
        "cutoff-time": repr(min(identity.cutoff, NO_CUTOFF)),
        "deterministic": str(identity.deterministic).lower(),
    }


def _quoted(value: str) -> str:
    return "no limit" if value == repr(NO_CUTOFF) else f"'{value}'"


def interrupted(
    study: Study, before: Description | None, seeds: Sequence[int]
) -> dict[int, list[RunningRun]]:
    """The runs that were started and not finished, for the workers of the next launch.

    Args:
        before: the earlier launch; None where nobody knows it.
        seeds: the workers of the next.
    """
    left = [run for runs in before.repeat.values() for run in runs] if before else []
    left += read_running(study)
    repeat: dict[int, list[RunningRun]] = {}
    for run in left:
        worker = run.worker if run.worker in seeds else seeds[run.worker % len(seeds)]
        repeat.setdefault(worker, []).append(run)
    return repeat

"""What an earlier launch left: workers at work, runs, runs to repeat, another scenario."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.history import Study, StudyIdentity
from smacwrap.history.live_rundata_identity import first_identity
from smacwrap.history.running import RunningRun, read_running
from smacwrap.launch.fleet import PATIENCE
from smacwrap.processes import control
from smacwrap.protocol import NO_CUTOFF
from smacwrap.scenario import Scenario
from smacwrap.worker.budget import Budget
from smacwrap.worker.frozen_job import FrozenJob
from smacwrap.worker.launchers import Presence, at_work, coming_and_going, in_use, read_joined
from smacwrap.worker.study_json import Description, identity_of
from smacwrap.wrapper.place import RUNS_VARIABLE

_POLL = 0.1  # seconds
_GRACE = 5.0  # seconds; the wrapper needs some of them to end its own target

_NEVER_ACCEPTED = frozenset({"deterministic", "use-instances"})
"""With these, runs that count for the same would not any more."""


@contextmanager
def only_launch(study: Study) -> Iterator[Presence]:
    """As long as it is entered, no other launch can begin on the study.

    Nor can others join, before this one has opened the budget.

    Raises:
        UserError: one is at work.
    """
    presence = Presence(study, "launch")
    presence.enter()
    try:
        with coming_and_going(study):
            if at_work(study, but="launch"):
                raise UserError(in_use(study))
            Budget(study).close()
        yield presence
    finally:
        presence.release()


def wait_for_workers(study: Study, before: Description, note: Callable[[str], None]) -> None:
    """Workers whose launcher was killed end soon; wait for them. Detached ones go on.

    Args:
        before: the launch that they belong to.
        note: told what is waited for.

    Raises:
        UserError: they do not end.
    """

    joined = [seed for other in read_joined(study) for seed in other.seeds]

    def still_there() -> list[int]:
        return [s for s in (*before.seeds, *joined) if study.is_locked(f"worker-{s}")]

    deadline = time.monotonic()
    if still_there() and not before.detach:
        note("waiting for workers to end whose launcher was killed")
        deadline += before.grace + PATIENCE
    while left := still_there():
        if time.monotonic() >= deadline:
            raise UserError(
                f"{study.folder}: workers of an earlier launch are at work, with the seeds "
                f"{', '.join(map(str, left))} (smacwrap stop {study.folder} ends them)"
            )
        time.sleep(_POLL)


def end_leftovers(study: Study) -> None:
    """End the runs whose launcher and worker were killed together, and remove their folders."""
    left = control.with_variable(RUNS_VARIABLE, str(study.runs))
    control.end_tree(lambda: left, _GRACE)
    study.remove_leftovers()


def check_same(
    study: Study,
    before: Description | None,
    scenario: Scenario,
    pcs_text: str,
    job: FrozenJob | None,
    *,
    accept: bool,
) -> list[str]:
    """Complain if the runs that a study has and those of this scenario do not belong together.

    Args:
        before: the earlier launch; None where there was none, but maybe SMAC v2.
        job: the scenario's.
        accept: go on all the same, if that is possible at all.

    Returns what differs, and was accepted.

    Raises:
        UserError: it says what differs.
    """
    if before:
        then, pcs_text_then = before.identity, before.pcs_text
    elif identity := first_identity(study):
        then, pcs_text_then = _identity_by_option(identity), identity.pcs_text
    else:
        return []
    now = identity_of(scenario)
    changed = [name for name, value in then.items() if now.get(name, value) != value]
    differences = [
        *(f"{name} was {_quoted(then[name])} and is {_quoted(now[name])}" for name in changed),
        *job_differences(before.job if before else None, job),
    ]
    in_pcs = pcs_differences(scenario.pcs_file, pcs_text_then, pcs_text)
    acceptable = not (in_pcs or _NEVER_ACCEPTED.intersection(changed))
    if (differences or in_pcs) and not (accept and acceptable):
        hint = ", or go on with all runs as they are with --accept-changes" * acceptable
        raise UserError(
            *(f"the study {study.folder} is of another kind: {d}" for d in differences + in_pcs),
            f"its runs would mislead; start anew with --overwrite, {'or ' * (not acceptable)}keep "
            f"them and launch into another folder with --rungroup NAME{hint}",
        )
    return differences


def job_differences(then: FrozenJob | None, now: FrozenJob | None) -> list[str]:
    """What of a job decides on results, and differs; nothing where one of them is not known."""
    if then is None or now is None:
        return []
    return [
        f"{now.file}: {key} {_was(then.meaning.get(key))} and {_is(now.meaning.get(key))}"
        for key in {**then.meaning, **now.meaning}
        if then.meaning.get(key) != now.meaning.get(key)
    ]


def pcs_differences(file: Path, then: str, now: str) -> list[str]:
    """What differs between two texts of a PCS file, by meaning."""
    if then == now:
        return []
    from smacwrap.pcs import parse_tree  # they hardly ever differ
    from smacwrap.pcs.changes import changes

    return [f"{file} has {c.kind}: {c.text}" for c in changes(parse_tree(then), parse_tree(now))]


def _was(value: str | None) -> str:
    return "was not set" if value is None else f"was '{value}'"


def _is(value: str | None) -> str:
    return "is not set" if value is None else f"is '{value}'"


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

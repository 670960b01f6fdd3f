"""Joins a launch that is at work: more workers, on this machine or another, for the same budget."""

import itertools
import os
import platform
import time
from collections.abc import Iterator, Set
from dataclasses import fields
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.launch.changed_inputs import differences, look_at_inputs, read_inputs
from smacwrap.launch.crew import Workers
from smacwrap.launch.fleet import Ending, Fleet
from smacwrap.launch.foreign_engine import SMAC2
from smacwrap.launch.launcher import LaunchOptions
from smacwrap.launch.observer import Observer
from smacwrap.launch.previous import job_differences, pcs_differences
from smacwrap.pcs import read_pcs_text
from smacwrap.scenario import Scenario
from smacwrap.worker.budget import Budget
from smacwrap.worker.frozen_job import freeze_job
from smacwrap.worker.job import find_job
from smacwrap.worker.launchers import (
    Joined,
    Presence,
    at_work,
    coming_and_going,
    read_joined,
    write_joined,
)
from smacwrap.worker.resources import divide
from smacwrap.worker.study_json import Description, read_description
from smacwrap.worker.target import check_target, target_environment
from smacwrap.wrapper import Job

_POLL = 0.1  # seconds
_GONE = "{}: the launch ended before it could be joined (--resume goes on with the study)"

_NO_MATTER = frozenset({"file", "output_dir", "rungroup", "seed", "settings", "without_effect"})
"""What of a scenario may differ between launchers of the same launch."""


def join(scenario: Scenario, study: Study, options: LaunchOptions, observer: Observer) -> Ending:
    """Add workers to the launch that is at work on a study, and see them to their end.

    They work as the launch was begun: what was edited since is refused, as it would be ignored.

    Raises:
        UserError: no launch is at work, the scenario is another than the launch's, or the target
            algorithm cannot be started here.
    """
    check_target(scenario, target_environment(scenario, study.runs))
    try:
        _wait_until_open(study, observer)
        first = read_description(study)
        assert first, "a launch is at work"
        job = _check_same(scenario, first, options)
        before = read_inputs(study)
        if before and (
            changes := differences(before, look_at_inputs(study, scenario, job, before))
        ):
            observer.note(f"inputs differ from those at the launch's start: {changes}")
        joined, presence = _register(study, first, options)
        try:
            _enter_budget(study, joined)
            description, frozen = joined.description(first), first.load_scenario()
            crew = Workers(frozen, study, description, joined.others)
            leave = partial(presence.leave, study.remove_leftovers)
            return Fleet(frozen, study, description, crew, observer, leave, joins=True).run()
        finally:
            presence.release()
    except OSError as error:
        message = f"cannot write the study: {error.strerror or error}"
        raise UserError(Problem(message, Path(error.filename or study.folder))) from None


def _wait_until_open(study: Study, observer: Observer) -> None:
    """Wait while the launch begins."""
    told = False
    while not Budget(study).is_open() or not _is_at_work(study):
        if not _is_at_work(study):
            raise UserError(
                f"{study.folder}: no launch is at work on this study that could be joined: "
                "begin one without --join"
            )
        if not told:
            observer.note("waiting for the launch to begin")
        told = True
        time.sleep(_POLL)


def _is_at_work(study: Study) -> bool:
    if not study.folder.is_dir():
        return False
    with coming_and_going(study):
        return at_work(study)


def _check_same(scenario: Scenario, first: Description, options: LaunchOptions) -> Job | None:
    """Complain of whatever these workers would do in another way than the launch's; the job.

    Raises:
        UserError: it says what differs.
    """
    if first.engine == SMAC2:
        raise UserError("--join: the launch is one of SMAC v2, which smacwrap cannot join")
    if not first.settings:
        raise UserError("--join: the launch was begun by an older smacwrap")
    frozen, job = freeze_job(find_job(scenario))
    problems = [
        *_scenario_differences(first.load_scenario(), scenario),
        *job_differences(first.job, frozen),
        *pcs_differences(scenario.pcs_file, first.pcs_text, read_pcs_text(scenario.pcs_file)),
    ]
    if options.engine not in (None, first.engine):
        problems.append(f"engine was '{first.engine}' and is '{options.engine}'")
    if problems:
        raise UserError(
            *(f"--join: this is not what the launch works on: {problem}" for problem in problems),
            "undo the changes to join it; a launch of its own goes to another folder with "
            "--rungroup NAME",
        )
    return job


def _scenario_differences(then: Scenario, now: Scenario) -> Iterator[str]:
    for field in fields(Scenario):
        was, is_ = getattr(then, field.name), getattr(now, field.name)
        if was != is_ and field.name not in _NO_MATTER:
            yield f"{field.name.replace('_', '-')} was '{was}' and is '{is_}'"


def _register(study: Study, first: Description, options: LaunchOptions) -> tuple[Joined, Presence]:
    """Take seeds that nobody has, and be at work from now on."""
    parallel = options.parallel or 1
    slots = options.slots or 1
    cores = first.cores if options.cores is None else options.cores
    with coming_and_going(study):
        is_open = at_work(study) and Budget(study).is_open()
        if not is_open or read_description(study) != first:
            raise UserError(_GONE.format(study.folder))
        others = [*first.seeds, *(seed for other in read_joined(study) for seed in other.seeds)]
        seeds = _free_seeds({*others, *study.seeds()}, options.seed, parallel)
        joined = Joined(
            seeds=seeds,
            others=others,
            gpus=options.gpus,
            cores=cores,
            shares=dict(zip(seeds, divide(parallel, options.gpus, cores, slots), strict=True)),
            nice=first.nice if options.nice is None else options.nice,
            grace=first.grace if options.grace is None else options.grace,
            detach=options.detach,
            host=platform.node(),
            pid=os.getpid(),
            start=datetime.now(UTC).isoformat(),
            slots=slots,
        )
        presence = Presence(study, joined.name)
        presence.enter()
        write_joined(study, joined)
    return joined, presence


def _free_seeds(used: Set[int], wanted: int | None, count: int) -> list[int]:
    """Seeds that no worker of the study has or had, from `wanted` on or behind all others."""
    start = max(used) + 1 if wanted is None else wanted
    return list(islice((seed for seed in itertools.count(start) if seed not in used), count))


def _enter_budget(study: Study, joined: Joined) -> None:
    """Wait until it is known here how long ago the launch began."""
    budget = Budget(study)
    while not budget.ask_for_time():
        with coming_and_going(study):
            if not at_work(study, but=joined.name):
                raise UserError(_GONE.format(study.folder))
        time.sleep(_POLL)

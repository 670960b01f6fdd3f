"""The launcher: checks the scenario, prepares the study and lets the workers work."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from smacwrap.engines import ENGINES
from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.history.forgotten import Forgotten
from smacwrap.history.live_rundata_writer import may_be_ours
from smacwrap.history.requests import Requests
from smacwrap.history.running import write_running
from smacwrap.launch.changed_inputs import (
    Inputs,
    differences,
    look_at_inputs,
    read_inputs,
    write_inputs,
)
from smacwrap.launch.crew import Crew, Workers
from smacwrap.launch.fleet import Ending, Fleet
from smacwrap.launch.foreign_engine import SMAC2
from smacwrap.launch.observer import Observer
from smacwrap.launch.preflight import unsupported
from smacwrap.launch.previous import (
    check_same,
    end_leftovers,
    interrupted,
    only_launch,
    wait_for_workers,
)
from smacwrap.launch.retry_crashed import Retry, crashed_runs, merged
from smacwrap.pcs import read_pcs_text, read_tree
from smacwrap.scenario import Scenario
from smacwrap.scenario.initial import check_initial
from smacwrap.scenario.lines import read_text
from smacwrap.scenario.plain import scenario_to_plain
from smacwrap.worker.frozen_job import FrozenJob, freeze_job, write_frozen_job
from smacwrap.worker.job import find_job
from smacwrap.worker.launchers import clear_joined
from smacwrap.worker.resources import divide
from smacwrap.worker.study_json import (
    Description,
    identity_of,
    read_description,
    write_description,
)
from smacwrap.worker.target import check_target, target_environment
from smacwrap.wrapper import Job

_ENGINES = {"SMAC": ENGINES[0], "ROAR": "roar"}
"""The engines of a scenario's `exec-mode`."""

DEFAULT_GRACE = 5.0
"""Seconds that running targets have to end by themselves when a launch is stopped."""


@dataclass(frozen=True)
class LaunchOptions:
    """What the command line says of a launch.

    None is for what a resumed study had, or else one worker with seed 1, SMAC's engine, no
    niceness, the default grace, and resources as `divide` divides them.

    - `accept_changes`: of the scenario and its job, which decide on results; `retry_crashed`:
      crashed runs are made again.
    - `parallel`: the number of workers; `seed`: the first one's; `slots`: how many runs each of
      them makes at once.
    - `engine`: one of `ENGINES` or SMAC2, whose folder is `smac2_home`.
    - `overrides`: scenario options as pairs of name and value.
    - `limits_per_process`: every worker has the whole limits.
    - `gpus`, `cores`: as in `divide`; `nice` is added to the workers' niceness.
    - `grace`: as `DEFAULT_GRACE`; `limit_grace`: as `told` in `time_beyond`.
    - `detach`: the workers go on if the launcher dies.
    """

    parallel: int | None = None
    seed: int | None = None
    slots: int | None = None
    resume: bool = False
    overwrite: bool = False
    accept_changes: bool = False
    retry_crashed: bool = False
    engine: str | None = None
    smac2_home: str | None = None
    overrides: Sequence[tuple[str, str]] = ()
    limits_per_process: bool = False
    gpus: str | None = None
    cores: int | None = None
    nice: int | None = None
    grace: float | None = None
    limit_grace: float | None = None
    detach: bool = False


def launch(scenario: Scenario, study: Study, options: LaunchOptions, observer: Observer) -> Ending:
    """Run a launch to its end.

    Raises:
        UserError: the scenario cannot be launched, the study exists and nothing was said about
            it or it is of another kind, or another launch has it.
    """
    earlier = None if options.overwrite else read_description(study)
    engine = _engine(scenario, options, earlier)
    if engine == SMAC2 and (options.slots or 1) > 1:
        message = "--slots: a process of SMAC v2 makes one run at a time: say --parallel"
        raise UserError(f"{message} {options.slots} instead")
    _check(scenario, engine, target_environment(scenario, study.runs))
    frozen, job = freeze_job(find_job(scenario))
    try:
        study.runs.mkdir(parents=True, exist_ok=True)
        with only_launch(study) as presence:
            Requests(study).clear()
            before = _before(scenario, study, options)
            if before:
                wait_for_workers(study, before, observer.note)
            retry = Retry()
            if not options.overwrite:
                retry = crashed_runs(study, before, options.retry_crashed)
                _accept(scenario, study, options, before, frozen, retry, observer)
            description = _describe(scenario, study, options, before, frozen, retry)
            inputs = _inputs(scenario, study, job, options, observer)
            crew = _crew(scenario, study, description, options.smac2_home)
            # Nothing is wrong with this launch: only now something of the study is changed.
            if options.overwrite:
                study.clear(keep_log=options.detach)
            write_inputs(study, inputs)
            write_frozen_job(study, frozen)
            write_description(study, description)
            clear_joined(study)
            if retry.runs:
                Forgotten(study).change(retry.ids, forget=True)
            for seed in study.seeds():
                write_running(study, seed, [])
            end_leftovers(study)
            leave = partial(presence.leave, study.remove_leftovers)
            return Fleet(scenario, study, description, crew, observer, leave).run()
    except OSError as error:
        message = f"cannot write the study: {error.strerror or error}"
        raise UserError(Problem(message, Path(error.filename or study.folder))) from None


def _check(scenario: Scenario, engine: str | None, environment: Mapping[str, str]) -> None:
    tree = read_tree(scenario.pcs_file)
    check_target(scenario, environment)
    if engine != SMAC2 and (problems := unsupported(scenario)):
        raise UserError(*problems)
    if engine != SMAC2:
        check_initial(scenario, tree)
    if scenario.warmstart:
        from smacwrap.worker.warmstart import warm_runs  # few launches need it

        warm_runs(scenario.warmstart, tree)


def _engine(scenario: Scenario, options: LaunchOptions, before: Description | None) -> str:
    """The engine of this launch."""
    if options.engine is None and before and not options.overwrite:
        return before.engine
    # Other modes are refused.
    return options.engine or _ENGINES.get(scenario.exec_mode, scenario.exec_mode)


def _before(scenario: Scenario, study: Study, options: LaunchOptions) -> Description | None:
    """The study's last launch; None in a new study, or where nobody knows.

    Raises:
        UserError: the study exists, and this launch cannot go on with it.
    """
    if options.overwrite:
        try:
            return read_description(study)
        except UserError:
            return None
    if not (study.description.exists() or study.seeds()):
        return None
    before = read_description(study)
    if _engine(scenario, options, before) == SMAC2:
        raise UserError(
            f"the study {study.folder} exists, and SMAC v2 cannot go on with one: begin anew with "
            "--overwrite, learn from it with --warmstart and another --rungroup, or go on with "
            f"another engine: --resume --engine {ENGINES[0]}"
        )
    if not options.resume:
        raise UserError(
            f"the study {study.folder} exists: say --resume to go on with it, "
            "or --overwrite to delete its runs and start anew"
        )
    return before


def _accept(
    scenario: Scenario,
    study: Study,
    options: LaunchOptions,
    before: Description | None,
    job: FrozenJob | None,
    retry: Retry,
    observer: Observer,
) -> None:
    """Say what this launch takes over of an existing study, and what it does not.

    Raises:
        UserError: they do not belong together.
    """
    # Where all runs crashed, none is left that a change would make another.
    accept = options.accept_changes or (retry.after_first and retry.everything)
    pcs_text = read_pcs_text(scenario.pcs_file)
    for difference in check_same(study, before, scenario, pcs_text, job, accept=accept):
        observer.note(f"changed: {difference}")
    if retry.runs:
        observer.note(f"crashed, made again, and forgotten: {', '.join(retry.ids)}")
    elif options.retry_crashed:
        observer.note("--retry-crashed: no run crashed")


def _inputs(
    scenario: Scenario,
    study: Study,
    job: Job | None,
    options: LaunchOptions,
    observer: Observer,
) -> Inputs:
    """The inputs; the observer hears what changed of them since the last launch."""
    before = None if options.overwrite else read_inputs(study)
    inputs = look_at_inputs(study, scenario, job, before or {})
    if before is not None and (changes := differences(before, inputs)):
        observer.note(f"inputs differ from those of the earlier runs: {changes}")
    return inputs


def _describe(
    scenario: Scenario,
    study: Study,
    options: LaunchOptions,
    before: Description | None,
    job: FrozenJob | None,
    retry: Retry,
) -> Description:
    """What the workers of this launch, and later launches, have to know."""
    if options.overwrite:
        before = None

    def told(name: str, otherwise: Any) -> Any:
        given = getattr(options, name)
        return given if given is not None else getattr(before, name, otherwise)

    first, parallel = options.seed, options.parallel
    if first is None:
        first = min(before.seeds) if before else 1 if scenario.seed is None else scenario.seed
    if parallel is None:
        parallel = len(before.seeds) if before else 1
    engine = _engine(scenario, options, before)
    if engine == SMAC2 and not options.limits_per_process:
        parallel = min(parallel, max(1, scenario.run_limit))  # it makes no less than one
    seeds = [first + i for i in range(parallel)]
    if not options.overwrite and (theirs := _of_smac2(study, seeds)):
        free = max(study.seeds()) + 1
        if options.seed is not None:
            raise UserError(
                f"the study {study.folder} has runs of SMAC v2 with the seeds "
                f"{', '.join(map(str, theirs))}, which cannot be our workers', too: say "
                f"--seed {free}"
            )
        seeds = [free + i for i in range(parallel)]
    gpus, cores, slots = told("gpus", None), told("cores", None), told("slots", 1)
    return Description(
        scenario=str(scenario.file),
        overrides=options.overrides,
        cwd=str(Path.cwd()),
        identity=identity_of(scenario),
        pcs_text=read_pcs_text(scenario.pcs_file),
        scenario_text=read_text(scenario.file),
        settings=scenario_to_plain(scenario),
        job=job,
        seeds=seeds,
        engine=engine,
        limits_per_process=options.limits_per_process,
        gpus=gpus,
        cores=cores,
        shares=dict(zip(seeds, divide(parallel, gpus, cores, slots), strict=True)),
        nice=told("nice", 0),
        grace=told("grace", DEFAULT_GRACE),
        detach=options.detach,
        repeat=merged(
            {} if options.overwrite else interrupted(study, before, seeds), retry.by_worker(seeds)
        ),
        host=platform.node(),
        pid=os.getpid(),
        start=datetime.now(UTC).isoformat(),
        limit_grace=told("limit_grace", None),
        slots=slots,
    )


def _of_smac2(study: Study, seeds: Sequence[int]) -> list[int]:
    """Those of the seeds whose run history SMAC v2 writes, or wrote."""
    return [seed for seed in seeds if not may_be_ours(study.live_rundata(seed))]


def _crew(
    scenario: Scenario, study: Study, description: Description, smac2_home: str | None
) -> Crew:
    if description.engine == SMAC2:
        from smacwrap.launch.smac2 import Smac2  # few launches need it

        return Smac2(smac2_home, scenario, study, description)
    return Workers(scenario, study, description)

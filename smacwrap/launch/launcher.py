"""The launcher: checks the scenario, prepares the study and lets the workers work."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from smacwrap.engines import ENGINES
from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.history.running import RunningRun, clear_running, read_running
from smacwrap.launch.crew import Crew, Workers
from smacwrap.launch.description import (
    Description,
    identity_of,
    read_description,
    write_description,
)
from smacwrap.launch.fleet import Ending, Fleet, Observer
from smacwrap.launch.resources import divide
from smacwrap.launch.review import unsupported
from smacwrap.launch.smac2 import SMAC2, Smac2
from smacwrap.launch.target import check_target, target_environment
from smacwrap.launch.warmstart import warm_runs
from smacwrap.pcs import parse_pcs, read_pcs, read_pcs_text
from smacwrap.pcs.changes import changes
from smacwrap.scenario import Scenario


@dataclass(frozen=True)
class LaunchOptions:
    """What the command line says of a launch; None is for what a resumed study had, or 1.

    `seed` is the first worker's; `engine` is one of `ENGINES` or SMAC2, whose folder is
    `smac2_home`; `overrides` are scenario options as
    pairs of name and value; `limits_per_process` gives every worker the whole limits; `gpus` and
    `cores` are as in `divide`; `nice` is added to the workers' niceness; `grace` is how many
    seconds running targets have to end by themselves when the launch is stopped; with `detach`
    the workers go on if the launcher dies.
    """

    parallel: int | None = None
    seed: int | None = None
    resume: bool = False
    overwrite: bool = False
    engine: str | None = None
    smac2_home: str | None = None
    overrides: Sequence[tuple[str, str]] = ()
    limits_per_process: bool = False
    gpus: str | None = None
    cores: int | None = None
    nice: int = 0
    grace: float = 5.0
    detach: bool = False


def launch(scenario: Scenario, study: Study, options: LaunchOptions, observer: Observer) -> Ending:
    """Run a launch to its end.

    Raises:
        UserError: the scenario cannot be launched, the study exists and nothing was said about
            it or it is of another kind, or another launch has it.
    """
    _check(scenario, options.engine, target_environment(scenario, study.runs))
    try:
        study.runs.mkdir(parents=True, exist_ok=True)
        with _locked(study):
            description = _prepare(scenario, study, options)
            crew = _crew(scenario, study, description, options)
            write_description(study, description)
            for seed in study.seeds():
                clear_running(study, seed)
            study.remove_leftovers()
            return Fleet(scenario, study, description, crew, observer).run()
    except OSError as error:
        message = f"cannot write the study: {error.strerror}: {error.filename}"
        raise UserError(Problem(message)) from None


def _crew(
    scenario: Scenario, study: Study, description: Description, options: LaunchOptions
) -> Crew:
    shares = divide(len(description.seeds), options.gpus, options.cores)
    by_seed = dict(zip(description.seeds, shares, strict=True))
    if description.engine == SMAC2:
        return Smac2(options.smac2_home, scenario, study, by_seed, description)
    return Workers(scenario, study, by_seed)


def _check(scenario: Scenario, engine: str | None, environment: Mapping[str, str]) -> None:
    space = read_pcs(scenario.pcs_file)
    check_target(scenario, environment)
    if engine != SMAC2 and (problems := unsupported(scenario)):
        raise UserError(*problems)
    if scenario.warmstart:
        warm_runs(scenario.warmstart, space)


@contextmanager
def _locked(study: Study) -> Iterator[None]:
    lock = FileLock(study.lock("launch"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(
            f"{study.folder}: another launch is at work on this study "
            f"(smacwrap status {study.folder} shows it)"
        ) from None
    with lock:
        yield


def _prepare(scenario: Scenario, study: Study, options: LaunchOptions) -> Description:
    """Make the study ready for this launch, and say what its workers have to know."""
    existing = study.description.exists() or bool(study.seeds())
    if existing and options.overwrite:
        study.clear()
    elif existing and options.engine == SMAC2:
        raise UserError(
            f"the study {study.folder} exists, and SMAC v2 cannot go on with one: begin anew with "
            "--overwrite, or learn from it with --warmstart and another --rungroup"
        )
    elif existing and not options.resume:
        raise UserError(
            f"the study {study.folder} exists: say --resume to go on with it, "
            "or --overwrite to delete its runs and start anew"
        )
    pcs_text = read_pcs_text(scenario.pcs_file)
    before = read_description(study)
    if before:
        _check_same(before, scenario, pcs_text, study)
    first, parallel = options.seed, options.parallel
    if first is None:
        first = min(before.seeds) if before else 1 if scenario.seed is None else scenario.seed
    if parallel is None:
        parallel = len(before.seeds) if before else 1
    seeds = [first + i for i in range(parallel)]
    return Description(
        scenario=str(scenario.file),
        overrides=options.overrides,
        cwd=str(Path.cwd()),
        identity=identity_of(scenario),
        pcs_text=pcs_text,
        seeds=seeds,
        engine=options.engine or (before.engine if before else ENGINES[0]),
        limits_per_process=options.limits_per_process,
        nice=options.nice,
        grace=options.grace,
        detach=options.detach,
        repeat=_interrupted(study, before, seeds),
        host=platform.node(),
        pid=os.getpid(),
        start=datetime.now(UTC).isoformat(),
    )


def _check_same(before: Description, scenario: Scenario, pcs_text: str, study: Study) -> None:
    now = identity_of(scenario)
    differences = [
        f"{name} was '{value}' and is '{now[name]}'"
        for name, value in before.identity.items()
        if now.get(name, value) != value
    ]
    differences += [
        f"{scenario.pcs_file} has {change.kind}: {change.text}"
        for change in changes(parse_pcs(before.pcs_text), parse_pcs(pcs_text))
    ]
    if differences:
        raise UserError(
            *(f"the study {study.folder} is of another kind: {d}" for d in differences),
            "its runs would mislead; start anew with --overwrite, or keep them and launch into "
            "another folder with --rungroup NAME",
        )


def _interrupted(
    study: Study, before: Description | None, seeds: Sequence[int]
) -> dict[int, list[RunningRun]]:
    """The runs that an earlier launch started and did not finish, for the workers of this one."""
    left = [run for runs in before.repeat.values() for run in runs] if before else []
    left += read_running(study)
    repeat: dict[int, list[RunningRun]] = {}
    for run in left:
        worker = run.worker if run.worker in seeds else seeds[run.worker % len(seeds)]
        repeat.setdefault(worker, []).append(run)
    return repeat

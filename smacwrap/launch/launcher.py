"""The launcher: checks the scenario, prepares the study and lets the workers work."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from smacwrap import __version__
from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.launch.fleet import Ending, Fleet, Observer
from smacwrap.launch.resources import divide
from smacwrap.launch.target import check_target, target_environment
from smacwrap.pcs import read_pcs, read_pcs_text
from smacwrap.scenario import Scenario


@dataclass(frozen=True)
class LaunchOptions:
    """What the command line says of a launch.

    `seed` is the first worker's, None for 1 or, with `resume`, the study's own; `overrides`
    are scenario options by name; `limits_per_process` gives every worker the whole limits;
    `gpus` and `cores` are as in `divide`, `nice` is added to the workers' niceness.
    """

    parallel: int = 1
    seed: int | None = None
    resume: bool = False
    overwrite: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    limits_per_process: bool = False
    gpus: str | None = None
    cores: int | None = None
    nice: int = 0


def launch(scenario: Scenario, study: Study, options: LaunchOptions, observer: Observer) -> Ending:
    """Run a launch to its end.

    Raises:
        UserError: the scenario cannot be launched, the study exists and nothing was said about
            it, or another launch has it.
    """
    _check(scenario, target_environment(scenario, study.runs))
    shares = divide(options.parallel, options.gpus, options.cores)
    try:
        study.runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create the study: {error.strerror}: {error.filename}"
        raise UserError(Problem(message)) from None
    lock = FileLock(study.lock("launch"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(f"{study.folder}: another launch is at work on this study") from None
    with lock:
        seeds = _prepare(scenario, study, options)
        workers = dict(zip(seeds, shares, strict=True))
        return Fleet(scenario, study, workers, options.limits_per_process, observer).run()


def _check(scenario: Scenario, environment: Mapping[str, str]) -> None:
    read_pcs(scenario.pcs_file)
    check_target(scenario, environment)
    missing = []
    if scenario.use_instances:
        missing.append("runs on instances are not supported yet: set use-instances = false")
    if not scenario.deterministic:
        missing.append("several seeds a configuration are not supported yet: deterministic = true")
    if missing:
        raise UserError(*(Problem(message, scenario.file) for message in missing))


def _prepare(scenario: Scenario, study: Study, options: LaunchOptions) -> list[int]:
    """Make the study ready for this launch; the seeds of its workers."""
    existing = study.description.exists() or bool(study.seeds())
    if existing and options.overwrite:
        study.clear()
    elif existing and not options.resume:
        raise UserError(
            f"the study {study.folder} exists: say --resume to go on with it, "
            "or --overwrite to delete its runs and start anew"
        )
    pcs_text = read_pcs_text(scenario.pcs_file)
    first = options.seed
    if options.resume and study.description.exists():
        before = json.loads(study.description.read_text(encoding="utf-8"))
        if before["pcs_text"] != pcs_text:
            raise UserError(
                f"the study {study.folder} was made with other parameters than "
                f"{scenario.pcs_file} has now: its runs would mislead; launch it with --overwrite, "
                "or into another folder with --rungroup NAME"
            )
        first = min(before["seeds"]) if first is None else first
        study.remove_leftovers()
    first = 1 if first is None else first
    seeds = [first + i for i in range(options.parallel)]
    study.description.write_text(
        json.dumps(
            {
                "smacwrap": __version__,
                "scenario": str(scenario.file),
                "overrides": dict(options.overrides),
                "cwd": str(Path.cwd()),
                "pcs_text": pcs_text,
                "seeds": seeds,
                "workers": options.parallel,
                "nice": options.nice,
            },
            indent=2,
        ),
        encoding="utf-8",
    )
    return seeds

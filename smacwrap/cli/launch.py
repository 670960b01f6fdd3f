"""`smacwrap launch`: tune a program."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.scenario_options import SCENARIO_OPTIONS, parse_overrides
from smacwrap.engines import ENGINES
from smacwrap.errors import UserError
from smacwrap.launch.foreign_engine import SMAC2

if TYPE_CHECKING:
    from rich.console import Console

    from smacwrap.history import Run, Study
    from smacwrap.launch.fleet import Ending
    from smacwrap.protocol import CallString
    from smacwrap.protocol.direction import Direction
    from smacwrap.worker.target import Target

INTERRUPTED = 130
"""The exit code of a launch that was stopped."""

_DONE_ONCE = ("--overwrite", "--join", "--accept-changes", "--retry-crashed", "--in-background")
"""Options that a launch has acted on when it is interrupted."""


@click.command("launch", context_settings=SCENARIO_OPTIONS)
@click.argument("scenario_file", metavar="SCENARIO", type=ANY_PATH)
@click.option(
    "--parallel",
    type=click.IntRange(min=1),
    help="Number of workers.  [default: 1, or as many as a resumed study had]",
)
@click.option(
    "--slots",
    type=click.IntRange(min=1),
    help="Runs that each worker makes at once.  [default: 1]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    help="Seed of the first worker, the others' follow.  [default: 1]",
)
@click.option(
    "--engine",
    type=click.Choice((*ENGINES, SMAC2)),
    help="Who proposes configurations.  [default: smac, or what a resumed study had]",
)
@click.option(
    "--smac2-home",
    metavar="DIR",
    help="Your SMAC v2, for --engine smac2.  [default: SMAC2_HOME]",
)
@click.option("--resume", is_flag=True, help="Go on with an existing study.")
@click.option("--overwrite", is_flag=True, help="Delete the runs of an existing study first.")
@click.option(
    "--join",
    "joins",
    is_flag=True,
    help="Add workers to a launch that is at work, from this machine or another.",
)
@click.option(
    "--accept-changes",
    is_flag=True,
    help="With --resume: go on although the job or the scenario changed.",
)
@click.option(
    "--retry-crashed",
    is_flag=True,
    help="With --resume: make crashed runs again, and forget how they ended.",
)
@click.option(
    "--limits-per-process",
    is_flag=True,
    help="Give every worker the whole run limit, as SMAC v2 does.",
)
@click.option(
    "--gpus",
    metavar="0,1,…|auto",
    help="GPUs to divide among the workers; each run sees its worker's.",
)
@click.option(
    "--cores",
    type=click.IntRange(min=1),
    help="Threads for each worker's runs.  [default: the cores divided by the workers]",
)
@click.option(
    "--nice",
    type=click.IntRange(0, 19),
    help="Lower the priority of workers and runs, on a shared machine.  [default: 0]",
)
@click.option(
    "--grace",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Time that running targets have to end when the launch is stopped.  [default: 5]",
)
@click.option(
    "--limit-grace",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    help="Time that running targets have to end at a limit of time.  [default: until the cutoff; "
    "without one as long as the longest run so far, at least 60]",
)
@click.option(
    "--stop-signal",
    "stop_signals",
    metavar="NAME",
    multiple=True,
    help="A signal that stops the launch, too, for example XCPU.  [always: INT, TERM, HUP, USR1, "
    "USR2]",
)
@click.option(
    "--detach",
    is_flag=True,
    help="Launch in the background, and keep the workers going if the launcher dies.",
)
@click.option("--in-background", is_flag=True, hidden=True)
@click.argument("scenario_options", nargs=-1, type=click.UNPROCESSED, metavar="")
def command(
    scenario_file: Path,
    parallel: int | None,
    slots: int | None,
    seed: int | None,
    engine: str | None,
    smac2_home: str | None,
    resume: bool,
    overwrite: bool,
    joins: bool,
    accept_changes: bool,
    retry_crashed: bool,
    limits_per_process: bool,
    gpus: str | None,
    cores: int | None,
    nice: int | None,
    grace: float | None,
    limit_grace: float | None,
    stop_signals: tuple[str, ...],
    detach: bool,
    in_background: bool,
    scenario_options: tuple[str, ...],
) -> None:
    """Tune the program of a SCENARIO, in parallel workers that share what they learn.

    Every option of SMAC v2's scenario files can be given with -- and wins over the file, for
    example --numberOfRunsLimit 50 or --wallclock-limit 3600 (seconds). Limits hold for all
    workers together. SCENARIO may also be a folder with one scenario file in it.

    The study, with everything that is known of the launch, is written to
    smac-output/<the scenario's name>. Ctrl-C stops cleanly; --resume goes on. --join, on another
    machine with the same folders or on this one, adds workers to a launch that is at work.

    \b
    Example:
      smacwrap launch scenarios/digits_cnn/scenario.txt --parallel 2
    """
    from smacwrap.cli.console import plain_console
    from smacwrap.cli.find_scenario import find_scenario
    from smacwrap.history import Study
    from smacwrap.launch.background import launch_in_background
    from smacwrap.launch.joining import join
    from smacwrap.launch.launcher import LaunchOptions, launch
    from smacwrap.launch.preflight import hung_for_ever
    from smacwrap.launch.progress import TerminalProgress
    from smacwrap.processes.signals import heed_too, listening
    from smacwrap.scenario import load_scenario
    from smacwrap.worker.direction import direction_of
    from smacwrap.worker.study_json import read_description
    from smacwrap.worker.target import Target, target_environment

    if resume + overwrite + joins > 1:
        raise UserError("--resume, --overwrite and --join exclude each other")
    if (accept_changes or retry_crashed) and not resume:
        raise UserError("--accept-changes and --retry-crashed need --resume")
    heed_too(stop_signals)
    own = [option for param in command.params for option in param.opts]
    overrides = parse_overrides(scenario_options, own)
    scenario_file = find_scenario(scenario_file, "launch")
    scenario = load_scenario(scenario_file, overrides)
    study = Study(scenario.output_dir / scenario.rungroup)
    if resume and not (study.description.exists() or study.seeds()):
        raise UserError(*_nothing_to_resume(study, scenario_file))
    if (resume or joins) and (before := read_description(study)):
        # What the study was launched with holds on, unless it is said anew.
        overrides = [*before.overrides_from_here(), *overrides]
        scenario = load_scenario(scenario_file, overrides)
        limits_per_process = limits_per_process or before.limits_per_process
    options = LaunchOptions(
        parallel=parallel,
        slots=slots,
        seed=seed,
        engine=engine,
        smac2_home=smac2_home,
        resume=resume,
        overwrite=overwrite,
        accept_changes=accept_changes,
        retry_crashed=retry_crashed,
        overrides=overrides,
        limits_per_process=limits_per_process,
        gpus=gpus,
        cores=cores,
        nice=nice,
        grace=grace,
        limit_grace=limit_grace,
        detach=detach,
    )
    console = plain_console(lasting=True)
    if detach and not in_background:
        pid = launch_in_background(study, [*sys.argv[1:], "--in-background"])
        folder = shlex.quote(str(study.folder))
        for line in (
            f"launched in the background (process {pid}): {study.launch_log}",
            f"smacwrap status {folder} shows it, smacwrap stop {folder} ends it",
        ):
            console.print(line, markup=False, soft_wrap=True)
        return
    if scenario.without_effect:
        names = ", ".join(scenario.without_effect)
        console.print(f"ignored options: {names}", style="yellow", markup=False)
    target = Target(scenario, target_environment(scenario, None))
    direction = direction_of(scenario)
    for problem in filter(None, (hung_for_ever(scenario), direction.doubt())):
        console.print(f"warning: {problem}", style="yellow", markup=False, soft_wrap=True)
    progress = TerminalProgress(
        console, scenario.wallclock_limit, direction, lambda run: target.command(_call(run))
    )

    def on_signal() -> None:
        # Later, the launch takes it, or is over: then what it found is written all the same.
        if not progress.has_begun:
            sys.exit(INTERRUPTED)

    with listening(on_signal):
        with progress:
            ending = (join if joins else launch)(scenario, study, options, progress)
        sys.exit(_report(console, target, direction, study, ending))


def _report(
    console: Console, target: Target, direction: Direction, study: Study, ending: Ending
) -> int:
    """Show and write what a launch found; its exit code."""
    from smacwrap.report import write_results
    from smacwrap.worker.objective import objective_of

    exit_code = INTERRUPTED if ending.interrupted else 1 if ending.failed else 0
    _show(console, target, direction, study, ending)
    if ending.others:
        console.print("Other launchers go on; the last one writes results.csv.", markup=False)
        sys.exit(exit_code)
    try:
        write_results(study, ending.runs, objective_of(target.scenario))
    except UserError as error:
        click.echo(str(error), err=True)
        exit_code = exit_code or 2
    if ending.interrupted:
        console.print(f"Go on with: {_resuming()}", markup=False, soft_wrap=True)
    return exit_code


def _nothing_to_resume(study: Study, scenario_file: Path) -> list[str]:
    """What to say where there is no study, and which ones of the scenario may be meant."""
    from smacwrap.launch.find_study import how_to_resume, studies_of

    message = f"nothing to resume: there is no study {study.folder}"
    if not (others := studies_of(scenario_file)):
        return [f"{message} (leave out --resume to begin one)"]
    lines = [f"  {how_to_resume(other) or other}" for other in others]
    return [f"{message}; this scenario has a study elsewhere, go on with it by:", *lines]


def _resuming() -> str:
    """The command that goes on with this launch, from the same folder."""
    words = [word for word in sys.argv[1:] if word not in _DONE_ONCE]
    return shlex.join(["smacwrap", *words, *([] if "--resume" in words else ["--resume"])])


def _show(
    console: Console, target: Target, direction: Direction, study: Study, ending: Ending
) -> None:
    from smacwrap.history.forgotten import Forgotten
    from smacwrap.report import print_summary

    incumbent = ending.incumbent
    print_summary(
        console,
        study,
        ending.reason,
        len(ending.runs),
        incumbent,
        target.sample_call(_call(incumbent.run)) if incumbent else "",
        direction,
        forgotten=len(Forgotten(study).ids()),
    )


def _call(run: Run) -> CallString:
    from smacwrap.protocol import CallString

    return CallString(run.configuration, run.instance, cutoff=run.cutoff, seed=run.seed)

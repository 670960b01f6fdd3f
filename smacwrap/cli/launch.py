"""`smacwrap launch`: tune a program."""

import sys
from pathlib import Path

import click
from rich.console import Console

from smacwrap.cli.console import plain_console
from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.scenario_options import SCENARIO_OPTIONS, parse_overrides
from smacwrap.engines import ENGINES
from smacwrap.errors import UserError
from smacwrap.history import Run, Study
from smacwrap.launch import Ending, LaunchOptions, launch
from smacwrap.launch.background import launch_in_background
from smacwrap.launch.description import read_description
from smacwrap.launch.direction import direction_of
from smacwrap.launch.progress import TerminalProgress
from smacwrap.launch.smac2 import SMAC2
from smacwrap.launch.target import Target, target_environment
from smacwrap.launch.translation import objective_of
from smacwrap.protocol import CallString
from smacwrap.protocol.direction import Direction
from smacwrap.report import print_summary, write_results
from smacwrap.scenario import load_scenario


@click.command("launch", context_settings=SCENARIO_OPTIONS)
@click.argument("scenario_file", metavar="SCENARIO", type=ANY_PATH)
@click.option(
    "--parallel",
    type=click.IntRange(min=1),
    help="Number of workers.  [default: 1, or as many as a resumed study had]",
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
    "--detach",
    is_flag=True,
    help="Launch in the background, and keep the workers going if the launcher dies.",
)
@click.option("--in-background", is_flag=True, hidden=True)
@click.argument("scenario_options", nargs=-1, type=click.UNPROCESSED, metavar="")
def command(
    scenario_file: Path,
    parallel: int | None,
    seed: int | None,
    engine: str | None,
    smac2_home: str | None,
    resume: bool,
    overwrite: bool,
    limits_per_process: bool,
    gpus: str | None,
    cores: int | None,
    nice: int | None,
    grace: float | None,
    detach: bool,
    in_background: bool,
    scenario_options: tuple[str, ...],
) -> None:
    """Tune the program of a SCENARIO, in parallel workers that share what they learn.

    Every option of SMAC v2's scenario files can be given with -- and wins over the file, for
    example --numberOfRunsLimit 50 or --wallclock-limit 3600 (seconds). Limits hold for all
    workers together.

    The study, with everything that is known of the launch, is written to
    smac-output/<the scenario's name>. Ctrl-C stops cleanly; --resume goes on.

    \b
    Example:
      smacwrap launch scenarios/digits_cnn/scenario.txt --parallel 2
    """
    if resume and overwrite:
        raise UserError("--resume and --overwrite exclude each other")
    own = [option for param in command.params for option in param.opts]
    overrides = parse_overrides(scenario_options, own)
    scenario = load_scenario(scenario_file, overrides)
    study = Study(scenario.output_dir / scenario.rungroup)
    if resume and (before := read_description(study)):
        # What the study was launched with holds on, unless it is said anew.
        overrides = [*before.overrides_from_here(), *overrides]
        scenario = load_scenario(scenario_file, overrides)
        limits_per_process = limits_per_process or before.limits_per_process
    options = LaunchOptions(
        parallel=parallel,
        seed=seed,
        engine=engine,
        smac2_home=smac2_home,
        resume=resume,
        overwrite=overwrite,
        overrides=overrides,
        limits_per_process=limits_per_process,
        gpus=gpus,
        cores=cores,
        nice=nice,
        grace=grace,
        detach=detach,
    )
    console = plain_console()
    if detach and not in_background:
        pid = launch_in_background(study, [*sys.argv[1:], "--in-background"])
        console.print(f"launched in the background (process {pid}): {study.launch_log}")
        console.print(f"smacwrap status {study.folder} shows it, smacwrap stop ends it")
        return
    if scenario.without_effect:
        names = ", ".join(scenario.without_effect)
        console.print(f"without effect here: {names}", style="yellow", markup=False)
    target = Target(scenario, target_environment(scenario, None))
    direction = direction_of(scenario)
    if doubt := direction.doubt():
        console.print(f"warning: {doubt}", style="yellow", markup=False, soft_wrap=True)
    with TerminalProgress(
        console, scenario.wallclock_limit, direction, lambda run: target.command(_call(run))
    ) as progress:
        ending = launch(scenario, study, options, progress)
    exit_code = 130 if ending.interrupted else 1 if ending.failed else 0
    _show(console, target, direction, study, ending)
    try:
        write_results(study, ending.runs, objective_of(scenario))
    except UserError as error:
        click.echo(str(error), err=True)
        exit_code = exit_code or 2
    sys.exit(exit_code)


def _show(
    console: Console, target: Target, direction: Direction, study: Study, ending: Ending
) -> None:
    incumbent = ending.incumbent
    sample_call = target.sample_call(_call(incumbent.run)) if incumbent else ""
    runs = len(ending.runs)
    print_summary(console, study, ending.reason, runs, incumbent, sample_call, direction)


def _call(run: Run) -> CallString:
    return CallString(run.configuration, run.instance, cutoff=run.cutoff, seed=run.seed)

"""`smacwrap import`: a study that SMAC v2 made becomes one of ours."""  # noqa: N999 (the command's name)

import shlex
from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH


@click.command("import")
@click.argument("folder", metavar="DIR", type=ANY_PATH)
@click.option(
    "--to",
    metavar="STUDY",
    type=ANY_PATH,
    help="Copy DIR into this new folder, and leave DIR as it is.",
)
@click.option(
    "--scenario",
    "scenario_file",
    metavar="FILE",
    type=ANY_PATH,
    help="The scenario file.  [default: the copy in DIR/state-run<seed>/]",
)
def command(folder: Path, to: Path | None, scenario_file: Path | None) -> None:
    """Make a study of DIR, which SMAC v2 wrote: a rungroup's folder, or one state-run folder.

    Adds study.json and results.csv, the table of all runs, and changes nothing of SMAC's; runs
    that are only in a state-run folder get a live-rundata file. A launch can then go on with it.
    DIR may also be the scenario file that SMAC v2 was started with, or a folder around DIR.

    \b
    Example:
      smacwrap import smac-output/my_scenario
      smacwrap launch my_scenario.txt --resume
    """
    from smacwrap.history.settings_text import format_settings
    from smacwrap.launch.find_study import smac2_folder
    from smacwrap.report import write_results
    from smacwrap.transfer.adopt import adopt

    adopted = adopt(smac2_folder(folder), to, scenario_file or _scenario(folder))
    write_results(adopted.study, adopted.runs, adopted.objective)
    seeds = ", ".join(str(seed) for seed in adopted.study.seeds())
    click.echo(f"{adopted.study.folder}: {len(adopted.runs)} runs of the seeds {seeds}")
    for problem in adopted.lost:
        click.echo(f"warning: {problem}", err=True)
    if left_out := len(adopted.left_out):
        runs = "1 run exists" if left_out == 1 else f"{left_out} runs exist"
        click.echo(f"{runs} only in a state folder; use --to to include them", err=True)
    if best := adopted.incumbent:
        quality = best.words(adopted.direction)
        click.echo(f"incumbent: {quality} with {format_settings(best.run.configuration)}")
    click.echo(f"all runs:  {adopted.study.results}")
    place = adopted.study.folder.absolute()
    options = ["--resume", "--output-dir", str(place.parent), "--rungroup", place.name]
    click.echo(f"go on:     smacwrap launch SCENARIO {shlex.join(options)}")


def _scenario(named: Path) -> Path | None:
    """The scenario file, if that is what DIR was named by."""
    from smacwrap.kinds import Kind, kind_of

    return named if kind_of(named) is Kind.SCENARIO else None

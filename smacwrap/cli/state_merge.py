"""`smacwrap state-merge`: the runs of several studies become one state folder."""

from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH


@click.command("state-merge")
@click.argument("folders", metavar="DIR…", nargs=-1, required=True, type=ANY_PATH)
@click.option(
    "--into",
    metavar="OUT",
    required=True,
    type=ANY_PATH,
    help="The new state folder.",
)
@click.option(
    "--scenario",
    "scenario_file",
    metavar="FILE",
    type=ANY_PATH,
    help="The scenario file.  [default: the first DIR's]",
)
def command(folders: tuple[Path, ...], into: Path, scenario_file: Path | None) -> None:
    """Merge the runs of studies and state folders, ours or SMAC v2's, into one state folder.

    Of several runs of one configuration, instance and seed the first stays. All must have the
    same parameters and instances. SMAC v2 starts from OUT with --warmstart-from. A study may also
    be named by its scenario file.

    \b
    Example:
      smacwrap state-merge smac-output/monday smac-output/tuesday --into merged
    """
    from smacwrap.launch.find_study import find_study
    from smacwrap.transfer.merge import merge_folders

    studies = [find_study(path).folder if path.is_file() else path for path in folders]
    merged = merge_folders(studies, into, scenario_file)
    for problem in merged.lost:
        click.echo(f"warning: {problem}", err=True)
    for folder, count in merged.read.items():
        click.echo(f"{folder}: {count} runs")
    duplicates = sum(merged.read.values()) - merged.written
    click.echo(f"{into}: {merged.written} runs (duplicates dropped: {duplicates})")

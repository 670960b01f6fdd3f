"""`smacwrap forget`: take runs out of what a study has learned."""

from pathlib import Path

import click

from smacwrap.cli.paths import STUDY
from smacwrap.errors import UserError


@click.command("forget")
@click.argument("folder", metavar="STUDY", type=STUDY)
@click.argument("ids", metavar="RUN...", nargs=-1, required=True)
@click.option("--undo", is_flag=True, help="Let them count again.")
def command(folder: Path, ids: tuple[str, ...], undo: bool) -> None:
    """Take runs out of what a STUDY has learned: those of a bad node or a corrupted disk.

    RUN is an ID such as 2-14, the 14th run of the worker with seed 2; results.csv and the lines
    of a launch have them. Forgotten runs stay in the history and in the table, where they are
    marked; they neither count for the incumbent nor for what is proposed next, also in a launch
    that is at work. Nor do they count for the limit of runs: others are made in their place.

    \b
    Example:
      smacwrap forget smac-output/digits_cnn 2-3 2-4
    """
    from smacwrap.history import Study
    from smacwrap.history.forgotten import Forgotten, run_id
    from smacwrap.launch.status import read_status
    from smacwrap.report import write_results
    from smacwrap.worker.objective import objective_of

    study = Study(folder)
    status = read_status(study)
    known = [run_id(worker, run) for worker, run in status.view.runs]
    if unknown := [name for name in ids if name not in known]:
        raise UserError(f"{folder}: no run {', '.join(unknown)} (results.csv has their IDs)")
    try:
        forgotten = Forgotten(study).change(ids, forget=not undo)
    except OSError as error:
        raise UserError(f"{folder}: cannot be written: {error.strerror}") from None
    if not status.activity.launcher:
        write_results(study, status.view.runs, objective_of(status.scenario))
    click.echo(f"forgotten now: {', '.join(sorted(forgotten)) or 'none'}")

"""`smacwrap stop`: end a launch, one of its workers, or one run, from another terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import UserError, did_you_mean
from smacwrap.launch.foreign_engine import SMAC2

if TYPE_CHECKING:
    from smacwrap.launch.status import Activity

_POLL = 0.2  # seconds


@click.command("stop")
@click.argument("path", metavar="[STUDY]", type=ANY_PATH, default=".")
@click.option("--seed", type=int, help="End only the worker with this seed.")
@click.option("--run", "run_id", metavar="ID", help="End only this run, for example 2-14.")
def command(path: Path, seed: int | None, run_id: str | None) -> None:
    """End the launch of a STUDY, one of its workers, or one run.

    STUDY is a study's folder, or a folder with one study somewhere in it (by default the current
    folder), or the scenario file or job file of one study; of several, the one that runs.

    Completed runs are kept, and --resume goes on. A run that is stopped by its ID is recorded as
    KILLED: it counts as one of the launch's runs, and not as a result of its configuration.
    `smacwrap status` shows what runs.

    \b
    Example:
      smacwrap stop smac-output/digits_cnn
    """
    from smacwrap.history.requests import Requests
    from smacwrap.launch.find_study import find_study
    from smacwrap.launch.status import read_activity

    if seed is not None and run_id is not None:
        raise UserError("--seed and --run exclude each other")
    study = find_study(path, prefer=lambda study: study.is_locked("launch"))
    folder = study.folder
    activity = read_activity(study)
    if not activity.workers and not activity.launcher:
        raise UserError(f"{folder}: nothing runs in this study")
    if activity.description.engine == SMAC2 and run_id is not None:
        raise UserError(
            "SMAC v2 does not report single runs: stop one of its processes with --seed"
        )
    worker, number = _chosen(activity, seed, run_id)
    try:
        Requests(study).stop(worker, number)
    except OSError as error:
        raise UserError(f"{folder}: cannot write the request: {error.strerror}") from None
    while _runs(read_activity(study), worker, number):
        time.sleep(_POLL)
    what = f"run {run_id}" if run_id else "the launch" if worker is None else f"worker {worker}"
    click.echo(f"{folder}: stopped {what}")


def _chosen(
    activity: Activity, seed: int | None, run_id: str | None
) -> tuple[int | None, int | None]:
    """The worker and the number of its run that are meant; None for all."""
    if run_id is not None:
        for run in activity.running:
            if run.id == run_id:
                return run.worker, run.number
        ids = [run.id for run in activity.running]
        hint = did_you_mean(run_id, ids)
        raise UserError(f"no run {run_id} is running now, only: {', '.join(ids) or 'none'}{hint}")
    if seed is not None and seed not in activity.workers:
        seeds = ", ".join(map(str, activity.workers))
        raise UserError(f"no worker with seed {seed} is running, only: {seeds or 'none'}")
    return seed, None


def _runs(activity: Activity, worker: int | None, number: int | None) -> bool:
    """Whether what was chosen is still running."""
    if worker is None:
        return activity.launcher or bool(activity.workers)
    if number is None:
        return worker in activity.workers
    return any((run.worker, run.number) == (worker, number) for run in activity.running)

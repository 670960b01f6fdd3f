"""`smacwrap status`: what goes on in a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import STUDY
from smacwrap.launch.foreign_engine import SMAC2

if TYPE_CHECKING:
    from rich.table import Table

    from smacwrap.history.running import RunningRun
    from smacwrap.launch.status import Activity, Status
    from smacwrap.worker.launchers import Joined
    from smacwrap.worker.resources import Share


@click.command("status")
@click.argument("folder", metavar="[STUDY]", type=STUDY, default=".")
def command(folder: Path) -> None:
    """Show what goes on in a STUDY: what runs now, since when, with what configuration.

    STUDY is a study's folder, or a folder with one study somewhere in it (by default the current
    folder), or the scenario file or job file of one study.

    \b
    Example:
      smacwrap status smac-output/digits_cnn
    """
    from smacwrap.cli.console import plain_console
    from smacwrap.history import Study
    from smacwrap.launch.status import read_status

    status = read_status(Study(folder))
    console = plain_console()
    for line in _summary(folder, status):
        console.print(line, markup=False, soft_wrap=True)
    for problem in status.lost:
        console.print(f"warning: {problem}", markup=False, soft_wrap=True)
    if running := status.activity.running:
        console.print(_table("Running", running), soft_wrap=True)
    if status.interrupted:
        console.print(_table("Interrupted (--resume makes them again)", status.interrupted))


def _summary(folder: Path, status: Status) -> list[str]:
    from smacwrap.scenario.domains import UNLIMITED

    activity, view = status.activity, status.view
    description = activity.description
    since = datetime.fromisoformat(description.start)
    where = f"process {description.pid} on {description.host}"
    if activity.first_launcher:
        state = f"running since {_local(since)} ({where})"
    elif activity.joined:
        state = f"launched at {_local(since)}; its launcher has ended, those that joined go on"
    elif activity.workers:
        state = f"its launcher is gone, workers {_list(activity.workers)} go on"
    else:
        state = f"not running; last launched at {_local(since)}"
    limit = status.scenario.run_limit
    at_most = f" of at most {limit}" if limit < UNLIMITED else ", no limit"
    lines = [
        f"study      {folder}",
        f"scenario   {description.scenario}",
        f"launch     {state}",
        *(f"joined     {_joined(joined)}" for joined in activity.joined),
        f"objective  {status.direction}",
        f"engine     {description.engine}",
        f"workers    {_workers(activity)}",
        f"runs       {len(view.counted)}{at_most}"
        + (" each worker" if description.limits_per_process and limit < UNLIMITED else "")
        + (f", and {view.forgotten.total()} forgotten" if view.forgotten else ""),
        f"each run   {_shares(activity.shares)}"
        + (f"; niceness {description.nice}" if description.nice else ""),
    ]
    if incumbent := view.incumbent:
        run = incumbent.run
        quality = incumbent.words(status.direction)
        lines.append(f"incumbent  {quality}  {_words(run.configuration)}")
    return lines


def _joined(joined: Joined) -> str:
    since = datetime.fromisoformat(joined.start)
    return (
        f"at {_local(since)} with workers {_list(joined.seeds)} "
        f"(process {joined.pid} on {joined.host})"
    )


def _workers(activity: Activity) -> str:
    java = activity.description.engine == SMAC2
    what = " (processes of SMAC v2, whose logs have what they run)" if java else ""
    seeds = _list(activity.seeds)
    return f"{_list(activity.workers) or 'none'} of {seeds}{what}"


def _table(title: str, runs: Sequence[RunningRun]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None)
    for column in ("run", "since", "for", "instance", "seed", "host", "configuration"):
        table.add_column(column, no_wrap=column != "configuration", overflow="fold")
    for run in runs:
        start = datetime.fromisoformat(run.start)
        seconds = round((datetime.now(UTC) - start).total_seconds())
        table.add_row(
            run.id,
            _local(start),
            f"{seconds} s",
            run.instance,
            str(run.seed),
            run.host,
            _words(run.configuration),
        )
    return table


def _local(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def _shares(shares: Mapping[int, Share]) -> str:
    """What the runs of each worker may use."""
    if len(set(shares.values())) == 1:
        return str(next(iter(shares.values())))
    return "; ".join(f"worker {seed}: {share}" for seed, share in shares.items())


def _list(seeds: Sequence[int]) -> str:
    return ", ".join(map(str, seeds))


def _words(configuration: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in configuration.items())

"""Measures what sharing costs: taking in a run, appending one, and joining a long study.

    python scripts/bench_shared.py

The peer is SMAC v2's way: every file is read again from its start. Workers are simulated by their
files; everything else is what a launch does.
"""

import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

import click
import psutil
from rich.console import Console
from rich.table import Table

from smacwrap.history import (
    HistoryReader,
    LiveRundataReader,
    LiveRundataWriter,
    Run,
    Study,
    StudyIdentity,
)
from smacwrap.history.gc_pause import keeping
from smacwrap.history.run import with_number
from smacwrap.pcs import all_to_text, parse_pcs, to_text
from smacwrap.protocol import NO_CUTOFF, Result, Status

PCS = """\
lr real [0.0001, 1] [0.01] log
momentum real [0, 1] [0.9]
layers integer [1, 50] [2]
units integer [8, 512] [64] log
optimiser categorical {sgd, adam} [adam]
momentum | optimiser == sgd
"""


def some_runs(count: int, seed: int = 1) -> list[Run]:
    """Runs of random configurations, with everything that a launch records of them."""
    space = parse_pcs(PCS)
    space.seed(seed)
    draw = random.Random(seed)
    return [
        Run(
            settings=all_to_text(configuration),
            active=tuple(to_text(configuration)),
            result=Result(Status.SAT, 1.5, 0, draw.random(), -1, f"testerr=0.1;zip=run-{i}.zip"),
            wallclock_time=1.7,
            details={"number": i, "metrics": {"testerr": "0.1"}, "zip": f"run-{i}.zip"},
        )
        for i, configuration in enumerate(space.sample_configuration(count), start=1)
    ]


def make_study(folder: Path, runs: list[Run], workers: int) -> list[LiveRundataWriter]:
    """A study of so many workers that made the runs in turn."""
    identity = StudyIdentity("./target", str(folder), "params.pcs", PCS, NO_CUTOFF, True)
    study = Study(folder)
    writers = [LiveRundataWriter(study.live_rundata(k), identity) for k in range(1, workers + 1)]
    with mock.patch("os.fsync"):  # only here: to fill the files is not what is measured
        for i, run in enumerate(runs):
            writer = writers[i % workers]
            writer.append(with_number(run, len(writer.runs) + 1))
    return writers


def median_of(action: Callable[[], object], before: Callable[[], object], times: int) -> float:
    """Median seconds of `action`; `before` is done each time, and not measured."""
    seconds = []
    for _ in range(times):
        before()
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


@dataclass(frozen=True)
class Measured:
    """Seconds for one size of study."""

    join: float
    nothing_new: float
    one_new: float
    all_again: float
    append: float
    worker_start: float


def start_a_worker(study: Study, runs: int) -> float:
    """Seconds from the start of a worker's process to that of its first run."""
    folder = study.folder.parent.parent
    (folder / "params.pcs").write_text(PCS)
    (folder / "target.sh").write_text("#!/bin/sh\necho Result for SMAC: SAT, 0, 0, 0, $5\n")
    (folder / "target.sh").chmod(0o755)
    (folder / "scenario.txt").write_text(
        "algo = ./target.sh\npcs-file = params.pcs\nrun-obj = QUALITY\nuse-instances = false\n"
        f"runcount-limit = {runs + 1}\nrungroup = {study.folder.name}\n"
    )
    launcher = psutil.Popen(
        [sys.executable, "-m", "smacwrap", "launch", "scenario.txt", "--resume", "--seed", "9999"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    while not (workers := launcher.children()):
        time.sleep(0.01)
    started = workers[0].create_time()
    if launcher.wait() != 0:
        raise click.ClickException(f"the launch failed: see {study.worker_log(9999)}")
    (run,) = LiveRundataReader(study.live_rundata(9999)).poll()
    return datetime.fromisoformat(run.details["start"]).timestamp() - started


def measure(runs: list[Run], workers: int) -> Measured:
    """Measure with a study that holds `runs`, made by so many workers."""
    with tempfile.TemporaryDirectory() as folder:
        study = Study(Path(folder) / "smac-output" / "study")
        study.folder.mkdir(parents=True)
        writers = make_study(study.folder, runs, workers)
        reader = HistoryReader(study)
        fresh = iter(some_runs(64, seed=2))

        def append() -> None:
            writers[0].append(next(fresh))

        def poll() -> None:
            for _ in reader.poll():
                pass

        def read_all() -> None:
            with keeping():
                for _ in HistoryReader(study).poll():
                    pass

        with keeping():
            join = median_of(poll, lambda: None, 1)
        times = 3 if len(runs) > 10_000 else 11
        return Measured(
            join=join,
            nothing_new=median_of(poll, poll, 11),
            one_new=median_of(poll, append, 11),
            all_again=median_of(read_all, lambda: None, times),
            append=median_of(append, lambda: None, 11),
            worker_start=start_a_worker(study, sum(len(writer.runs) for writer in writers)),
        )


@click.command()
@click.option("--runs", multiple=True, type=int, default=(1_000, 10_000, 100_000),
              show_default=True, help="Runs in the study; give it once for each size.")  # fmt: skip
@click.option("--workers", multiple=True, type=int, default=(2, 16, 64), show_default=True,
              help="Workers that wrote them; likewise.")  # fmt: skip
def main(runs: tuple[int, ...], workers: tuple[int, ...]) -> None:
    """Print what sharing costs at every size.

    \b
    Example:
      python scripts/bench_shared.py --runs 1000 --runs 10000 --workers 2
    """
    console = Console()
    titles = ("runs", "workers", "join", "nothing new", "one new", "all again", "×", "append")
    table = Table(*titles, "worker start", box=None)
    for count in runs:
        history = some_runs(count)
        for number in workers:
            found = measure(history, number)
            table.add_row(
                f"{count:,}",
                str(number),
                f"{found.join:.2f} s",
                f"{found.nothing_new * 1e3:.2f} ms",
                f"{found.one_new * 1e3:.2f} ms",
                f"{found.all_again:.3f} s",
                f"{found.all_again / found.one_new:,.0f}",
                f"{found.append * 1e3:.2f} ms",
                f"{found.worker_start:.1f} s",
            )
            console.print(f"{count:,} runs of {number} workers measured")
    console.print(table)
    console.print("join: all runs read at first; ×: SMAC v2's way (all again) over ours (one new)")


if __name__ == "__main__":
    main()

"""Measures what a launch adds to a run of a target that answers at once: engine, wrapper, worker.

python scripts/bench_launch.py

A worker makes one run after the other, so the time from its first run's start to its last one's
end, divided by its runs, is what a run takes. All figures come from the study's own records: calls
of the target are in the run history, questions to the engine in the workers' logs, and the rest is
the worker's: recording, sharing, claiming. What the wrapper adds is the difference between calls
of the same program with and without it.
"""

import compileall
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click
from benching import write_target
from rich.console import Console
from rich.table import Table

import smacwrap as package
from smacwrap.history import HistoryReader, Run, Study

JOB = """\
[run]
input = ["target.sh"]
command = "./target.sh {flags}"
"""

SCENARIO = """\
pcs-file = params.pcs
run-obj = QUALITY
use-instances = false
"""

WAYS = {"bare": "./target.sh", "wrapped": f"{sys.executable} -m smacwrap run job.toml"}


@dataclass(frozen=True)
class Measured:
    """Milliseconds of one run on average, as its worker sees it; `rate` is in runs a second."""

    run: float
    call: float
    engine: float
    rate: float


def measure(folder: Path, way: str, engine: str, workers: int, runs: int) -> Measured:
    """Launch once, and read what it recorded."""
    (folder / "scenario.txt").write_text(f"{SCENARIO}algo = {WAYS[way]}\n")
    options = f"--overwrite --parallel {workers} --engine {engine} --numberOfRunsLimit {runs}"
    subprocess.run(
        [sys.executable, "-m", "smacwrap", "launch", "scenario.txt", *options.split()],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    study = Study(folder / "smac-output" / folder.name)
    made = list(HistoryReader(study).poll())
    by_worker = [[run for seed, run in made if seed == worker] for worker in study.seeds()]
    logs = "".join(study.worker_log(seed).read_text() for seed in study.seeds())
    asked = re.findall(r"asked the engine: ([\d.]+) ms", logs)
    assert len(made) == runs, f"{len(made)} runs were made instead of {runs}"
    return Measured(
        run=1e3 * sum(map(seconds, by_worker)) / runs,
        call=1e3 * statistics.mean(run.wallclock_time for _, run in made),
        engine=sum(map(float, asked)) / runs,
        rate=runs / seconds([run for _, run in made]),
    )


def seconds(runs: Sequence[Run]) -> float:
    """From the start of the first of these runs to the end of the last."""
    starts = [datetime.fromisoformat(run.details["start"]) for run in runs]
    ends = [datetime.fromisoformat(run.details["end"]) for run in runs]
    return (max(ends) - min(starts)).total_seconds() if runs else 0.0


@click.command()
@click.option("--runs", default=1000, show_default=True, help="Runs of a launch.")
@click.option("--workers", multiple=True, type=int, default=(1, 8), show_default=True,
              help="Workers of a launch; give it once for each number.")  # fmt: skip
@click.option("--engine", multiple=True, default=("smac",), show_default=True,
              help="Engine of a launch; likewise.")  # fmt: skip
def main(runs: int, workers: tuple[int, ...], engine: tuple[str, ...]) -> None:
    """Print what a run takes in a launch, and which part of it is whose.

    \b
    Example:
      python scripts/bench_launch.py --runs 1000 --workers 8
    """
    # As an installation does; where Python is told to write no bytecode, it would never be there.
    compileall.compile_dir(Path(package.__file__).parent, quiet=1)
    console = Console()
    titles = ("engine", "workers", "target", "a run", "call", "wrapper", "engine", "worker")
    title = f"ms a run, {runs:,} runs, {os.cpu_count()} cores"
    table = Table(*titles, "runs/s", title=title, box=None)
    with tempfile.TemporaryDirectory(prefix="bench-launch-") as name:
        folder = Path(name)
        write_target(folder)
        (folder / "job.toml").write_text(JOB)
        for chosen in engine:
            for number in workers:
                found = {way: measure(folder, way, chosen, number, runs) for way in WAYS}
                for way, took in found.items():
                    table.add_row(
                        chosen,
                        str(number),
                        way,
                        f"{took.run:.1f}",
                        f"{took.call:.1f}",
                        f"{took.call - found['bare'].call:.1f}",
                        f"{took.engine:.1f}",
                        f"{took.run - took.call - took.engine:.1f}",
                        f"{took.rate:.1f}",
                    )
    console.print(table)
    console.print("call: the target and, where there is one, the wrapper; workers wait for cores")


if __name__ == "__main__":
    main()

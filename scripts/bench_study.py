"""Measures whole studies of a target that answers at once, against SMAC v2 on the same scenario.

SMAC2_HOME=~/smac-v2.10.03 python scripts/bench_study.py

Our launch and SMAC v2 take turns; figures are medians of one run on one machine.
"""

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from benching import write_target

from smacwrap.errors import UserError
from smacwrap.history import HistoryReader, Study

_SCENARIO = """\
algo = ./target.sh
pcs-file = params.pcs
run-obj = QUALITY
use-instances = false
deterministic = true
validation = false
"""


class Studies:
    """Studies in a folder of their own, one after the other."""

    def __init__(self, folder: Path, runs: int) -> None:
        write_target(folder)
        (folder / "scenario.txt").write_text(_SCENARIO + f"runcount-limit = {runs}\n")
        self._folder = folder
        self._runs = runs
        self.first_run: list[float] = []
        """Seconds from each launch of ours to the start of its first run."""

    def ours(self, *words: str) -> float:
        """The wall-clock seconds of a launch of one worker."""
        smacwrap = Path(sys.executable).with_name("smacwrap")
        launched = datetime.now(UTC)
        launch = [str(smacwrap), "launch", "scenario.txt", "--overwrite", "--rungroup", "ours"]
        seconds = self._time([*launch, *words])
        study = Study(self._folder / "smac-output" / "ours")
        runs = [run for _, run in HistoryReader(study).poll()]
        self._check(len(runs))
        first = min(datetime.fromisoformat(str(run.details["start"])) for run in runs)
        self.first_run.append((first - launched).total_seconds())
        return seconds

    def smac2(self) -> float:
        """The wall-clock seconds of SMAC v2."""
        shutil.rmtree(self._folder / "smac-output" / "smac2", ignore_errors=True)
        program = Path(os.environ["SMAC2_HOME"]) / "smac"
        words = ["--scenario-file", "scenario.txt", "--seed", "1", "--rungroup", "smac2"]
        options = "--add-opens=java.base/java.lang=ALL-UNNAMED"
        seconds = self._time(["bash", str(program), *words], JAVA_TOOL_OPTIONS=options)
        results = self._folder / "smac-output/smac2/state-run1"
        (table,) = results.glob("runs_and_results-it*.csv")
        with table.open(newline="") as rows:
            self._check(len(list(csv.reader(rows))) - 1)
        return seconds

    def _time(self, words: list[str], **environment: str) -> float:
        start = time.perf_counter()
        done = subprocess.run(
            words,
            cwd=self._folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
        if done.returncode:
            raise UserError(f"{words[0]} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return seconds

    def _check(self, made: int) -> None:
        if made != self._runs:
            raise UserError(f"{made} runs were made instead of {self._runs}")


def alternate(repeat: int, measures: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each measure, by its name."""
    times: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(repeat):
        for name, measure in measures.items():
            times[name].append(measure())
    return {name: statistics.median(seconds) for name, seconds in times.items()}


@click.command()
@click.option("--runs", default=400, show_default=True, help="Runs of a study.")
@click.option("--repeat", default=3, show_default=True, help="Studies of each kind.")
def main(runs: int, repeat: int) -> None:
    """Time studies of a target that answers at once: ours, and SMAC v2's of SMAC2_HOME.

    \b
    Example:
      SMAC2_HOME=~/smac-v2.10.03 python scripts/bench_study.py --runs 400
    """
    with tempfile.TemporaryDirectory(prefix="bench-study-") as folder:
        studies = Studies(Path(folder), runs)
        measures: dict[str, Callable[[], float]] = {
            "smacwrap": studies.ours,
            "smacwrap, 2 workers": lambda: studies.ours("--parallel", "2"),
        }
        if "SMAC2_HOME" in os.environ:
            measures["SMAC v2"] = studies.smac2
        else:
            click.echo("without SMAC v2: SMAC2_HOME is not set")
        try:
            medians = alternate(repeat, measures)
        except UserError as error:
            raise click.ClickException(str(error)) from None
    for name, seconds in medians.items():
        ratio = f"{medians['SMAC v2'] / seconds:8.2f}x" if "SMAC v2" in medians else ""
        click.echo(f"{name:>20} {seconds:8.2f} s {1000 * seconds / runs:8.1f} ms a run {ratio}")
    click.echo(f"{'launch to first run':>20} {statistics.median(studies.first_run):8.2f} s")


if __name__ == "__main__":
    main()

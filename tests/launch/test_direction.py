"""Accuracies from the outside: warned of where they are minimised, shown as they are elsewhere."""

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

JOB = """\
[run]
input = ["train.sh"]
command = "sh train.sh {flags}"
[result]
quality = "METRIC"
WAYmetrics = { METRIC = 'result: (\\S+)' }
"""
SCENARIO = """\
algo = smacwrap run job.toml
pcs-file = params.pcs
runObj = QUALITY
use-instances = false
numberOfRunsLimit = 3
"""
FUNCTION = """\
import smacwrap

@smacwrap.target(OPTIONS)
def train(x: float):
    accuracy = 1 - x / 4
    return accuracy

if __name__ == "__main__":
    train.main()
"""


@pytest.fixture
def tuned(tmp_path: Path) -> Callable[..., Path]:
    """A scenario whose metric is 1 - x / 4."""

    def write(metric: str, way: str = "") -> Path:
        (tmp_path / "job.toml").write_text(JOB.replace("METRIC", metric).replace("WAY", way))
        (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
        (tmp_path / "scenario.txt").write_text(SCENARIO)
        write_program(
            tmp_path / "train.sh", "awk -v x=$2 'BEGIN { print \"result: \" 1 - x / 4 }'\n"
        )
        return tmp_path / "scenario.txt"

    return write


@pytest.mark.parametrize(
    ("metric", "way", "said"),
    [
        ("accuracy", "", "'accuracy' reads like a metric to maximise"),
        ("loss", "maximize = true\n", "'loss' reads like a metric to minimise"),
        ("accuracy", "maximize = true\n", ""),
        ("accuracy", "maximize = false\n", ""),
        ("loss", "", ""),
    ],
)
def test_a_direction_against_the_name_is_a_warning_everywhere(
    tuned: Callable[..., Path], smacwrap: Smacwrap, metric: str, way: str, said: str
) -> None:
    tuned(metric, way)
    checked = smacwrap("scenario", "check", "scenario.txt", "--strict")
    assert checked.returncode == bool(said)
    assert said in checked.stdout
    assert ("warning" in checked.stdout) is bool(said)
    tested = smacwrap("algo-test", "scenario.txt")
    assert tested.returncode == 0, tested
    assert said in tested.stderr
    assert ("warning" in tested.stderr) is bool(said)
    launched = smacwrap("launch", "scenario.txt", "--engine", "random")
    assert said in launched.stdout
    assert ("warning" in launched.stdout) is bool(said)
    verb = "maximises" if way == "maximize = true\n" else "minimises"
    for shown in (tested.stdout, launched.stdout):
        assert f"{verb} {metric}" in shown


def test_what_is_maximised_is_shown_in_its_own_terms_and_the_cost_stays_the_cost(
    tuned: Callable[..., Path], smacwrap: Smacwrap, tmp_path: Path
) -> None:
    tuned("accuracy", "maximize = true\n")
    tested = smacwrap("algo-test", "scenario.txt")
    assert "maximises accuracy: 0.875\n" in tested.stdout
    assert "SAT, 0" in tested.stdout
    assert ", -0.875, -1" in tested.stdout, "the result line has the cost"
    launched = smacwrap("launch", "scenario.txt", "--engine", "random")
    assert launched.returncode == 0, launched
    with (tmp_path / "smac-output" / tmp_path.name / "results.csv").open() as table:
        rows = list(csv.DictReader(table))
    metrics = [float(row["metric.accuracy"]) for row in rows]
    assert [float(row["cost"]) for row in rows] == [-metric for metric in metrics]
    lines = launched.stdout.splitlines()
    assert "1 worker, seeds 1, at most 3 runs; maximises accuracy" in lines
    shown = [float(line.split()[4]) for line in lines if " SAT " in line]
    assert shown == pytest.approx(metrics, rel=1e-4)
    best = f"{max(metrics):g}"
    assert [line for line in lines if "new incumbent: " in line][-1].split()[-1] == best
    summary = launched.stdout[launched.stdout.index("Incumbent (maximises accuracy)") :]
    assert ["quality", best] in [line.split() for line in summary.splitlines()]
    log = (tmp_path / "smac-output" / tmp_path.name / "worker-1.log").read_text()
    assert all(f"SAT, quality {metric:g}, " in log for metric in metrics)
    status = smacwrap("status", f"smac-output/{tmp_path.name}").stdout
    assert "objective  maximises accuracy\n" in status
    assert f"incumbent  {best}  x=" in status


@pytest.mark.parametrize(
    ("options", "shown", "warned"),
    [
        ("maximize=True", "maximises accuracy: 0.875\n", False),
        ("maximize=False", "minimises accuracy: 0.875\n", False),
        ("", "minimises accuracy: 0.875\n", True),
    ],
)
def test_a_function_says_its_direction_in_its_decorator(
    tuned: Callable[..., Path],
    smacwrap: Smacwrap,
    tmp_path: Path,
    options: str,
    shown: str,
    warned: bool,
) -> None:
    scenario = tuned("unused")
    scenario.write_text(SCENARIO.replace("smacwrap run job.toml", "python train.py"))
    (tmp_path / "train.py").write_text(FUNCTION.replace("OPTIONS", options))
    tested = smacwrap("algo-test", "scenario.txt")
    assert tested.returncode == 0, tested
    assert shown in tested.stdout
    assert ("'accuracy' reads like a metric to maximise" in tested.stderr) is warned
    checked = smacwrap("scenario", "check", "scenario.txt")
    assert ("warning" in checked.stdout) is warned


def test_a_function_that_a_job_calls_says_its_direction_too(
    tuned: Callable[..., Path], smacwrap: Smacwrap, tmp_path: Path
) -> None:
    tuned("unused")
    (tmp_path / "train.py").write_text(FUNCTION.replace("OPTIONS", ""))
    (tmp_path / "job.toml").write_text(
        '[run]\ninput = ["train.py"]\ncommand = "python train.py x 0 9e9 9 {seed} {flags}"\n'
    )
    checked = smacwrap("scenario", "check", "scenario.txt")
    assert "'accuracy' reads like a metric to maximise" in checked.stdout
    (tmp_path / "train.py").write_text(FUNCTION.replace("OPTIONS", "maximize=True"))
    tested = smacwrap("algo-test", "scenario.txt")
    assert "maximises accuracy: 0.875\n" in tested.stdout, tested


def test_a_runtime_is_minimised_whatever_the_quality(
    tuned: Callable[..., Path], smacwrap: Smacwrap
) -> None:
    tuned("accuracy")
    tested = smacwrap("algo-test", "scenario.txt", "--run-obj", "RUNTIME")
    assert "minimises the runtime: 0" in tested.stdout
    assert tested.stderr == ""


def test_a_crash_shows_the_command_that_a_person_would_type(
    tuned: Callable[..., Path], smacwrap: Smacwrap, tmp_path: Path
) -> None:
    tuned("loss")
    write_program(tmp_path / "train.sh", "exit 3\n")
    launched = smacwrap("launch", "scenario.txt", "--engine", "random")
    assert launched.returncode == 1
    assert launched.stdout.count("its command: sh train.sh -x 0.5\n") == 2, launched
    job = (tmp_path / "job.toml").read_text()
    job = job.replace('"sh train.sh {flags}"', '"sh train.sh {flags} | cat"')
    (tmp_path / "job.toml").write_text(f'{job}[parameters]\nx = "env:X"\n')
    checked = smacwrap("algo-test", "scenario.txt")
    assert "Command: export X=0.5; sh train.sh {flags} | cat" not in checked.stdout
    assert "Command: export X=0.5; sh train.sh  | cat\n" in checked.stdout

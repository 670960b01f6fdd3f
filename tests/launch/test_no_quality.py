"""Where a run has no quality, no table and no incumbent shows a number in its place."""

import csv
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


def answering(quick: Path, status: str, quality: str) -> Path:
    write_program(
        quick.parent / "target.sh",
        f'#!/bin/sh\necho "Result of algorithm run: {status}, 1, 1, {quality}, $5"\n',
    )
    return quick.parent / "smac-output" / "quick"


def rows(study: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((study / "results.csv").open()))


@pytest.mark.parametrize(
    ("status", "cost"), [("TIMEOUT", "1000000000.0"), ("CRASHED", "1000000000.0")]
)
def test_runs_without_a_result_make_no_incumbent(
    quick: Path, smacwrap: Smacwrap, status: str, cost: str
) -> None:
    study = answering(quick, status, "1000000000")
    words = ("--runcount-limit", 3, "--abort-on-first-run-crash", "false")
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 0, done
    assert "new incumbent" not in done.stdout
    assert "No run succeeded: there is no incumbent." in done.stdout
    assert [(row["status"], row["quality"], row["cost"]) for row in rows(study)] == [
        (status, "", cost)
    ] * 3
    assert "incumbent" not in smacwrap("status", study).stdout


def test_what_a_solver_found_before_its_time_was_up_is_a_result(
    quick: Path, smacwrap: Smacwrap
) -> None:
    study = answering(quick, "TIMEOUT", "0.25")
    done = smacwrap("launch", quick, "--engine", "random", "--runcount-limit", 2)
    assert "new incumbent: 0.25" in done.stdout
    assert [(row["quality"], row["cost"]) for row in rows(study)] == [("0.25", "0.25")] * 2


def test_a_run_that_was_stopped_has_neither_quality_nor_cost(
    quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\nmkdir first 2>/dev/null && sleep 600\n"
        'echo "Result of algorithm run: SAT, 1, 1, 0.5, $5"\n',
    )
    study = quick.parent / "smac-output" / "quick"
    launcher = start_launch("--engine", "random", "--runcount-limit", 2)
    wait_for((quick.parent / "first").exists)
    wait_for(lambda: smacwrap("stop", study, "--run", "1-1").returncode == 0)
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert [run["r-run-result"] for run in recorded(study, 1)] == ["KILLED", "SAT"]
    assert [(row["quality"], row["cost"]) for row in rows(study)] == [("", ""), ("0.5", "0.5")]

"""Workers that are free at the same moment do not run the same place."""

import csv
import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from filelock import FileLock

from smacwrap.history import Study
from smacwrap.worker import turn
from smacwrap.worker.turn import Turn
from tests.conftest import write_program

HOLD = """\
import sys, time
from filelock import FileLock
lock = FileLock(sys.argv[1])
lock.acquire()
print("held", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("engine", ["smac", "gp"])
def test_runs_at_the_same_time_are_runs_of_different_places(
    engine: str, quick: Path, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    (quick.parent / "params.pcs").write_text("x real [-5, 10] [2.5]\ny real [0, 15] [7.5]\n")
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\nsleep 0.5\n"
        """echo "$7 $9" | tr -d "'" | awk '{q=($1-3)^2+($2-12)^2; """
        """printf "Result of algorithm run: SAT, 1, 1, %.6f, -1\\n", q}'\n""",
    )
    words = ["--parallel", 4, "--numberOfRunsLimit", 20, "--engine", engine]
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 0, done
    with (quick.parent / "smac-output" / "quick" / "results.csv").open() as file:
        runs = list(csv.DictReader(file))
    assert len(runs) == 20
    assert {run["status"] for run in runs} == {"SAT"}
    at = datetime.fromisoformat
    both = [
        (a, b)
        for a, b in itertools.combinations(runs, 2)
        if at(a["start"]) < at(b["end"]) and at(b["start"]) < at(a["end"])
    ]
    assert len(both) >= 8
    for a, b in both:
        apart = max(abs(float(a[f"config.{k}"]) - float(b[f"config.{k}"])) for k in "xy") / 15
        assert apart > 1e-3, (a["id"], b["id"])


def test_one_worker_waits_for_the_other_to_announce_its_run(tmp_path: Path) -> None:
    one, other = (Turn(Study(tmp_path), lambda: False) for _ in range(2))
    one.begin()
    one.begin()
    assert not is_free(tmp_path)
    one.end()
    other.begin()
    assert not is_free(tmp_path)
    other.end()
    other.end()
    assert is_free(tmp_path)


def is_free(folder: Path) -> bool:
    try:
        with FileLock(folder / "ask.lock").acquire(timeout=0):
            return True
    except TimeoutError:
        return False


def test_a_worker_that_hangs_or_dies_in_its_turn_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "_PATIENCE", 0.4)
    words = [sys.executable, "-c", HOLD, str(tmp_path / "ask.lock")]
    holder = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        begun = time.monotonic()
        mine = Turn(Study(tmp_path), lambda: False)
        mine.begin()
        assert 0.4 <= time.monotonic() - begun < 5
        assert not is_free(tmp_path)  # it went on without
        mine.end()
        begun = time.monotonic()
        Turn(Study(tmp_path), lambda: True).begin()  # the worker is to stop
        assert time.monotonic() - begun < 0.3
    finally:
        holder.kill()
        holder.communicate()
    mine.begin()
    assert not is_free(tmp_path)
    mine.end()
    assert is_free(tmp_path)


def test_a_study_that_cannot_be_locked_holds_nobody_up(tmp_path: Path) -> None:
    (tmp_path / "ask.lock").mkdir()
    mine = Turn(Study(tmp_path), lambda: False)
    begun = time.monotonic()
    mine.begin()
    mine.end()
    assert time.monotonic() - begun < 2

"""Runs that could not be made, by no fault of their configuration: made again, or told."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.worker.target import _is_full
from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# Runs whose number is listed in the file `void` come to no result.
TARGET = """\
#!/bin/sh
n=0
until mkdir started-$n 2>/dev/null; do n=$((n+1)); done
if grep -qx -e $n -e all void 2>/dev/null; then
  echo some output
  echo "Result for SMAC: CRASHED, 0, 0, 1, $5, reason=the disk is full;void=environment"
else
  echo "Result for SMAC: SAT, 1, 1, 0.$n, $5"
fi
"""
WORDS = ("--engine", "random", "--runcount-limit", 4)


@pytest.fixture
def study(quick: Path) -> Path:
    write_program(quick.parent / "target.sh", TARGET)
    return quick.parent / "smac-output" / "quick"


def test_a_run_that_came_to_no_result_is_made_again_and_counts_once(
    study: Path, quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "void").write_text("2\n4\n5\n")
    done = smacwrap("launch", quick, *WORDS, "--parallel", 2)
    assert done.returncode == 0, done
    notes = re.findall(
        r"worker [12]: run [12]-\d gave no result: the disk is full; again in [124] s", done.stdout
    )
    assert 2 <= len(notes) == len(list(quick.parent.glob("started-*"))) - 4
    runs = [run for seed in (1, 2) for run in recorded(study, seed)]
    assert [run["r-run-result"] for run in runs] == ["SAT"] * 4


def test_where_the_first_run_of_all_cannot_be_made_the_launch_ends_at_once_with_its_output(
    study: Path, quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "void").write_text("all\n")
    done = smacwrap("launch", quick, *WORDS)
    assert done.returncode == 1, done
    assert "the first run could not be made: the disk is full" in done.stdout
    assert "go on with --resume" in done.stdout
    assert "some output" in done.stdout
    assert recorded(study, 1) == []
    (quick.parent / "void").unlink()
    resumed = smacwrap("launch", quick, "--resume")
    assert resumed.returncode == 0, resumed
    assert recorded(study, 1)[0]["r-rc"]["rc-pc"]["pc-default"]
    assert len(recorded(study, 1)) == 4


def test_where_no_run_can_be_made_any_more_the_launch_ends_and_resume_goes_on(
    study: Path, quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "void").write_text("1\n2\n3\n4\n5\n")
    done = smacwrap("launch", quick, *WORDS)
    assert done.returncode == 1, done
    assert "5 runs in a row came to no result" in done.stdout
    assert "the disk is full (solve that, and go on with --resume)" in done.stdout
    assert len(recorded(study, 1)) == 1
    resumed = smacwrap("launch", quick, "--resume")
    assert resumed.returncode == 0, resumed
    assert "run 1-2 was interrupted: it is made again" in (study / "worker-1.log").read_text()
    assert len(recorded(study, 1)) == 4


@pytest.mark.parametrize("lost", ["program", "folder", "tmp"])
def test_what_the_worker_itself_cannot_start_is_started_again(
    study: Path, quick: Path, start_launch: Launch, lost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = quick.parent / "folder"
    tmp = quick.parent / "tmp"
    folder.mkdir()
    tmp.mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp))
    path = {"program": folder / "program.sh", "folder": folder, "tmp": tmp}[lost]
    # The first run takes away what the second one needs.
    body = f"mv {path} {path}.gone 2>/dev/null; echo Result for SMAC: SAT, 1, 1, 1, $5\n"
    write_program(folder / "program.sh", f"#!/bin/sh\n{body}")
    words = ("--algo-exec-dir", folder, "--algo", "./program.sh", "--engine=random")
    launcher = start_launch(*words, "--runcount-limit", 2)
    log = study / "worker-1.log"
    wait_for(lambda: log.exists() and "came to no result" in log.read_text())
    path.with_name(f"{path.name}.gone").rename(path)
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert "run 1-2 gave no result: cannot start ./program.sh: " in out
    assert [run["r-run-result"] for run in recorded(study, 1)] == ["SAT", "SAT"]


def test_a_crash_while_there_is_no_room_for_output_is_told_from_others(tmp_path: Path) -> None:
    with Path("/dev/full").open("r+b") as file:
        assert _is_full(file)
    with (tmp_path / "file").open("w+b") as file:
        assert not _is_full(file)

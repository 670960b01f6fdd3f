"""Runs that are running when a launch reaches a limit of time: how long they may go on."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.history import Study
from smacwrap.history.running import read_running
from smacwrap.scenario import load_scenario
from smacwrap.worker.overtime import time_beyond
from tests.conftest import processes_in, write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

WORDS = ("--engine", "random", "--parallel", 2)


@pytest.fixture
def study(quick: Path) -> Path:
    """Its runs hang until the folder has a file `go`, but for the first: that needs 2000 s."""
    text = (
        "#!/bin/sh\n"
        "file=go time=1\n"
        "mkdir first 2>/dev/null && file=started time=2000\n"
        "[ $file = started ] || touch started; until [ -e $file ]; do sleep 0.1; done\n"
        "echo Result for SMAC: SAT, $time, 1, 0.5, $5\n"
    )
    write_program(quick.parent / "target.sh", text)
    return quick.parent / "smac-output" / "quick"


@pytest.mark.parametrize("limit", ["--wallclock-limit=8", "--cputime-limit=1000"])
def test_a_hung_target_is_interrupted_some_time_after_the_limit_and_made_again(
    study: Path, quick: Path, smacwrap: Smacwrap, limit: str
) -> None:
    done = smacwrap("launch", quick, *WORDS, limit, "--limit-grace", 1.5)
    assert done.returncode == 0, done
    said = re.search(
        r"limit \(\d+ s\) has been reached: (\d runs?) may go on until (\S+),", done.stdout
    )
    assert said, done
    hung = int(said[1][0])
    assert (
        len(re.findall(r"run [12]-\d was interrupted: --resume makes it again", done.stdout))
        == hung
    )
    assert "s) has been reached" in done.stdout.partition("The launch ended: ")[2]
    assert len(read_running(Study(study))) == hung
    assert not processes_in(quick.parent)
    (quick.parent / "go").touch()
    resumed = smacwrap(
        "launch",
        quick,
        "--resume",
        "--wallclock-limit=600",
        "--cputime-limit=10000",
        "--runcount-limit=4",
    )
    assert "was interrupted: it is made again" in "".join(
        log.read_text() for log in study.glob("worker-*.log")
    ), resumed


def test_a_run_that_ends_soon_after_the_limit_is_a_result(
    study: Path, quick: Path, start_launch: Launch
) -> None:
    launcher = start_launch(*WORDS, "--wallclock-limit", 8)
    assert launcher.stdout
    lines = []
    while "may go on until" not in "".join(lines[-1:]):
        lines.append(launcher.stdout.readline())
        assert lines[-1], lines
    (quick.parent / "go").touch()
    launcher.communicate(timeout=60)
    assert launcher.returncode == 0
    runs = [run["r-run-result"] for seed in (1, 2) for run in recorded(study, seed)]
    assert len(runs) >= 2
    assert set(runs) == {"SAT"}


def test_the_time_beyond_is_that_of_the_longest_run_unless_there_is_a_cutoff(quick: Path) -> None:
    scenario = load_scenario(quick, ())
    assert time_beyond(scenario, None, 5) == 60
    assert time_beyond(scenario, None, 500) == 500
    assert time_beyond(scenario, 0, 500) == 0
    with_cutoff = load_scenario(quick, (("cutoff-time", "10"),))
    assert time_beyond(with_cutoff, None, 5) == float("inf")
    assert time_beyond(with_cutoff, 3, 5) == 3
    never_ended = load_scenario(
        quick, (("cutoff-time", "10"), ("kill-run-exceeding-captime", "false"))
    )
    assert time_beyond(never_ended, None, 5) == 60


def test_a_stopped_launch_after_its_limit_does_not_wait_for_that(
    study: Path, start_launch: Launch
) -> None:
    launcher = start_launch(*WORDS, "--wallclock-limit", 5, "--grace", 0.1)
    wait_for((study.parent.parent / "started").exists)
    launcher.terminate()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 130, out

"""A launch that others join: one budget, one history, and everything to its end."""

import csv
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import processes_in, write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]
RANDOM = ("--engine", "random", "--numberOfRunsLimit")


@pytest.fixture
def study(quick: Path) -> Path:
    """The study of the quick scenario, whose runs wait for a file `go`."""
    target = quick.parent / "target.sh"
    wait = f"while ! [ -e {quick.parent}/go ]; do sleep 0.1; done; shift 5"
    write_program(target, target.read_text().replace("shift 5", wait))
    return quick.parent / "smac-output" / "quick"


def results(study: Path) -> list[dict[str, str]]:
    with (study / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def runs_now(study: Path, seed: int) -> Callable[[], bool]:
    path = study / f"running-{seed}.json"
    return lambda: path.exists() and path.read_text() != "[]\n"


def test_workers_join_and_all_end_together_at_the_exact_limit(
    quick: Path, study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    first = start_launch(*RANDOM, 12)
    wait_for(runs_now(study, 1))
    joined = start_launch("--join", "--parallel", 2)
    script = quick.parent / "target.sh"
    edited = write_program(quick.parent / "edited", script.read_text() + "# edited\n")
    edited.replace(script)
    other = start_launch("--join")
    wait_for(lambda: all(runs_now(study, seed)() for seed in (2, 3, 4)))
    status = smacwrap("status", study).stdout
    assert "workers    1, 2, 3, 4 of 1, 2, 3, 4" in status
    assert status.count("joined     at ") == 2
    assert f"(process {joined.pid} on " in status
    (quick.parent / "go").touch()
    outs = [launcher.communicate(timeout=90)[0] for launcher in (first, joined, other)]
    assert [launcher.returncode for launcher in (first, joined, other)] == [0, 0, 0], outs
    assert "inputs differ from those at the launch's start: changed: ./target.sh" in outs[2]
    rows = results(study)
    assert len(rows) == 12
    assert set(Counter(row["worker"] for row in rows)) == {"1", "2", "3", "4"}
    assert len({tuple(v for k, v in row.items() if k.startswith("config.")) for row in rows}) == 12
    assert all("run limit (12 runs) has been reached" in out for out in outs)
    # The next launch knows nothing of who joined this one.
    again = smacwrap("launch", quick, "--resume", "--numberOfRunsLimit", 13)
    assert "1 worker, seeds 1" in again.stdout
    assert len(results(study)) == 13


def test_the_last_launcher_writes_the_results_and_the_first_may_end_before(
    quick: Path, study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    first = start_launch(*RANDOM, 4, "--grace", 0.1)
    wait_for(runs_now(study, 1))
    joined = start_launch("--join", "--seed", 9)
    wait_for(runs_now(study, 9))
    first.send_signal(signal.SIGINT)
    out, _ = first.communicate(timeout=60)
    assert first.returncode == 130
    assert "Other launchers go on; the last one writes results.csv." in out
    assert not (study / "results.csv").exists()
    assert "those that joined go on" in smacwrap("status", study).stdout
    # Nobody can begin a launch meanwhile, and others can still join.
    refused = smacwrap("launch", quick, "--resume")
    assert refused.returncode == 2
    assert "another launch is at work on this study" in refused.stderr
    second = start_launch("--join")
    wait_for(runs_now(study, 10))
    (quick.parent / "go").touch()
    for launcher in (joined, second):
        assert launcher.wait(60) == 0
    assert len(results(study)) == 4
    assert not list((study / "runs").glob("run-*/"))


def test_one_stop_ends_all_launchers_and_resume_repeats_what_they_ran(
    quick: Path, study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    launchers = [start_launch(*RANDOM, 6, "--grace", 0.1)]
    wait_for(runs_now(study, 1))
    launchers.append(start_launch("--join"))
    wait_for(runs_now(study, 2))
    assert smacwrap("stop", study).returncode == 0
    assert [launcher.wait(30) for launcher in launchers] == [130, 130]
    assert not [p for p in processes_in(quick.parent) if "target.sh" in " ".join(p.cmdline())]
    assert smacwrap("status", study).stdout.count("no_instance") == 2, "both were interrupted"
    (quick.parent / "go").touch()
    assert smacwrap("launch", quick, "--resume").returncode == 0
    assert len(results(study)) == 6
    assert (study / "worker-1.log").read_text().count("it is made again") == 2


def test_a_joined_worker_that_is_killed_is_started_again_by_its_own_launcher(
    quick: Path, study: Path, start_launch: Launch
) -> None:
    first = start_launch(*RANDOM, 5)
    wait_for(runs_now(study, 1))
    joined = start_launch("--join")
    wait_for(runs_now(study, 2))
    worker = next(p for p in processes_in(study) if "--seed 2 " in " ".join(p.cmdline()))
    worker.kill()
    wait_for(lambda: (study / "worker-2.log").read_text().count("begins with") == 2)
    (quick.parent / "go").touch()
    out, _ = joined.communicate(timeout=60)
    assert "worker 2 died, killed by SIGKILL" in out
    assert first.wait(60) == joined.returncode == 0
    assert len(results(study)) == 5


def test_what_a_machine_had_claimed_that_died_is_run_by_those_that_joined(
    quick: Path, study: Path, start_launch: Launch
) -> None:
    first = start_launch(*RANDOM, 4)
    wait_for(runs_now(study, 1))
    joined = start_launch("--join")
    wait_for(runs_now(study, 2))
    worker = next(p for p in processes_in(study) if "--seed 1 " in " ".join(p.cmdline()))
    worker.suspend()  # it shall not give back its claim
    first.kill()
    worker.kill()
    time.sleep(3)
    (quick.parent / "go").touch()
    assert joined.wait(60) == 0
    assert [row["worker"] for row in results(study)] == ["2"] * 4


def test_what_cannot_be_joined_says_why(
    quick: Path, study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    nothing = smacwrap("launch", quick, "--join")
    assert nothing.returncode == 2
    assert "no launch is at work on this study that could be joined" in nothing.stderr
    assert not study.exists()

    launcher = start_launch(*RANDOM, 2, "--grace", 0.1)
    wait_for(runs_now(study, 1))
    other = smacwrap("launch", quick, "--join", "--numberOfRunsLimit", 9, "--engine", "smac")
    assert other.returncode == 2
    assert "run-limit was '2' and is '9'" in other.stderr
    assert "engine was 'random' and is 'smac'" in other.stderr
    pcs = quick.parent / "params.pcs"
    pcs.write_text(pcs.read_text().replace("[0.5]", "[0.25]", 1))
    edited = smacwrap("launch", quick, "--join")
    assert edited.returncode == 2
    assert "x: default 0.5 → 0.25" in edited.stderr
    both = smacwrap("launch", quick, "--join", "--resume")
    assert "exclude each other" in both.stderr
    (quick.parent / "go").touch()
    assert launcher.wait(60) == 0
    ended = smacwrap("launch", quick, "--join")
    assert "no launch is at work" in ended.stderr
    assert [len(recorded(study, seed)) for seed in (1, 2)] == [2, 0]


def test_who_joins_waits_until_the_launch_has_begun(
    quick: Path, study: Path, start_launch: Launch
) -> None:
    quick.write_text(
        quick.read_text() + f"pre-scenario-command = {quick.parent}/slow\n"
        f"post-scenario-command = touch {quick.parent}/post\n"
    )
    wait = f"while ! [ -e {quick.parent}/begin ]; do sleep 0.1; done"
    write_program(quick.parent / "slow", f"#!/bin/sh\necho x >> {quick.parent}/pre\n{wait}\n")
    first = start_launch(*RANDOM, 3)
    wait_for((quick.parent / "pre").exists)
    joined = start_launch("--join")
    assert joined.stdout
    assert joined.stdout.readline() == "waiting for the launch to begin\n"
    (quick.parent / "begin").touch()
    (quick.parent / "go").touch()
    assert [launcher.wait(60) for launcher in (first, joined)] == [0, 0]
    assert len(results(study)) == 3
    assert (quick.parent / "pre").read_text() == "x\n", "only the first runs the commands"


def test_a_machine_with_another_clock_counts_the_time_from_the_launch_s_start(
    quick: Path, study: Path, start_launch: Launch
) -> None:
    elsewhere = ["unshare", "--time", "--monotonic", "100000", "--fork", "--kill-child"]
    if subprocess.run([*elsewhere, "true"], capture_output=True).returncode:
        pytest.skip("this user may make no time namespace")
    first = start_launch(*RANDOM, 4, "--wallclock-limit", 500)
    wait_for(runs_now(study, 1))
    with subprocess.Popen(
        [*elsewhere, sys.executable, "-m", "smacwrap", "launch", quick, "--join"],
        cwd=quick.parent,
        stdout=subprocess.PIPE,
        text=True,
    ) as joined:
        wait_for(lambda: joined.poll() is not None or runs_now(study, 2)())
        (quick.parent / "go").touch()
        out, _ = joined.communicate(timeout=60)
    assert "run limit (4 runs) has been reached" in out, "neither at once nor never"
    assert first.wait(60) == joined.returncode == 0
    assert {row["worker"] for row in results(study)} == {"1", "2"}

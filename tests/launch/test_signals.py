"""What stop signals do to the runs of a launch, whoever of its processes gets them, and when."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from smacwrap.history import Study
from smacwrap.history.running import read_running
from tests.conftest import is_alive, write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

JOB = '[run]\ninput = ["work.sh"]\ncommand = "sh work.sh"\n[result]\nquality = "q"\n'

# Until the folder has a file `go`, a run goes on for long.
WORK = """\
touch {folder}/started-$$
until [ -e {folder}/go ]; do sleep 0.5 || exit; done
printf 'q\\t1\\n'
"""
SCRIPT = """\
#!/bin/sh
status=CRASHED
sh work.sh && status=SAT
echo "Result for SMAC: $status, 1, 1, 1, $5"
"""
FUNCTION = """\
import subprocess
import smacwrap

@smacwrap.target
def train(**parameters):
    return subprocess.run(["sh", "work.sh"], check=True).returncode

train.main()
"""
CLASS = """\
from smacwrap import AbstractWrapper

class Wrapper(AbstractWrapper):
    def get_command_line_args(self, runargs, config):
        return ["sh", "work.sh"]
    def process_results(self, filepointer, out_args):
        return {"status": "CRASHED" if out_args["exit_code"] else "SUCCESS", "quality": 1}

Wrapper().main()
"""
TARGETS = {
    "job": "smacwrap run job.toml",
    "script": "./script.sh",
    "dies": "sh work.sh",
    "function": "python function.py",
    "class": "python class.py",
}


@pytest.fixture
def study(quick: Path) -> Path:
    folder = quick.parent
    (folder / "job.toml").write_text(JOB)
    (folder / "work.sh").write_text(WORK.format(folder=folder))
    write_program(folder / "script.sh", SCRIPT)
    (folder / "function.py").write_text(FUNCTION)
    (folder / "class.py").write_text(CLASS)
    return folder / "smac-output" / "quick"


def started(study: Path) -> int:
    return len(list(study.parent.parent.glob("started-*")))


def running(start_launch: Launch, study: Path, target: str, *words: object) -> list[psutil.Process]:
    """The processes of a launch whose first run goes on, from the launcher to the target."""
    options = ("--algo", TARGETS[target], "--engine", "random", "--runcount-limit", 2)
    launcher = start_launch(*options, *words)
    wait_for(lambda: started(study))
    process = psutil.Process(launcher.pid)
    return [process, *process.children(recursive=True)]


def send(number: int, processes: list[psutil.Process], pause: float = 0.0) -> None:
    """A signal to one process after the other; those that have ended meanwhile are left out."""
    for process in processes:
        if is_alive(process):
            process.send_signal(number)
            time.sleep(pause)


def assert_interrupted(tree: list[psutil.Process], study: Path) -> None:
    """The launch ends as interrupted, without a result, and knows what it has to make again."""
    assert tree[0].wait(60) == 130
    wait_for(lambda: not [process for process in tree if is_alive(process)])
    assert recorded(study, 1) == []
    assert [run.id for run in read_running(Study(study))] == ["1-1"]
    assert (study / "results.csv").exists()


ALL = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2]


@pytest.mark.parametrize("number", ALL)
def test_a_signal_to_all_processes_at_once_makes_no_result(
    study: Path, smacwrap: Smacwrap, start_launch: Launch, number: signal.Signals
) -> None:
    tree = running(start_launch, study, "job")
    send(number, tree)
    assert_interrupted(tree, study)
    if number == signal.SIGTERM:
        (study.parent.parent / "go").touch()
        resumed = smacwrap("launch", "quick.txt", "--resume", "--runcount-limit", 1)
        assert re.search(r"run 1-1 +SAT", resumed.stdout), resumed


@pytest.mark.parametrize("target", TARGETS)
def test_a_signal_that_comes_to_the_target_first_makes_no_result(
    study: Path, start_launch: Launch, target: str
) -> None:
    tree = running(start_launch, study, target)
    # Half a second from the target to the launcher; a script says CRASHED, and nothing of a signal.
    send(signal.SIGTERM, tree[::-1], 0.01 if target == "script" else 0.5 / len(tree))
    assert_interrupted(tree, study)


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4, 5), (2, 0, 5, 4, 1, 3), (1, 3, 5, 0, 2, 4)])
def test_a_signal_in_any_order_makes_no_result(
    study: Path, start_launch: Launch, order: tuple[int, ...]
) -> None:
    tree = running(start_launch, study, "job")
    while len(tree) < 6:  # launcher, worker, wrapper, guard, target, its child
        tree = [tree[0], *tree[0].children(recursive=True)]
    send(signal.SIGTERM, [tree[i] for i in order], 0.1)
    assert_interrupted(tree, study)


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU])
def test_a_batch_system_can_tell_the_launcher_alone(
    study: Path, start_launch: Launch, number: signal.Signals
) -> None:
    tree = running(start_launch, study, "job", "--grace", 0.1, "--stop-signal", "xcpu")
    tree[0].send_signal(number)
    assert_interrupted(tree, study)


def test_a_signal_that_a_batch_script_ignores_stops_nothing(study: Path) -> None:
    words = [sys.executable, "-m", "smacwrap", "launch", "quick.txt", "--algo", TARGETS["job"]]
    launcher = subprocess.Popen(
        ["sh", "-c", "trap '' USR1; exec \"$@\"", "sh", *words, "--runcount-limit", "1"],
        cwd=study.parent.parent,
        stdout=subprocess.PIPE,
    )
    wait_for(lambda: started(study))
    process = psutil.Process(launcher.pid)
    send(signal.SIGUSR1, [process, *process.children(recursive=True)])
    (study.parent.parent / "go").touch()
    launcher.communicate(timeout=60)
    assert launcher.returncode == 0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("XCPP", "no signal has the name 'XCPP' … did you mean 'XCPU'?"),
        ("KILL", "KILL cannot stop a launch: no process can take it"),
        ("sigchld", "CHLD cannot stop a launch: smacwrap uses it itself"),
    ],
)
def test_a_signal_that_cannot_be_is_one_line(quick: Path, smacwrap: Smacwrap, name, said) -> None:
    done = smacwrap("launch", quick, "--stop-signal", name)
    assert (done.returncode, done.stderr) == (2, f"--stop-signal: {said}\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_target_that_dies_by_a_signal_while_nothing_is_told_to_stop_has_crashed(
    study: Path, start_launch: Launch, number: signal.Signals
) -> None:
    launcher, *_, target = running(start_launch, study, "job")
    (target.parent() if target.name() == "sleep" else target).send_signal(number)
    assert launcher.wait(60) == 1  # the first run crashed
    (run,) = recorded(study, 1)
    assert run["r-run-result"] == "CRASHED"
    assert f"killed by {number.name}" in run["r-addl-run-data"]


def test_a_wrapper_that_alone_was_told_to_stop_has_its_run_made_again(
    study: Path, start_launch: Launch
) -> None:
    launcher = start_launch("--algo", TARGETS["job"], "--engine=random", "--runcount-limit", 2)
    wait_for(lambda: started(study))
    (study.parent.parent / "go").touch()
    (worker,) = psutil.Process(launcher.pid).children()
    worker.children()[0].terminate()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert "run 1-1 gave no result: the wrapper was ended by SIGTERM; again in 1 s" in out
    assert [run["r-run-result"] for run in recorded(study, 1)] == ["SAT", "SAT"]


def test_term_and_hup_at_the_same_moment_are_no_order_to_end_at_once(
    study: Path, start_launch: Launch
) -> None:
    launcher = start_launch("--algo", TARGETS["dies"], "--grace", 0.5)
    wait_for(lambda: started(study))
    for number in (signal.SIGTERM, signal.SIGHUP):
        os.kill(launcher.pid, number)
    assert launcher.wait(60) == 130
    assert "end: stopped" in (study / "worker-1.log").read_text()


def test_a_launch_that_is_stopped_before_its_first_run_says_so_by_its_exit_code(
    quick: Path, start_launch: Launch
) -> None:
    quick.write_text(quick.read_text() + "pre-scenario-command = sh -c 'touch pre; sleep 60'\n")
    launcher = start_launch()
    wait_for((quick.parent / "pre").exists)
    launcher.terminate()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 130, out
    assert not re.search("Traceback", out)

"""A launch and its terminal: what a closed one, `nohup` and a broken pipe mean."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.conftest import write_program
from tests.launch.conftest import recorded, wait_for

WORDS = [sys.executable, "-m", "smacwrap", "launch", "quick.txt", "--engine", "random"]


@pytest.fixture
def study(quick: Path) -> Path:
    """Its runs take half a second each."""
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", "shift 5; sleep 0.5"))
    return quick.parent / "smac-output" / "quick"


def launch_in_a_terminal(folder: Path, *words: str) -> tuple[int, int]:
    """The process id of a launch that has a terminal of its own, and that terminal's other end."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvp(words[0], words)
    return pid, terminal


def test_a_closed_terminal_stops_a_launch_and_everything_is_recorded(study: Path) -> None:
    pid, terminal = launch_in_a_terminal(study.parent.parent, *WORDS, "--grace", "0.1")
    printed = b""
    while b"run 1-2" not in printed:
        printed += os.read(terminal, 4096)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert len((study / "results.csv").read_text().splitlines()) == 1 + len(recorded(study, 1)) < 13


def test_nohup_has_a_launch_outlive_its_terminal(study: Path) -> None:
    words = ["nohup", *WORDS, "--runcount-limit", "5"]
    pid, terminal = launch_in_a_terminal(study.parent.parent, *words)
    wait_for(lambda: len(recorded(study, 1)) >= 1)
    os.close(terminal)
    psutil.Process(pid).send_signal(signal.SIGHUP)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert len(recorded(study, 1)) == 5


def test_a_launch_goes_on_where_nobody_reads_any_more(study: Path) -> None:
    launcher = subprocess.Popen(
        [*WORDS, "--runcount-limit", "4"], cwd=study.parent.parent, stdout=subprocess.PIPE
    )
    assert launcher.stdout
    launcher.stdout.readline()
    launcher.stdout.close()
    assert launcher.wait(60) == 0
    assert len((study / "results.csv").read_text().splitlines()) == 5

"""Standard streams that are closed, full, or cannot show a character: no command ends by them."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conftest import run_smacwrap, write_program
from tests.python.conftest import NO_LIMITS

# Prints what latin-1 and ASCII do not have.
TARGET = "#!/bin/sh\necho 'Result for SMAC: CRASHED, 1, 1, 1,' $5, 'reason=→ü∞'\n"
STUDY = "smac-output/quick"
LAUNCH = ("launch", "quick.txt", "--engine", "random", "--runcount-limit", "2", "--overwrite")
COMMANDS = (
    LAUNCH,
    ("algo-test", "quick.txt"),
    ("status", STUDY),
    ("stop", STUDY),
    ("run", "job→.toml", *NO_LIMITS),
    ("run", "job.toml", *NO_LIMITS),
    ("pcs", "fmt", "--check", "params.pcs"),
)
WAYS = ("", "<&- >&- 2>&-", "2>/dev/full >/dev/full", "ascii")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streams")
    write_program(folder / "target.sh", TARGET)
    (folder / "params.pcs").write_text("x real [0, 1] [0.5] # ü\n")
    (folder / "job.toml").write_text("[run]\ncommand = 'echo ü→; exit 3'\n")
    (folder / "script.py").write_text("import argparse\n")
    scenario = "use-instances=false\nrunObj=QUALITY\npcs-file=params.pcs\nalgo=./target.sh\n"
    (folder / "quick.txt").write_text(scenario + "abort-on-first-run-crash = false\n")
    run_smacwrap(*LAUNCH, cwd=folder)
    return folder


def ended(folder: Path, words: Sequence[str], way: str) -> tuple[int, str]:
    """The exit code of a command that is started this way, and what it says."""
    command = f'exec "$@" {"" if way == "ascii" else way}'
    done = subprocess.run(
        ["sh", "-c", command, "sh", sys.executable, "-m", "smacwrap", *words],
        cwd=folder,
        env={**os.environ, **({"PYTHONIOENCODING": "ascii"} if way == "ascii" else {})},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words[:2]))
def test_a_command_does_the_same_whatever_becomes_of_its_streams(
    folder: Path, words: Sequence[str]
) -> None:
    usual = None
    for way in WAYS:
        code, said = ended(folder, words, way)
        assert "Traceback" not in said, way
        assert "Exception ignored" not in said, way
        usual = code if usual is None else usual
        # Where its output is what a command is for, a full disk is told by the exit code.
        allowed = {usual, 2} if "full" in way and words[0] != "launch" else {usual}
        assert code in allowed, (way, said)


def test_a_launch_goes_on_and_shows_what_its_terminal_cannot(folder: Path) -> None:
    done = run_smacwrap(*LAUNCH, cwd=folder, env={"PYTHONIOENCODING": "latin-1"})
    assert done.returncode == 0, done
    assert done.stdout.count("\\u2192ü\\u221e") in (0, 2)  # decoded as UTF-8 by this test
    assert done.stdout.count("\\u2192") == 2
    assert "2 runs. The launch ended" in done.stdout


def test_a_function_answers_where_its_streams_are_closed(tmp_path: Path) -> None:
    body = "    open('ran', 'w')\n    return 1\n"
    text = f"import smacwrap\n@smacwrap.target\ndef f():\n{body}f.main()\n"
    (tmp_path / "function.py").write_text(text)
    command = 'exec "$@" <&- >&- 2>&-'
    words = [sys.executable, "function.py", *NO_LIMITS]
    done = subprocess.run(["sh", "-c", command, "sh", *words], cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert (tmp_path / "ran").exists()

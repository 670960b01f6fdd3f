"""Small wrappers in Python, run as programs."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.protocol import Result, parse_result_line

NO_LIMITS = ["no_instance", "0", "1.7976931348623157E308", "2147483647", "4"]
"""The head of a call string without instance and cutoff, with seed 4."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def program(tmp_path: Path) -> Callable[[str], Path]:
    """`program(text)` is a file with the text of a Python program."""

    def write(text: str) -> Path:
        path = tmp_path / "wrapper.py"
        path.write_text(text)
        return path

    return write


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run(path, *words)` is the ended process of a Python program."""

    def call(path: Path, *words: str, **options: object) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(path), *words],
            **{"cwd": tmp_path, "capture_output": True, "text": True, "timeout": 20, **options},
        )

    return call


def result_of(done: "subprocess.CompletedProcess[str]") -> Result:
    """What the only line on standard output says."""
    assert done.returncode == 0, done
    (line,) = done.stdout.splitlines()
    return parse_result_line(line)

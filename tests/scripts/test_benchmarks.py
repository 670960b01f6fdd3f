"""The benchmarks start: what they measure is not for tests to say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripts.conftest import SCRIPTS


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("bench_*.py")), ids=lambda path: path.name)
def test_a_benchmark_shows_how_to_run_it(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(script), "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert f"python scripts/{script.name}" in done.stdout


def test_a_study_is_timed_from_launch_to_first_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "bench_study.py"), "--runs", "4", "--repeat", "1"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "SMAC2_HOME"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "without SMAC v2: SMAC2_HOME is not set" in done.stdout
    found = re.findall(r"(smacwrap|2 workers|first run) +([0-9.]+) s", done.stdout)
    assert [name for name, _ in found] == ["smacwrap", "2 workers", "first run"]
    seconds = [float(value) for _, value in found]
    assert 0 < seconds[2] < max(seconds)

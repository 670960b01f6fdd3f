"""What most tests share: the command line as a user has it, and quick scenarios."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings

# A busy machine is no failure, and the same tests give the same verdict each time;
# `pytest --hypothesis-profile explore` looks further.
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", settings.get_profile("explore"), derandomize=True)
settings.load_profile("repeatable")

ROOT = Path(__file__).parent.parent

PCS = """\
x real [0, 1] [0.5]
y real [0.001, 10] [1] log
n integer [1, 50] [10]
kind categorical {a, b, c} [a]
z real [0, 1] [0.5]
z | kind == b
{kind=c, n=50}
"""

# A target that starts in 20 ms; quality and test error depend on all parameters.
TARGET = """\
#!/bin/sh
instance=$1 info=$2 cutoff=$3 length=$4 seed=$5
shift 5
x=0 y=0 n=0 z=0
while [ $# -gt 0 ]; do
  case $1 in -x) x=$2;; -y) y=$2;; -n) n=$2;; -z) z=$2;; esac
  shift 2
done
awk -v x=$x -v y=$y -v n=$n -v z=$z -v s=$seed 'BEGIN {
  q = (x-0.3)^2 + 0.1*(log(y)/log(10)+1)^2 + 0.001*(n-20)^2 + 0.05*z
  printf "Result of algorithm run: SAT, 0.01, 1, %.6f, %s, testerr=%.6f\\n", q, s, q*1.1 }'
"""

SCENARIO = """\
use-instances = false
runObj = QUALITY
numberOfRunsLimit = 12
pcs-file = params.pcs
algo = ./target.sh
"""


def run_smacwrap(
    *words: object,
    cwd: Path,
    env: dict[str, str] | None = None,
    timeout: float = 180,
) -> "subprocess.CompletedProcess[str]":
    """`smacwrap WORDS…` as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "smacwrap", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200", **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=timeout,
    )


@pytest.fixture
def smacwrap(tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """`smacwrap("launch", …)` in the test's own folder."""

    def call(*words: object, **options: object) -> "subprocess.CompletedProcess[str]":
        return run_smacwrap(*words, **{"cwd": tmp_path, **options})

    return call


def write_program(path: Path, text: str) -> Path:
    """An executable script."""
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """The scenario file of a quick target, in the test's own folder."""
    (tmp_path / "params.pcs").write_text(PCS)
    write_program(tmp_path / "target.sh", TARGET)
    scenario = tmp_path / "quick.txt"
    scenario.write_text(SCENARIO)
    return scenario


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended stays listed until its parent, maybe init, looks."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_in(folder: Path) -> list[psutil.Process]:
    """Living processes that work in `folder` or name it on their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            here = process.cwd()
        except (psutil.Error, OSError):  # a folder may be too deep for the system to name
            continue
        named = any(str(folder) in word for word in words) or Path(here).is_relative_to(folder)
        if named and process.pid != os.getpid() and is_alive(process):
            found.append(process)
    return found


@pytest.fixture(autouse=True)
def leaves_no_processes(tmp_path: Path) -> Iterator[None]:
    """No test may leave a process behind that works in its folder."""
    yield
    left = processes_in(tmp_path)
    for process in left:
        process.kill()
    assert not left

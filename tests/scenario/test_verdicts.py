"""The lines that SMAC v2.10.03 takes and refuses, as it was seen to, are taken and refused here.

With SMAC2_HOME set to a folder of the Java program, it is asked again.
"""

import os
import subprocess
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.scenario import load_scenario

MINIMAL = (Path(__file__).parent.parent / "data/scenarios/minimal.txt").read_text()

TAKEN = [
    "! a comment",
    "  # a comment",
    "abort-on-crash = tRuE",
    'abort-on-crash = "FALSE"',
    "algo-cutoff-length = 5",
    "cutoffLength = -3",
    "cutoff_length = MAX",
    "cutoff_time = .5",
    "cutoff_time = 1e400",
    "cutoff_time = 5.",
    "cutoff_time = Infinity",
    "deterministic = 0",
    "log-level = warn",
    "overall_obj = mean",
    "retry-crashed-count = +10",
    "retry-crashed-count = -0",
    "retry-crashed-count = 010",
    "retry-crashed-count = -7\nretry-crashed-count = 7",
    "retry-crashed-count: 1",
    "retry-crashed-count\t1",
    "run-obj = Quality",
    "run-obj = qual",
    "runcount-limit = 1\nnumRunsLimit = 1",
    "rungroup = %SCENARIO_NAME-2",
    "transform-crashed-quality-value = -5",
    "transform-crashed-quality-value = Infinity",
]
REFUSED = [
    '"algo" = ./target.py',
    "--abort-on-crash true",
    "-abort-on-crash true",
    "; a comment",
    "= 1",
    "RunObj = QUALITY",
    "abort-on-crash",
    "abort-on-crash = 'true'",
    "abort-on-crash = yes",
    "cutoff-length = max",
    "cutoff_length = abc",
    "cutoff_time = 0",
    "cutoff_time = 1e-400",
    "cutoff_time = 5L",
    "cutoff_time = inf",
    "cutoff_time = max",
    "deterministic = 2",
    "execdir = nowhere",
    "log-level = smac",
    "overall_obj = mean10",
    "overall_obj = median",
    "overall_obj = par10",
    "pcs-file = nothing.pcs",
    'retry-crashed-count = " 7 "',
    'retry-crashed-count = ""7""',
    "retry-crashed-count = -7",
    "retry-crashed-count = 1 # comment",
    "retry-crashed-count = 1.0",
    "retry-crashed-count = 1_000",
    "retry-crashed-count = 1e1",
    "retry-crashed-count = 2147483648",
    "retry-crashed-count = max",
    "retry-crashed-count == 7",
    "run-obj = runlength",
    "runcount-limit = 9223372036854775808",
    "rungroup = a/b",
    "transform-crashed-quality-value = max",
]
# Where smacwrap differs, for the author's sake.
TAKEN_HERE_ONLY = ["abort-on-crash = 1", "transform-crashed-quality = 0"]
REFUSED_HERE_ONLY = [
    "cutoff_time = NaN",
    "experiment-dir = nowhere",
    "cutoff_time = 0x1p3",
    "cutoff_time = 5f",
    "retry-crashed-count = 1\nretryCrashedRunCount = 2",
]


@pytest.mark.parametrize("line", TAKEN + TAKEN_HERE_ONLY)
def test_a_line_is_taken(folder: Path, line: str) -> None:
    (folder / "tune.txt").write_text(f"{MINIMAL}{line}\n")
    load_scenario("tune.txt")


@pytest.mark.parametrize("line", REFUSED + REFUSED_HERE_ONLY)
def test_a_line_is_refused(folder: Path, line: str) -> None:
    (folder / "tune.txt").write_text(f"{MINIMAL}{line}\n")
    with pytest.raises(UserError):
        load_scenario("tune.txt")


@pytest.mark.skipif("SMAC2_HOME" not in os.environ, reason="SMAC2_HOME is not set")
@pytest.mark.parametrize(
    ("line", "taken"),
    [(line, True) for line in TAKEN + REFUSED_HERE_ONLY]
    + [(line, False) for line in REFUSED + TAKEN_HERE_ONLY],
)
def test_the_java_program_takes_and_refuses_the_same_lines(
    folder: Path, line: str, taken: bool
) -> None:
    target = folder / "target.py"
    target.write_text("#!/bin/sh\necho Result of algorithm run: SAT, 1, 1, 1, $5\n")
    target.chmod(0o755)
    (folder / "tune.txt").write_text(f"{MINIMAL}{line}\n")
    smac = Path(os.environ["SMAC2_HOME"]) / "smac"
    options = "--add-opens=java.base/java.lang=ALL-UNNAMED"
    finished = subprocess.run(
        [smac, "--scenario-file", "tune.txt", "--wallclock-limit", "1", "--validation", "false"],
        env={**os.environ, "JAVA_TOOL_OPTIONS": options},
        capture_output=True,
        timeout=60,
    )
    assert (finished.returncode == 0) == taken

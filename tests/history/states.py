"""State folders for tests: SMAC v2's own, and runs that can be in one of ours."""

from dataclasses import replace
from pathlib import Path

import pytest

from smacwrap.history import Objective, Run
from smacwrap.protocol import NO_CUTOFF, Result, Status
from tests.history.runs import make_run

GOLDEN = Path(__file__).parent.parent / "data/golden"
KINDS = {
    "quality": (Objective("QUALITY"), NO_CUTOFF),
    "runtime": (Objective("RUNTIME", penalty=10), 5.0),
}
PCS = """\
x real [0, 1] [0.5]
n integer [1, 10] [3] log
kind categorical {a, b} [a]
size ordinal {s, m, l} [m]
z real [1e-5, 1] [0.1] log
z | kind == b
"""
DEFAULT = {"x": "0.5", "n": "3", "kind": "a", "size": "m", "z": "0.1"}
QUALITY = Objective("QUALITY")

golden_states = pytest.mark.parametrize(
    ("kind", "seed"), [(kind, seed) for kind in KINDS for seed in (1, 2)]
)


def golden(kind: str, seed: int) -> Path:
    return GOLDEN / kind / "smac-output" / "study" / f"state-run{seed}"


def run_with(**changes: object) -> Run:
    run = make_run(cutoff=NO_CUTOFF, active=["x", "n", "kind", "size"], **DEFAULT)
    return replace(run, **{"details": {"iteration": 0}, **changes})


def result(status: Status = Status.SAT, quality: float = 0.5, additional: str = "") -> Result:
    return Result(status, 1.0, 1.0, quality, -1, additional)

"""Several workers on a space so small that they want the same runs at the same time."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program
from tests.launch.conftest import recorded

PCS = """\
kind categorical {a, b, c} [a]
n integer [1, 4] [1]
flag categorical {on, off} [on]
"""


@pytest.mark.parametrize(("engine", "workers"), [("random", 4), ("smac", 2), ("smac", 4)])
def test_every_configuration_is_run_exactly_once(
    engine: str,
    workers: int,
    quick: Path,
    smacwrap: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    (quick.parent / "params.pcs").write_text(PCS)
    write_program(
        quick.parent / "target.sh", "#!/bin/sh\necho Result for SMAC: SAT, 0, 0, 0.$$, $5"
    )
    words = ["--engine", engine, "--parallel", workers, "--numberOfRunsLimit", 100]
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 0, done
    # The last lines may be wrapped.
    assert "every configuration of the space has been run" in re.sub(r"\s+", " ", done.stdout)
    study = quick.parent / "smac-output" / "quick"
    made = [
        tuple(run["r-rc"]["rc-pc"]["pc-settings"].values())
        for seed in range(1, workers + 1)
        for run in recorded(study, seed)
    ]
    assert len(made) == len(set(made)) == 3 * 4 * 2

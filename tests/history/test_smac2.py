"""The real SMAC v2.10.03 reads what we write; only where SMAC2_HOME names its folder."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from smacwrap.history import Instance, LiveRundataWriter, Study
from smacwrap.protocol import Status
from tests.conftest import write_program
from tests.history.runs import IDENTITY, make_run

HOME = os.environ.get("SMAC2_HOME", "")

SCENARIO = """\
algo = ./target.sh
deterministic = false
run_obj = QUALITY
runcount_limit = 5
paramfile = params.pcs
instance_file = instances.txt
"""


@pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")
def test_smac_v2_takes_in_all_runs_of_a_shared_model(tmp_path: Path) -> None:
    (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    (tmp_path / "instances.txt").write_text("a.cnf\nb.cnf\n")
    (tmp_path / "scenario.txt").write_text(SCENARIO)
    write_program(tmp_path / "target.sh", "#!/bin/sh\necho Result for SMAC: SAT, 1, 1, 0.5, $5\n")
    study = Study(tmp_path / "smac-output" / "study")
    study.folder.mkdir(parents=True)
    identity = replace(
        IDENTITY,
        algo="./target.sh",
        deterministic=False,
        exec_dir=str(tmp_path),
        pcs_file=str(tmp_path / "params.pcs"),
        instances=(Instance("a.cnf"), Instance("b.cnf")),
    )
    details = {"metrics": {"testerr": "0.1, \udcff é"}, "zip": "run-1.zip"}
    runs = [
        make_run(0.25, instance="a.cnf", seed=1, details=details),
        make_run(0.5, instance="b.cnf", seed=1),
        make_run(float("inf"), Status.CRASHED, instance="a.cnf", seed=2, x="0.125"),
        make_run(0.5, Status.KILLED, instance="b.cnf", seed=2, x="0.25"),
    ]
    for run in runs:  # each opens the file again
        writer = LiveRundataWriter(study.live_rundata(2), identity)
        writer.append(run)
    words = "--scenario-file scenario.txt --shared-model-mode true --rungroup study --seed 1"
    done = subprocess.run(
        ["bash", f"{HOME}/smac", *words.split(), "--validation", "false"],
        cwd=tmp_path,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "live-rundata-2.json=>4]" in done.stdout, done.stdout

"""The real SMAC v2.10.03 drives `smacwrap run`; only where SMAC2_HOME names its folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from smacwrap.history import HistoryReader, Study
from tests.conftest import PCS, SCENARIO

HOME = os.environ.get("SMAC2_HOME", "")


@pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")
def test_two_shared_model_processes_of_smac_v2_drive_the_wrapper(tmp_path: Path) -> None:
    (tmp_path / "params.pcs").write_text(PCS)
    (tmp_path / "job.toml").write_text(
        "[run]\ncommand = 'printf \"loss\\t%s\\n\" {x}'\n[result]\nquality = 'loss'\n"
    )
    algo = f"{sys.executable} -m smacwrap run job.toml"
    text = SCENARIO.replace("./target.sh", algo).replace("12", "5")
    (tmp_path / "scenario.txt").write_text(text)
    words = "--scenario-file scenario.txt --shared-model-mode true --rungroup study"
    words += " --shared-model-mode-frequency 1 --validation false --seed"
    processes = [
        subprocess.Popen(
            ["bash", f"{HOME}/smac", *words.split(), str(seed)],
            cwd=tmp_path,
            env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for seed in (1, 2)
    ]
    assert [process.wait(120) for process in processes] == [0, 0]
    runs = list(HistoryReader(Study(tmp_path / "smac-output" / "study")).poll())
    assert sorted(seed for seed, _ in runs) == [1] * 5 + [2] * 5
    for _, run in runs:
        assert run.result.quality == pytest.approx(float(run.settings["x"]), abs=1e-6)
        assert "zip=run-" in run.result.additional
    assert len(list((tmp_path / "smacwrap-runs").glob("run-*.zip"))) == 10

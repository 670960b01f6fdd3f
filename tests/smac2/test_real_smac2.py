"""The real SMAC v2.10.03 together with ours; only where SMAC2_HOME names its folder."""

import importlib.util
import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from smacwrap.history import HistoryReader, LiveRundataWriter, Run, Study, StudyIdentity
from smacwrap.pcs import all_to_text, read_pcs, to_text
from smacwrap.protocol import NO_CUTOFF, Result, Status
from tests.conftest import PCS, SCENARIO

ROOT = Path(__file__).parents[2]
HOME = os.environ.get("SMAC2_HOME", "")


def wait_for_two_in_shared_model_mode(folder: Path, seconds: float) -> Study:
    """Runs SMAC v2 with the seeds 1 and 2 on a folder's scenario to its end; their study."""
    words = "--scenario-file scenario.txt --shared-model-mode true --rungroup study"
    words += " --shared-model-mode-frequency 1 --validation false --seed"
    processes = [
        subprocess.Popen(
            ["bash", f"{HOME}/smac", *words.split(), str(seed)],
            cwd=folder,
            env={
                **os.environ,
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for seed in (1, 2)
    ]
    try:
        assert [process.wait(seconds) for process in processes] == [0, 0]
    finally:
        for process in processes:
            process.terminate()
    return Study(folder / "smac-output" / "study")


@pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")
def test_two_shared_model_processes_of_smac_v2_drive_the_wrapper(tmp_path: Path) -> None:
    (tmp_path / "params.pcs").write_text(PCS)
    (tmp_path / "job.toml").write_text(
        "[run]\ncommand = 'printf \"loss\\t%s\\n\" {x}'\n[result]\nquality = 'loss'\n"
    )
    algo = f"{sys.executable} -m smacwrap run job.toml"
    text = SCENARIO.replace("./target.sh", algo).replace("12", "5")
    (tmp_path / "scenario.txt").write_text(text)
    study = wait_for_two_in_shared_model_mode(tmp_path, 120)
    runs = list(HistoryReader(study).poll())
    assert sorted(seed for seed, _ in runs) == [1] * 5 + [2] * 5
    for _, run in runs:
        assert run.result.quality == pytest.approx(float(run.settings["x"]), abs=1e-6)
        assert "zip=run-" in run.result.additional
    assert len(list((tmp_path / "smacwrap-runs").glob("run-*.zip"))) == 10


@pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")
@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="keras is not installed")
def test_two_shared_model_processes_of_smac_v2_tune_the_digits_network(tmp_path: Path) -> None:
    for name in ("pcs", "scripts", "scenarios/digits_cnn"):
        shutil.copytree(ROOT / name, tmp_path / name)
    folder = tmp_path / "scenarios" / "digits_cnn"
    runs = list(HistoryReader(wait_for_two_in_shared_model_mode(folder, 1200)).poll())
    assert sorted(seed for seed, _ in runs) == [1] * 20 + [2] * 20
    errors = [run.result.quality for _, run in runs if run.result.status is Status.SAT]
    assert len(errors) >= 30
    assert min(errors) < errors[0] < 0.2
    assert all("testerr=" in run.result.additional for _, run in runs if run.result.quality < 1)
    for seed, other in ((1, 2), (2, 1)):
        said = (folder / f"smac-output/study/log-run{seed}.txt").read_text()
        assert f"live-rundata-{other}.json" in said


@pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")
def test_smac_v2_reads_every_kind_of_run_that_we_write(quick: Path) -> None:
    study = Study(quick.parent / "smac-output" / "quick")
    study.folder.mkdir(parents=True)
    pcs_file = quick.parent / "params.pcs"
    space = read_pcs(pcs_file)
    identity = StudyIdentity(
        algo="./target.sh",
        exec_dir=str(quick.parent),
        pcs_file=str(pcs_file),
        pcs_text=pcs_file.read_text(),
        cutoff=NO_CUTOFF,
        deterministic=True,
    )
    results = [
        Result(Status.SAT, 0.01, 1, 0.5, -1, "zip=run-1.zip;note=a,b \N{GREEK SMALL LETTER MU}"),
        Result(Status.UNSAT, 0.01, 0, 1.0, -1),
        Result(Status.TIMEOUT, 3.0, 0, 1e9, -1),
        Result(Status.CRASHED, 0.0, 0, 1e9, -1, "reason=the target was killed"),
        Result(Status.SAT, 0.0, 0, math.inf, -1),
        Result(Status.SAT, 1e-300, 1e300, -1e300, -1),
        Result(Status.KILLED, 12.5, 0, 0.0, -1),
    ]
    writer = LiveRundataWriter(study.live_rundata(1), identity)
    space.seed(1)
    for result, configuration in zip(results, space.sample_configuration(7), strict=True):
        details = {"number": 1, "metrics": {"a": "}{"}, "start": "2026-01-01", "reason": '"'}
        writer.append(
            Run(
                settings=all_to_text(configuration),
                active=tuple(to_text(configuration)),
                result=result,
                wallclock_time=0.1,
                details=details,
            )
        )
    words = "--scenario-file quick.txt --shared-model-mode true --rungroup quick --seed 5"
    words += " --shared-model-mode-frequency 1 --validation false --numberOfRunsLimit 4"
    done = subprocess.run(
        ["bash", f"{HOME}/smac", *words.split()],
        cwd=quick.parent,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
        capture_output=True,
        text=True,
    )
    assert f"[live-rundata-1.json=>{len(results)}]" in done.stdout, done.stdout[-3000:]

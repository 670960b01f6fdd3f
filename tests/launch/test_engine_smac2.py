"""`smacwrap launch --engine smac2`: the user's own SMAC v2 as workers of a launch."""

import csv
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

HOME = os.environ.get("SMAC2_HOME", "")
needs_smac2 = pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")


def rows(study: Path) -> list[dict[str, str]]:
    with (study / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("home", "said"),
    [
        ("", "--engine smac2 needs --smac2-home or SMAC2_HOME"),
        ("nowhere", "no SMAC v2 in nowhere: expected the program nowhere/smac"),
    ],
)
def test_without_smac_v2_it_says_what_is_missing(
    quick: Path, smacwrap: Smacwrap, home: str, said: str
) -> None:
    done = smacwrap("launch", quick, "--engine", "smac2", env={"SMAC2_HOME": home})
    assert done.returncode == 2
    assert said in done.stderr


@needs_smac2
def test_two_processes_of_smac_v2_make_the_runs_of_one_launch(
    quick: Path, smacwrap: Smacwrap
) -> None:
    done = smacwrap("launch", quick, "--engine", "smac2", "--parallel", 2, "--numberOfRunsLimit", 9)
    assert done.returncode == 0, done
    study = quick.parent / "smac-output" / "quick"
    found = rows(study)
    assert sorted(row["worker"] for row in found) == ["1"] * 5 + ["2"] * 4
    best = min(found, key=lambda row: float(row["quality"]))
    assert f"{float(best['quality']):g}" in done.stdout.split("Incumbent")[1]
    assert float(best["metric.testerr"]) > 0
    again = smacwrap("launch", quick, "--engine", "smac2", "--resume")
    assert again.returncode == 2
    assert "SMAC v2 cannot go on with one" in again.stderr


@needs_smac2
def test_smac_v2_is_looked_at_and_stopped_with_its_targets(
    quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    # The fixture that looks for processes left behind fails if there are any.
    write_program(quick.parent / "target.sh", "#!/bin/sh\ntouch started-$$; sleep 100\n")
    launcher = start_launch("--engine", "smac2", "--parallel", 2, "--grace", 0)
    wait_for(lambda: len(list(quick.parent.glob("started-*"))) == 2)
    study = quick.parent / "smac-output" / "quick"
    assert "1, 2 of 1, 2 (processes of SMAC v2" in smacwrap("status", study).stdout
    assert "does not report single runs" in smacwrap("stop", study, "--run", "1-1").stderr
    assert smacwrap("stop", study, "--seed", 1).returncode == 0
    assert "2 of 1, 2 (processes of SMAC v2" in smacwrap("status", study).stdout
    assert smacwrap("stop", study).returncode == 0
    assert launcher.wait(60) == 130


@needs_smac2
def test_a_mixed_fleet_reads_each_others_runs(quick: Path, start_launch: Launch) -> None:
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", "shift 5; sleep 0.3"))
    ours = start_launch("--parallel", 2, "--runcount-limit", 60)
    study = quick.parent / "smac-output" / "quick"
    wait_for(lambda: recorded(study, 1) and recorded(study, 2))
    words = "--scenario-file quick.txt --shared-model-mode true --rungroup quick --seed 7"
    words += " --shared-model-mode-frequency 1 --validation false --numberOfRunsLimit 15"
    java = subprocess.run(
        ["bash", f"{HOME}/smac", *words.split()],
        cwd=quick.parent,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "live-rundata-1.json=>" in java.stdout
    assert "live-rundata-2.json=>" in java.stdout
    ours.communicate(timeout=120)
    assert ours.returncode == 0
    for seed in (1, 2):
        assert "of seed 7: SAT" in (study / f"worker-{seed}.log").read_text()
    assert sum(row["worker"] == "7" for row in rows(study)) == 15


@needs_smac2
def test_a_process_of_smac_v2_ends_when_the_launcher_was_killed(
    quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    # The fixture that looks for processes left behind fails if there are any.
    write_program(quick.parent / "target.sh", "#!/bin/sh\ntouch started-$$; sleep 100\n")
    launcher = start_launch("--engine", "smac2", "--grace", 0)
    wait_for(lambda: list(quick.parent.glob("started-*")))
    launcher.kill()
    study = quick.parent / "smac-output" / "quick"
    wait_for(lambda: "1 of 1" not in smacwrap("status", study).stdout)


@needs_smac2
def test_smac_v2_starts_no_more_processes_than_there_are_runs_and_is_not_resumed(
    quick: Path, smacwrap: Smacwrap
) -> None:
    words = ("--engine", "smac2", "--parallel", 2, "--runcount-limit", 1)
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 0, done
    study = quick.parent / "smac-output" / "quick"
    before = rows(study)
    assert len(before) == 1
    refused = smacwrap("launch", quick, "--resume", "--runcount-limit", 3)
    assert refused.returncode == 2
    assert "SMAC v2 cannot go on with one" in refused.stderr
    done = smacwrap("launch", quick, "--resume", "--engine", "random", "--seed", 2)
    assert rows(study)[:1] == before
    assert done.returncode == 0, done

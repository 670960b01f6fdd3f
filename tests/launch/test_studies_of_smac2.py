"""Launches in a folder where SMAC v2 works or worked; its files are as its own, made from ours."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


def as_smac2_writes(text: str) -> str:
    """A run history of ours with the blanks of SMAC v2's."""
    return text.replace('[{"@pi-id":2,', '[ {\n  "@pi-id" : 2,', 1)


def study_of_smac2(quick: Path, smacwrap: Smacwrap) -> Path:
    """Two runs of the quick scenario, with the seed 1."""
    study = quick.parent / "smac-output" / "quick"
    smacwrap("launch", quick, "--runcount-limit", 2)
    text = (study / "live-rundata-1.json").read_text()
    shutil.rmtree(study)
    study.mkdir()
    (study / "live-rundata-1.json").write_text(as_smac2_writes(text))
    return study


def test_our_workers_take_other_seeds_than_smac_v2_had(quick: Path, smacwrap: Smacwrap) -> None:
    study = study_of_smac2(quick, smacwrap)
    before = (study / "live-rundata-1.json").read_bytes()
    refused = smacwrap("launch", quick, "--resume", "--seed", 1)
    assert refused.returncode == 2
    assert "has runs of SMAC v2 with the seeds 1, " in refused.stderr
    assert refused.stderr.endswith("say --seed 2\n")
    done = smacwrap("launch", quick, "--resume", "--parallel", 2, "--runcount-limit", 6)
    assert done.returncode == 0, done
    assert "seeds 2, 3, at most 6 runs, going on after 2" in done.stdout
    assert len(recorded(study, 2)) + len(recorded(study, 3)) == 4
    assert (study / "live-rundata-1.json").read_bytes() == before


def test_a_study_of_smac_v2_with_another_scenario_is_refused_with_what_differs(
    quick: Path, smacwrap: Smacwrap
) -> None:
    study = study_of_smac2(quick, smacwrap)
    pcs = quick.parent / "params.pcs"
    pcs.write_text(pcs.read_text().replace("[0.5]", "[0.25]"))
    words = ("--resume", "--algo", "./target.sh -v", "--cutoff-time", 7)
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 2
    assert "algo was './target.sh' and is './target.sh -v'" in done.stderr
    assert "cutoff-time was no limit and is '7.0'" in done.stderr
    assert "params.pcs has changed: x: default 0.5 → 0.25" in done.stderr
    assert [path.name for path in study.glob("live*")] == ["live-rundata-1.json"]


def test_nothing_is_lost_when_smac_v2_takes_the_file_of_a_worker(
    quick: Path, start_launch: Launch
) -> None:
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", "shift 5; sleep 1"))
    study = quick.parent / "smac-output" / "quick"
    launcher = start_launch("--runcount-limit", 8)
    wait_for(lambda: len(recorded(study, 1)) == 2)
    ours = (study / "live-rundata-1.json").read_text()
    theirs = as_smac2_writes(ours)
    (study / "live-rundata-1.json").write_text(theirs)
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 1, out
    assert "a SMAC v2 with the same seed, 1, overwrote it" in out
    assert "are in live-rundata-2.json now" in out
    assert (study / "live-rundata-1.json").read_text() == theirs
    configurations = [run["r-rc"]["rc-pc"]["pc-settings"] for run in recorded(study, 2)]
    recorded_before = [json.loads(line) for line in ours.splitlines()[1:]]
    assert len(configurations) == len(recorded_before) + 1
    assert configurations[:-1] == [run["r-rc"]["rc-pc"]["pc-settings"] for run in recorded_before]


def test_runs_that_smac_v2_makes_meanwhile_count_for_the_limit(
    quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    smacwrap("launch", quick, "--rungroup", "other", "--seed", 9, "--runcount-limit", 5)
    theirs = quick.parent / "smac-output" / "other" / "live-rundata-9.json"
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", "shift 5; sleep 0.5"))
    study = quick.parent / "smac-output" / "quick"
    launcher = start_launch("--runcount-limit", 12)
    wait_for(lambda: recorded(study, 1))
    (study / "live-rundata-9.json").write_text(as_smac2_writes(theirs.read_text()))
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert "12 runs. The launch ended: algorithm run limit (12 runs) has been reached" in out
    assert len(recorded(study, 1)) == 7

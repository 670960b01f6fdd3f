"""`smacwrap state-merge`: the runs of several studies in one state folder."""

import importlib
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smacwrap.errors import UserError
from smacwrap.history.state import read_state

GOLDEN = Path(__file__).parent.parent / "data/golden"
COMMAND = importlib.import_module("smacwrap.cli.state_merge").command


def golden(kind: str) -> Path:
    return GOLDEN / kind / "smac-output" / "study"


def merge(*words: object) -> Result:
    return CliRunner().invoke(COMMAND, [str(word) for word in words])


def problem(*words: object) -> str:
    result = merge(*words)
    assert isinstance(result.exception, UserError), result.output
    return str(result.exception)


def test_states_are_merged_without_the_default_that_each_ran(tmp_path: Path) -> None:
    states = [golden("quality") / f"state-run{seed}" for seed in (1, 2)]
    done = merge(*states, "--into", tmp_path / "merged")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        f"{states[0]}: 25 runs",
        f"{states[1]}: 25 runs",
        f"{tmp_path}/merged: 49 runs (duplicates dropped: 1)",
    ]
    merged = read_state(tmp_path / "merged")
    first, second = map(read_state, states)
    assert {run.key for run in merged.runs} == {run.key for run in first.runs + second.runs}
    assert merged.context == first.context


def test_studies_and_state_folders_can_be_mixed(tmp_path: Path) -> None:
    study = golden("runtime")
    done = merge(study / "state-run1", study, "--into", tmp_path / "merged")
    assert done.output.endswith("120 runs (duplicates dropped: 60)\n")
    merged = read_state(tmp_path / "merged")
    assert merged.context == read_state(study / "state-run1").context


def test_a_study_of_ours_is_merged_with_its_own_scenario(
    quick: Path, tmp_path: Path, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    options = ("--numberOfRunsLimit", 2, "--engine", "random")
    assert smacwrap("launch", quick, *options).returncode == 0
    study = tmp_path / "smac-output" / "quick"
    assert merge(study, "--into", tmp_path / "merged").exit_code == 0
    merged = read_state(tmp_path / "merged")
    assert len(merged.runs) == 2
    assert merged.context.scenario_text == quick.read_text()
    assert merged.context.pcs_text == (tmp_path / "params.pcs").read_text()


def test_what_cannot_be_merged_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    into = tmp_path / "merged"
    said = problem(golden("quality"), golden("runtime"), "--into", into)
    assert "has other parameters than" in said
    assert "removed: layers integer [1, 5] [2]" in said
    assert "has other instances than" in said
    assert "there is no such folder" in problem(tmp_path / "none", "--into", into)
    assert "it exists already" in problem(golden("quality"), "--into", tmp_path)
    shutil.copytree(golden("quality") / "state-run1", tmp_path / "state")
    (tmp_path / "state/scenario.txt").unlink()
    assert "name the file with --scenario FILE" in problem(tmp_path / "state", "--into", into)
    assert not into.exists()
    scenario = GOLDEN / "quality/scenario.txt"
    assert merge(tmp_path / "state", "--into", into, "--scenario", scenario).exit_code == 0
    assert (into / "scenario.txt").read_text() == scenario.read_text()


@pytest.mark.parametrize("words", [[], ["--into", "merged"], ["study"]])
def test_folders_and_a_place_are_needed(words: list[str]) -> None:
    assert merge(*words).exit_code == 2


def test_the_runs_of_workers_that_know_of_each_other_are_counted_once(
    quick: Path, tmp_path: Path, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    options = ("--numberOfRunsLimit", 8, "--engine", "random", "--parallel", 2)
    assert smacwrap("launch", quick, *options).returncode == 0
    study = tmp_path / "smac-output" / "quick"
    done = merge(study, "--into", tmp_path / "merged")
    assert done.output.splitlines()[0] == f"{study}: 8 runs"

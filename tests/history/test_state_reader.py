"""State folders of SMAC v2 are read as they are meant, and what is wrong with one is said."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.history import LiveRundataReader
from smacwrap.history.state import (
    is_state_folder,
    read_state,
)
from tests.history.states import PCS, golden, golden_states


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder of SMAC v2's, to be changed: iteration 8 of a study on quality."""
    return Path(shutil.copytree(golden("quality", 1), tmp_path / "state-run1"))


@golden_states
def test_a_state_has_the_runs_of_its_workers_live_rundata(kind: str, seed: int) -> None:
    state = read_state(golden(kind, seed))
    live = LiveRundataReader(golden(kind, seed).with_name(f"live-rundata-{seed}.json")).poll()
    assert [replace(run, details={}) for run in state.runs] == live
    assert state.iteration == {25: 8, 60: 10 if seed == 1 else 8}[len(live)]
    assert [run.details["iteration"] for run in state.runs[:3]] == [0, 1, 1]


def test_a_state_has_the_instances_and_their_features() -> None:
    context = read_state(golden("runtime", 1)).context
    assert [instance.name for instance in context.instances] == [
        f"inst/uf-{i}.cnf" for i in range(1, 6)
    ]
    assert context.instances[1].features == {"nvars": 120, "ratio": 4.1}
    assert "overall_obj = mean10" in context.scenario_text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    data=st.binary(max_size=80),
    name=st.sampled_from(
        ["runs_and_results-it8.csv", "paramstrings-it8.txt", "param.pcs", "instances.txt"]
    ),
)
def test_random_bytes_are_an_error_for_people(data: bytes, name: str, folder: Path) -> None:
    original = golden("quality", 1) / name
    (folder / name).write_bytes(original.read_bytes()[: len(data) * 20] + data)
    try:
        read_state(folder)
    except UserError as error:
        assert error.problems
    finally:
        shutil.copy(original, folder / name)


@pytest.mark.parametrize("suffix", ["it12", "SHUTDOWN12", "CRASH12"])
def test_the_highest_iteration_is_read_however_smac_v2_ended(folder: Path, suffix: str) -> None:
    for path in list(folder.glob("*-it8.*")):
        lines = path.read_text().splitlines(keepends=True)
        (folder / path.name.replace("it8", "it2")).write_text("".join(lines[:4]))
        path.rename(folder / path.name.replace("it8", suffix))
    state = read_state(folder)
    assert (state.iteration, len(state.runs)) == (12, 25)


@pytest.mark.parametrize(
    "harm",
    [
        lambda folder: cut(folder / "runs_and_results-it12.csv"),
        lambda folder: cut(folder / "paramstrings-it12.txt"),
        lambda folder: (folder / "runs_and_results-it12.csv").write_text(""),
        lambda folder: (folder / "paramstrings-it12.txt").unlink(),
        lambda folder: drop_last_line(folder / "paramstrings-it12.txt"),
    ],
    ids=[
        "a run is cut off",
        "settings are cut off",
        "empty",
        "no settings",
        "settings are missing",
    ],
)
def test_of_a_half_written_iteration_the_one_before_is_read(folder: Path, harm) -> None:  # type: ignore[no-untyped-def]
    for path in list(folder.glob("*-it8.*")):
        shutil.copy(path, folder / path.name.replace("it8", "it12"))
        if not path.name.startswith("paramstrings"):
            drop_last_line(path)
    harm(folder)
    state = read_state(folder)
    assert (state.iteration, len(state.runs)) == (8, 24)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def drop_last_line(path: Path) -> None:
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))


def test_if_there_is_only_a_half_written_iteration_its_place_is_said(folder: Path) -> None:
    path = folder / "runs_and_results-it8.csv"
    cut(path)
    with pytest.raises(UserError) as info:
        read_state(folder)
    (problem,) = info.value.problems
    assert (problem.file, problem.line) == (path, 26)
    assert "half-written" in problem.message


def test_all_wrong_runs_are_named_with_their_lines(folder: Path) -> None:
    path = folder / "runs_and_results-it8.csv"
    lines = path.read_text().splitlines()
    lines[3] = lines[3].replace(",SAT,", ",FINE,")
    lines[5] = lines[5].replace(",0.5,", ",half,")
    lines[7] = lines[7].replace("7,7,1,", "7,7,2,")
    lines[9] = "9,9,1"
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(UserError) as info:
        read_state(folder)
    assert [str(problem).removeprefix(f"{path}:") for problem in info.value.problems] == [
        "4: 'FINE' is not a status; expected SAT, UNSAT, TIMEOUT, CRASHED, ABORT, KILLED, RUNNING",
        "6: column 'Runtime': expected a number, found 'half'",
        "8: instance 2, but instances.txt has 1",
        "10: column 'Seed' is missing",
    ]


def test_all_wrong_settings_are_named_with_their_lines(folder: Path) -> None:
    path = folder / "paramstrings-it8.txt"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("layers='1'", "layers='9'")
    lines[2] = "three: " + lines[2]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(UserError) as info:
        read_state(folder)
    assert [problem.line for problem in info.value.problems] == [2, 3]
    assert "'9' is not in the domain of 'layers', integer [1, 5]" in str(info.value)
    assert "expected NUMBER: name='value'" in str(info.value)


def test_a_folder_without_runs_is_no_state_folder(tmp_path: Path) -> None:
    (tmp_path / "param.pcs").write_text(PCS)
    assert not is_state_folder(tmp_path)
    with pytest.raises(UserError, match="expected a state folder of SMAC v2"):
        read_state(tmp_path)


def test_a_table_without_smacs_columns_is_refused(folder: Path) -> None:
    (folder / "runs_and_results-it8.csv").write_text("run,quality\n1,0.5\n")
    with pytest.raises(UserError, match=r"it8\.csv:1: expected a header with the column"):
        read_state(folder)

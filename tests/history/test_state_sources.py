"""Studies and state folders as sources of runs, and what becomes of them when they are merged."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.history import Instance, LiveRundataWriter, Run, Study
from smacwrap.history.state import (
    Context,
    State,
    merge_states,
    read_folder,
    state_folders,
    without_duplicates,
)
from smacwrap.pcs import parse_tree
from smacwrap.protocol import Status
from tests.history.runs import IDENTITY, make_run


def read_runs(folder: Path) -> tuple[str, list[Run]]:
    state = read_folder(folder)
    return state.context.pcs_text, list(state.runs)


GOLDEN = Path(__file__).parent.parent / "data/golden"
PCS = IDENTITY.pcs_text


def golden(kind: str) -> Path:
    return GOLDEN / kind / "smac-output" / "study"


def run_of(x: str, iteration: int = 0, cutoff: float = 5.0, status: Status = Status.SAT) -> Run:
    return make_run(0.5, status, cutoff=cutoff, details={"iteration": iteration}, x=x)


def state_of(*runs: Run, pcs_text: str = PCS, instance: str = "no_instance") -> State:
    return State(Context(pcs_text, instances=(Instance(instance),)), runs, len(runs))


@pytest.mark.parametrize(("kind", "count"), [("quality", 50), ("runtime", 120)])
def test_a_study_gives_its_parameters_and_the_runs_of_all_its_workers(
    kind: str, count: int
) -> None:
    pcs_text, runs = read_runs(golden(kind))
    assert pcs_text == (GOLDEN / kind / "params.pcs").read_text()
    assert len(runs) == count


def test_a_state_folder_gives_the_same_as_its_study_does() -> None:
    _, of_study = read_runs(golden("quality"))
    _, of_state = read_runs(golden("quality") / "state-run2")
    assert [replace(run, details={}) for run in of_study[25:]] == [
        replace(run, details={}) for run in of_state
    ]


def test_without_state_folders_the_live_rundata_say_it_all(tmp_path: Path) -> None:
    for seed in (1, 2):
        shutil.copy(golden("runtime") / f"live-rundata-{seed}.json", tmp_path)
    state = read_folder(tmp_path)
    assert len(state.runs) == 120
    assert parse_tree(state.context.pcs_text) == parse_tree(
        (GOLDEN / "runtime/params.pcs").read_text()
    )
    assert [i.name for i in state.context.instances] == [f"inst/uf-{i}.cnf" for i in range(1, 6)]
    assert state.context.instances[0].features == {"nvars": 110, "ratio": 4.05}


def test_a_study_of_ours_is_read_like_smac_v2s(tmp_path: Path) -> None:
    writer = LiveRundataWriter(Study(tmp_path).live_rundata(3), IDENTITY)
    runs = [make_run(0.5, details={"metrics": {"testerr": "0.1"}}), make_run(0.25, x="0.125")]
    for run in runs:
        writer.append(run)
    pcs_text, found = read_runs(tmp_path)
    assert pcs_text == PCS
    assert [run.details for run in found] == [
        {"metrics": {"testerr": "0.1"}, "iteration": 0},
        {"iteration": 1},
    ]


def test_runs_that_only_one_of_a_workers_files_has_are_all_read(tmp_path: Path) -> None:
    study = tmp_path / "study"
    shutil.copytree(golden("quality"), study)
    live = study / "live-rundata-1.json"
    text = live.read_text()
    live.write_text(text[: text.index("} {", text.index("} {") + 1) + 2])  # its first two runs
    assert len(read_folder(study).runs) == 50
    live.unlink()
    # Both workers ran the default configuration: of one of them nothing tells any more.
    assert len(read_folder(study).runs) == 49
    shutil.rmtree(study / "state-run1")
    assert len(read_folder(study).runs) == 25


def test_state_folders_are_found_by_seed(tmp_path: Path) -> None:
    for name in ("state-run10", "state-run2", "old-state-state-run2-1795242160677"):
        shutil.copytree(golden("quality") / "state-run1", tmp_path / name)
    (tmp_path / "state-run3").mkdir()
    assert [path.name for path in state_folders(tmp_path).values()] == [
        "state-run2",
        "state-run10",
    ]


def test_a_folder_that_is_no_study_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such folder"):
        read_runs(tmp_path / "none")
    with pytest.raises(UserError, match="no study and no state folder: expected live-rundata-"):
        read_runs(tmp_path)
    with pytest.raises(UserError, match=r"did you mean .*quality/smac-output/study\?"):
        read_runs(golden("quality").parent)
    (tmp_path / "live-rundata-1.json").write_text("[]")
    with pytest.raises(UserError, match="it has no runs"):
        read_runs(tmp_path)


@pytest.mark.parametrize("run", ["{}", '{"r-rc": 1}', '{"r-rc": {"rc-algo-exec-config": {}}}', "7"])
def test_a_first_run_that_says_nothing_of_its_study_is_an_error(tmp_path: Path, run: str) -> None:
    (tmp_path / "live-rundata-1.json").write_text("[]" + run)
    with pytest.raises(UserError, match="is not as SMAC v2 writes it"):
        read_runs(tmp_path)


def test_merged_runs_are_sorted_by_iteration_and_come_once() -> None:
    one = state_of(run_of("0.5", 0), run_of("0.1", 2))
    other = state_of(run_of("0.5", 0), run_of("0.2", 1), run_of("0.3", 3))
    merged = merge_states({"one": one, "other": other})
    assert [run.settings["x"] for run in merged.runs] == ["0.5", "0.2", "0.1", "0.3"]
    assert merged.iteration == 3


def test_values_that_java_writes_in_another_way_are_the_same() -> None:
    runs = [run_of("0.0001"), run_of("1.0E-4"), run_of("1.0000000000000005E-4"), run_of("0.00011")]
    kept = without_duplicates(runs, parse_tree(PCS))
    assert [run.settings["x"] for run in kept] == ["0.0001", "0.00011"]


def test_texts_that_look_like_the_same_number_are_different_values() -> None:
    runs = [run_of("1"), run_of("1.0")]
    assert without_duplicates(runs, parse_tree("x categorical {1, 1.0} [1]")) == runs


def test_a_run_that_was_cut_short_gives_way_to_one_with_more_time() -> None:
    short = run_of("0.5", cutoff=1.0, status=Status.TIMEOUT)
    full = run_of("0.5", cutoff=5.0)
    space = parse_tree(PCS)
    assert without_duplicates([short, full, short], space) == [full]
    assert without_duplicates([full, short], space) == [full]
    assert without_duplicates([run_of("0.5", cutoff=1.0), full], space)[0].cutoff == 1.0


def test_states_with_other_parameters_are_not_merged_and_all_differences_are_named() -> None:
    states = {
        "one": state_of(),
        "two": state_of(pcs_text="x real [0, 2] [0.5]\ny real [0, 1] [0.5]\n"),
        "three": state_of(instance="a.cnf"),
    }
    with pytest.raises(UserError) as info:
        merge_states(states)
    first, second = (str(problem) for problem in info.value.problems)
    assert first.startswith("two has other parameters than one: changed: x: range")
    assert "added: y real [0, 1] [0.5]" in first
    assert second == "three has other instances than one: - no_instance; + a.cnf"


def test_other_words_for_the_same_parameters_make_no_difference() -> None:
    one = state_of(run_of("0.5"), pcs_text="x [0, 1] [0.5] # older syntax\n")
    assert len(merge_states({"one": one, "other": state_of(run_of("0.25"))}).runs) == 2

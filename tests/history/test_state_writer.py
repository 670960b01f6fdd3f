"""State folders are written in SMAC v2's form, and what is written is read."""

import csv
import math
import shutil
import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.history import Instance, Objective, Run
from smacwrap.history.state import (
    Context,
    State,
    StateWriter,
    read_state,
    write_state,
)
from smacwrap.protocol import NO_CUTOFF, Result, Status
from tests.history.runs import full_disk
from tests.history.states import (
    DEFAULT,
    KINDS,
    PCS,
    QUALITY,
    golden,
    golden_states,
    result,
    run_with,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder of SMAC v2's, to be changed: iteration 8 of a study on quality."""
    return Path(shutil.copytree(golden("quality", 1), tmp_path / "state-run1"))


def table(folder: Path) -> list[list[str | float]]:
    """The cells of the runs, numbers as numbers."""
    (path,) = folder.glob("runs_and_results-*.csv")
    return [[number_or_text(cell) for cell in row] for row in csv.reader(path.open())]


def number_or_text(cell: str) -> str | float:
    try:
        return float(cell)
    except ValueError:
        return cell


def written(folder: Path, *runs: Run) -> State:
    write_state(folder, State(Context(PCS), runs, 0), QUALITY, NO_CUTOFF)
    return read_state(folder)


@golden_states
def test_what_is_read_is_written_with_the_same_content(
    kind: str, seed: int, tmp_path: Path
) -> None:
    state = read_state(golden(kind, seed))
    write_state(tmp_path / "state", state, *KINDS[kind])
    assert read_state(tmp_path / "state") == state
    assert table(tmp_path / "state") == table(golden(kind, seed))
    for theirs in golden(kind, seed).iterdir():
        ours = tmp_path / "state" / theirs.name
        if theirs.name.startswith("uniq_configurations"):
            for row, expected in zip(*map(arrays, (ours, theirs)), strict=True):
                assert row == pytest.approx(expected, rel=1e-14, abs=1e-14)
        elif not theirs.name.startswith("runs_and_results"):
            assert ours.read_text() == theirs.read_text()


def arrays(path: Path) -> list[list[float]]:
    return [[float(cell) for cell in line.split(",")] for line in path.read_text().splitlines()]


_words = st.text(string.ascii_letters + string.digits + "=;.\" '", max_size=12)
_numbers = st.floats(-1e6, 1e6)


@st.composite
def _states(draw: st.DrawFn) -> State:
    instances = tuple(Instance(name) for name in draw(st.sampled_from([["no_instance"], "abc"])))
    reals = st.integers(1, 1000).map(lambda number: repr(number / 1000))
    configurations = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "x": reals,
                    "n": st.integers(1, 10).map(str),
                    "kind": st.sampled_from("ab"),
                    "size": st.sampled_from("sml"),
                    "z": reals,
                }
            ),
            min_size=1,
            max_size=4,
            unique_by=lambda values: tuple(v for n, v in values.items() if n != "z"),
        )
    )
    runs = []
    for iteration in sorted(draw(st.lists(st.integers(0, 9), max_size=8))):
        values = draw(st.sampled_from(configurations))
        active = sorted(n for n in values if n != "z" or values["kind"] == "b")
        seed = draw(st.integers(-1, 2**31 - 1))
        outcome = Result(
            status=draw(st.sampled_from(Status)),
            runtime=draw(st.floats(0, 1e6)),
            run_length=draw(_numbers),
            quality=draw(_numbers),
            seed=seed,
            additional=draw(_words),
        )
        run = Run(
            values,
            tuple(active),
            outcome,
            wallclock_time=draw(st.floats(0, 1e6)),
            instance=draw(st.sampled_from(instances)).name,
            seed=seed,
            cutoff=draw(st.floats(0, NO_CUTOFF)),
            is_default={n: values[n] for n in active}
            == {n: DEFAULT[n] for n in "x n kind size".split()},
            details={"iteration": iteration},
        )
        runs.append(run)
    text = "".join(f"{instance.name}\n" for instance in instances)
    context = Context(PCS, draw(st.sampled_from(["", "a = b\n"])), instances, text)
    return State(context, tuple(runs), runs[-1].details["iteration"] if runs else 0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(state=_states(), run_obj=st.sampled_from(["QUALITY", "RUNTIME"]))
def test_what_is_written_is_read(state: State, run_obj: str, tmp_path: Path) -> None:
    objective = Objective(run_obj, crashed_quality=-math.inf)  # type: ignore[arg-type]
    shutil.rmtree(tmp_path / "state", ignore_errors=True)
    write_state(tmp_path / "state", state, objective, 5.0)
    assert read_state(tmp_path / "state") == state


def test_a_failed_run_is_written_with_the_quality_that_it_counts_as(tmp_path: Path) -> None:
    runs = [run_with(result=result(status, 0.0), seed=i) for i, status in enumerate(Status)]
    state = written(tmp_path / "state", *runs)
    qualities = {run.result.status: run.result.quality for run in state.runs}
    failed = {Status.CRASHED, Status.ABORT}
    assert qualities == {status: 1e9 if status in failed else 0.0 for status in Status}


@pytest.mark.parametrize("quality", [math.inf, -math.inf, 1e200, math.nan])
def test_no_quality_is_written_on_which_smac_v2_fails(tmp_path: Path, quality: float) -> None:
    (run,) = written(tmp_path / "state", run_with(result=result(quality=quality))).runs
    assert abs(run.result.quality) == 1e150


def test_additional_run_data_stays_in_one_cell(tmp_path: Path) -> None:
    text = 'a=1, b="x"\nc=\udcff'
    (run,) = written(tmp_path / "state", run_with(result=result(additional=text))).runs
    assert run.result.additional == 'a=1; b="x" c=?'


def test_a_timeout_before_the_cutoff_is_censored_and_counts_as_its_own_cutoff(
    tmp_path: Path,
) -> None:
    runs = [
        run_with(result=result(Status.TIMEOUT), cutoff=2.0, seed=1),
        run_with(result=result(Status.TIMEOUT), cutoff=5.0, seed=2),
        run_with(result=result(Status.CRASHED), cutoff=2.0, seed=3),
        run_with(result=result(Status.KILLED), cutoff=5.0, seed=4),
        run_with(result=result(Status.SAT), cutoff=5.0, seed=5),
    ]
    write_state(tmp_path, State(Context(PCS), tuple(runs), 0), Objective("RUNTIME"), 5.0)
    assert [(row[3], row[4]) for row in table(tmp_path)[1:]] == [
        (2.0, 1),
        (5.0, 0),
        (5.0, 0),
        (1.0, 1),
        (1.0, 0),
    ]


def test_instances_and_features_are_written_where_there_is_no_file_to_copy(tmp_path: Path) -> None:
    instances = (Instance("a b", "x y", {"f": 1.5}), Instance("c", features={"f": 2.0}))
    context = Context(PCS, instances=instances)
    write_state(tmp_path, State(context, (run_with(instance="c"),), 0), QUALITY, NO_CUTOFF)
    state = read_state(tmp_path)
    assert state.context.instances == instances
    assert state.runs[0].instance == "c"


def test_a_run_on_an_unknown_instance_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a run is on the instance 'b', which is not in the list"):
        written(tmp_path / "state", run_with(instance="b"))
    assert not (tmp_path / "state").exists()


def test_a_writer_saves_at_powers_of_two_and_when_it_is_told_to(tmp_path: Path) -> None:
    writer = StateWriter(tmp_path / "state-run1", Context(PCS), QUALITY, NO_CUTOFF)
    saved = []
    for seed in range(9):
        writer.append(replace(run_with(seed=seed), details={}))
        saved.append(len(read_state(writer.folder).runs))
    assert saved == [1, 2, 2, 4, 4, 4, 4, 8, 8]
    writer.save()
    state = read_state(writer.folder)
    assert [run.details["iteration"] for run in state.runs] == list(range(9))
    assert len(list(writer.folder.glob("runs_and_results-*"))) == 1
    assert len(list(writer.folder.iterdir())) == 6


def test_a_resumed_writer_goes_on_behind_the_iterations_of_smac_v2(folder: Path) -> None:
    before = read_state(folder)
    writer = StateWriter(folder, before.context, QUALITY, NO_CUTOFF)
    for run in before.runs:
        writer.know(run)
    writer.append(replace(before.runs[0], seed=7, details={}))
    writer.save()
    after = read_state(folder)
    assert after.runs[:-1] == before.runs
    assert [run.details["iteration"] for run in after.runs[-2:]] == [8, 25]


def test_a_folder_of_the_java_program_is_set_aside_not_overwritten(folder: Path) -> None:
    (folder / "java_obj_dump-v2-it8.obj").write_bytes(b"dump")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    written(folder, run_with())
    (aside,) = folder.parent.glob("old-state-state-run1-*")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == files
    assert not list(folder.glob("java_obj_dump-*"))


def test_a_full_disk_leaves_the_iteration_that_was_saved(tmp_path: Path) -> None:
    before = written(tmp_path / "state", run_with())
    runs = tuple(run_with(seed=seed, details={"iteration": seed}) for seed in range(200))
    with full_disk(2000), pytest.raises(OSError, match="File too large"):
        write_state(tmp_path / "state", State(Context(PCS), runs, 199), QUALITY, NO_CUTOFF)
    assert read_state(tmp_path / "state") == before
    assert not list((tmp_path / "state").glob(".*"))

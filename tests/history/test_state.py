"""State folders: SMAC v2's are read as they are meant, and ours are written in its form."""

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
from smacwrap.history import Instance, LiveRundataReader, Objective, Run
from smacwrap.history.state import (
    Context,
    State,
    StateWriter,
    is_state_folder,
    read_state,
    write_state,
)
from smacwrap.protocol import NO_CUTOFF, Result, Status
from tests.history.runs import full_disk, make_run

GOLDEN = Path(__file__).parent.parent / "data/golden"
KINDS = {
    "quality": (Objective("QUALITY"), NO_CUTOFF),
    "runtime": (Objective("RUNTIME", penalty=10), 5.0),
}
PCS = """\
x real [0, 1] [0.5]
n integer [1, 10] [3] log
kind categorical {a, b} [a]
size ordinal {s, m, l} [m]
z real [1e-5, 1] [0.1] log
z | kind == b
"""
DEFAULT = {"x": "0.5", "n": "3", "kind": "a", "size": "m", "z": "0.1"}
QUALITY = Objective("QUALITY")

golden_states = pytest.mark.parametrize(
    ("kind", "seed"), [(kind, seed) for kind in KINDS for seed in (1, 2)]
)


def golden(kind: str, seed: int) -> Path:
    return GOLDEN / kind / "smac-output" / "study" / f"state-run{seed}"


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


def run_with(**changes: object) -> Run:
    run = make_run(cutoff=NO_CUTOFF, active=["x", "n", "kind", "size"], **DEFAULT)
    return replace(run, **{"details": {"iteration": 0}, **changes})


def result(status: Status = Status.SAT, quality: float = 0.5, additional: str = "") -> Result:
    return Result(status, 1.0, 1.0, quality, -1, additional)


def written(folder: Path, *runs: Run, objective: Objective = QUALITY) -> State:
    write_state(folder, State(Context(PCS), runs, 0), objective, NO_CUTOFF)
    return read_state(folder)


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
    writer = StateWriter(folder, before.context, QUALITY, NO_CUTOFF, before.runs)
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

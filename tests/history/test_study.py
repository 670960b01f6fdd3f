"""The study folder: which workers wrote there, and what is deleted to begin anew."""

from pathlib import Path

from smacwrap.history import HistoryReader, LiveRundataWriter, Study
from tests.history.runs import IDENTITY, make_run

GOLDEN = Path(__file__).parent.parent / "data/golden/quality/smac-output/study"


def test_a_history_is_read_as_workers_appear_and_append(tmp_path: Path) -> None:
    study = Study(tmp_path)
    reader = HistoryReader(study)
    assert list(reader.poll()) == []
    writers = {}
    for seed in (3, 12):
        writers[seed] = LiveRundataWriter(study.live_rundata(seed), IDENTITY)
        writers[seed].append(make_run(seed))
        assert list(reader.poll()) == [(seed, make_run(seed, details={"number": 1, "metrics": {}}))]
    writers[3].append(make_run(0))
    assert list(reader.poll()) == [(3, make_run(0, details={"number": 2, "metrics": {}}))]
    assert study.seeds() == [3, 12]


def test_files_with_other_names_are_no_workers(tmp_path: Path) -> None:
    for name in ("live-rundata-x.json", "live-rundata-1.json.bak", "live-rundata-.json"):
        (tmp_path / name).write_text("[]")
    assert Study(tmp_path).seeds() == []


def test_to_clear_a_study_deletes_what_smacwrap_wrote_and_nothing_else(tmp_path: Path) -> None:
    study = Study(tmp_path / "study")
    (study.runs / "run-1").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    (study.runs / "run-2").symlink_to(tmp_path / "elsewhere")
    ours = [study.live_rundata(1), study.trajectory(1), study.results, study.runs / "run-3.zip"]
    ours += [study.detailed_trajectory(1), study.state(1)]
    ours += [study.runs / "inputs-1.zip", study.runs / "inputs-1.json"]
    theirs = [study.folder / "notes.txt", study.runs / "mine.zip"]
    for path in ours + theirs:
        path.touch()
    study.clear()
    left = {path for path in study.folder.rglob("*") if path != study.runs}
    assert left == set(theirs)
    assert (tmp_path / "elsewhere" / "kept").exists()


def test_leftovers_are_folders_of_runs_and_half_files_but_never_bundles(tmp_path: Path) -> None:
    study = Study(tmp_path)
    (study.runs / "run-1" / "work").mkdir(parents=True)
    cache = study.runs / ".cache"
    cache.mkdir()
    for path in (study.runs / "run-1", cache / "key"):
        path.with_suffix(".zip").touch()
        path.with_suffix(".part").touch()
    for name in ("inputs-1.json", "inputs-1.zip", "inputs-1.part"):
        (study.runs / name).touch()
    study.state(1).mkdir()
    for path in (study.description, study.state(1) / "param.pcs"):
        path.touch()
        path.with_name(f".{path.name}.99.part").touch()
    study.remove_leftovers()
    assert {path.name for path in study.runs.iterdir()} == {
        "run-1.zip",
        "inputs-1.json",
        "inputs-1.zip",
        ".cache",
    }
    assert [path.name for path in cache.iterdir()] == ["key.zip"]
    assert {path.name for path in tmp_path.iterdir()} == {"runs", "state-run1", "study.json"}
    assert [path.name for path in study.state(1).iterdir()] == ["param.pcs"]


def test_a_file_whose_last_runs_cannot_be_read_yet_is_named(tmp_path: Path) -> None:
    study = Study(tmp_path)
    reader = HistoryReader(study, patience=60)
    whole = (GOLDEN / "live-rundata-1.json").read_bytes()
    middle = len(whole) // 2
    damaged = whole[:middle] + bytes(300) + whole[middle + 300 :]
    study.live_rundata(1).write_bytes(damaged)
    few = len(list(reader.poll()))
    assert reader.waits_for == [study.live_rundata(1)]
    study.live_rundata(1).write_bytes(whole)
    assert few + len(list(reader.poll())) == 25
    assert reader.waits_for == []

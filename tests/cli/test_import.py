"""`smacwrap import`: what SMAC v2 wrote becomes a study of ours, and nothing of it is changed."""

import csv
import importlib
import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from smacwrap.errors import UserError
from smacwrap.history import HistoryReader, Study
from tests.conftest import write_program

GOLDEN = Path(__file__).parent.parent / "data/golden"
COMMAND = importlib.import_module("smacwrap.cli.import").command

# The target that the study on quality was made with has the same parameters.
TARGET = '#!/bin/sh\necho "Result of algorithm run: SAT, 0.01, 1, 0.005, $5"\n'


def run_import(*words: object) -> Result:
    return CliRunner().invoke(COMMAND, [str(word) for word in words])


def problem(*words: object) -> str:
    result = run_import(*words)
    assert isinstance(result.exception, UserError), result.output
    return str(result.exception)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """SMAC v2's study on quality, which may be changed."""
    return copy("quality", tmp_path)


def copy(kind: str, to: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / kind / "smac-output/study", to / "smac-output/study"))


def contents(folder: Path) -> dict[Path, bytes]:
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def results(folder: Path) -> list[dict[str, str]]:
    return list(csv.DictReader((folder / "results.csv").open()))


def test_a_study_is_imported_in_place_and_smacs_files_stay_as_they_are(study: Path) -> None:
    before = contents(study)
    done = run_import(study)
    assert done.exit_code == 0
    assert "50 runs of the seeds 1, 2" in done.output
    assert "incumbent: 0.009979 with layers='3', lr='0.005334161253536945'" in done.output
    after = contents(study)
    assert after.keys() - before.keys() == {Path("study.json"), Path("results.csv")}
    assert {path: after[path] for path in before} == before
    rows = results(study)
    assert len(rows) == 50
    assert min(float(row["cost"]) for row in rows) == 0.009979
    assert rows[0]["config.lr"] == "0.001"
    assert rows[0]["config.momentum"] == ""


def test_a_study_with_instances_is_imported_with_its_penalised_costs(tmp_path: Path) -> None:
    study = copy("runtime", tmp_path)
    assert run_import(study).exit_code == 0
    timeouts = [row for row in results(study) if row["status"] == "TIMEOUT"]
    assert timeouts
    cutoffs = [run.cutoff for _, run in HistoryReader(Study(study)).poll()]
    assert {float(row["cost"]) for row in timeouts} <= {10 * cutoff for cutoff in cutoffs}
    description = json.loads((study / "study.json").read_text())
    assert description["seeds"] == [1, 2]
    assert description["identity"]["cutoff-time"] == "5.0"
    for _, path in description["overrides"][:4]:
        assert Path(path).is_file()


def test_a_copy_is_imported_and_the_original_stays_as_it_is(study: Path, tmp_path: Path) -> None:
    before = contents(study)
    to = tmp_path / "new" / "mine"
    assert run_import(study, "--to", to).exit_code == 0
    assert contents(study) == before
    assert contents(to).keys() - before.keys() == {Path("study.json"), Path("results.csv")}
    assert json.loads((to / "study.json").read_text())["scenario"].startswith(str(to))
    assert [path.name for path in to.parent.iterdir()] == ["mine"]


def test_runs_that_only_state_folders_have_get_live_rundata_files(study: Path) -> None:
    wanted = [run.key for _, run in HistoryReader(Study(study)).poll()]
    for path in study.glob("live-rundata-*.json"):
        path.unlink()
    assert run_import(study).exit_code == 0
    assert [run.key for _, run in HistoryReader(Study(study)).poll()] == wanted


def test_a_single_state_folder_becomes_a_study_elsewhere(tmp_path: Path) -> None:
    state = GOLDEN / "runtime/smac-output/study/state-run2"
    assert "say where to make a study of it, with --to STUDY" in problem(state)
    assert run_import(state, "--to", tmp_path / "mine").exit_code == 0
    assert [seed for seed, _ in HistoryReader(Study(tmp_path / "mine")).poll()] == [2] * 60
    first = json.loads((tmp_path / "mine/live-rundata-2.json").read_text().split("\n")[0])[0]
    assert first["pi-features"] == {"nvars": 110, "ratio": 4.05}


def test_in_place_runs_that_smacs_own_history_lacks_are_spoken_of(
    study: Path, tmp_path: Path
) -> None:
    live = study / "live-rundata-1.json"
    live.write_text(live.read_text()[: live.read_text().index("} {") + 2])
    before = live.read_bytes()
    assert run_import(study, "--to", tmp_path / "copy").output.startswith(
        f"{tmp_path}/copy: 50 runs"
    )
    done = run_import(study)
    assert f"{study}: 26 runs" in done.output
    assert "24 runs exist only in a state folder; use --to to include them" in done.output
    assert live.read_bytes() == before


def test_a_launch_goes_on_with_an_imported_study(
    study: Path, tmp_path: Path, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    for name in ("scenario.txt", "params.pcs"):
        shutil.copy(GOLDEN / "quality" / name, tmp_path)
    write_program(tmp_path / "target.py", TARGET)
    assert run_import(study).exit_code == 0
    options = "--resume --engine random --rungroup study --numberOfRunsLimit 52"
    done = smacwrap("launch", "scenario.txt", *options.split())
    assert done.returncode == 0, done.stdout
    assert "going on after 50" in done.stdout
    rows = results(study)
    assert len(rows) == 52
    assert [row["cost"] for row in rows[-2:]] == ["0.005", "0.005"]


def test_a_run_that_cannot_be_read_is_told_and_the_others_are_imported(study: Path) -> None:
    live = study / "live-rundata-2.json"
    live.write_text(live.read_text().replace('"SAT"', '"FINE"', 1))
    done = run_import(study)
    assert done.exit_code == 0
    assert "live-rundata-2.json:7: run 1 is lost: " in done.output
    assert "status 'FINE' is unknown" in done.output
    assert len(results(study)) == 49


def test_what_cannot_be_imported_is_refused_and_nothing_is_written(
    study: Path, tmp_path: Path
) -> None:
    (study.parent / "runs").mkdir()
    assert "no study and no state folder" in problem(study.parent / "runs")
    assert "there is no such folder" in problem(tmp_path / "none")
    assert "it exists already: choose a new folder" in problem(study, "--to", tmp_path)
    assert "a copy cannot lie inside" in problem(study, "--to", study / "sub")
    before = contents(study)
    live = study / "live-rundata-2.json"
    live.write_text(live.read_text().replace("pi-name", "pi-nom", 1))
    assert "'pi-name' is missing" in problem(study, "--to", tmp_path / "copy")
    live.write_bytes(before[Path(live.name)])
    for path in study.glob("state-run*/scenario.txt"):
        path.unlink()
    assert "name the file with --scenario FILE" in problem(study, "--to", tmp_path / "copy")
    assert {path.name for path in tmp_path.iterdir()} == {"smac-output"}
    assert "study.json" not in {path.name for path in study.iterdir()}
    assert run_import(study, "--scenario", GOLDEN / "quality/scenario.txt").exit_code == 0
    assert "it is a study of smacwrap already" in problem(study)


def test_what_smac_v2_wrote_is_found_by_its_scenario_file_or_a_folder_around_it(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert f"{study.relative_to(tmp_path)}: 50 runs" in run_import(".").output
    (study / "study.json").unlink()
    shutil.copy(study / "state-run1/scenario.txt", tmp_path / "study.txt")
    shutil.copy(study / "state-run1/param.pcs", tmp_path / "params.pcs")
    done = run_import("study.txt")
    assert "50 runs of the seeds 1, 2" in done.output, done.exception
    assert json.loads((study / "study.json").read_text())["scenario"] == f"{tmp_path}/study.txt"
    shutil.copytree(GOLDEN / "runtime/smac-output/study", tmp_path / "smac-output/other")
    (study / "study.json").unlink()
    assert "2 folders of SMAC v2 fit, name one of them:" in problem("smac-output")

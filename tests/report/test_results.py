"""results.csv: one row a run, readable by whatever reads CSV, whatever the runs hold."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from smacwrap.errors import UserError
from smacwrap.history import Objective, Run, Study
from smacwrap.history.forgotten import Forgotten
from smacwrap.protocol import Status
from smacwrap.report import write_results
from tests.history.runs import full_disk, make_run, studies

QUALITY = Objective("QUALITY")
FIRST = {"number": 1}


def rows(study: Study) -> list[dict[str, str]]:
    with study.results.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_columns_are_the_same_for_every_study_around_its_metrics_and_parameters(
    tmp_path: Path,
) -> None:
    study = Study(tmp_path)
    details = {"number": 1, "metrics": {"testerr": "0.5", "acc": "1"}, "end": "2"}
    runs = [(7, make_run(details=details, x="1", a="2")), (8, make_run(details=FIRST, b="3"))]
    write_results(study, runs, QUALITY)
    assert study.results.read_text().splitlines()[0] == (
        "run,id,worker,status,quality,cost,metric.acc,metric.testerr,runtime,wallclock_time,"
        "start,end,instance,seed,zip,reason,warnings,forgotten,config.a,config.b,config.x"
    )


def test_a_row_has_everything_of_its_run(tmp_path: Path) -> None:
    study = Study(tmp_path)
    details = {
        "number": 12,
        "metrics": {"testerr": "0.5"},
        "start": "2026-01-01T00:00:00+00:00",
        "end": "2026-01-01T00:00:02+00:00",
        "zip": "run-17.zip",
        "reason": "out of memory",
        "warnings": ["one", "two"],
    }
    run = make_run(
        0.25, Status.CRASHED, runtime=1.5, details=details, instance="a.cnf", seed=3,
        active=["lr"], lr="1e-05", momentum="0.9",
    )  # fmt: skip
    Forgotten(study).change(["7-12"], forget=True)
    write_results(study, [(7, run)], QUALITY)
    assert rows(study) == [
        {
            "run": "1",
            "id": "7-12",
            "worker": "7",
            "status": "CRASHED",
            "quality": "",
            "cost": "1000000000.0",
            "metric.testerr": "0.5",
            "runtime": "1.5",
            "wallclock_time": "0.25",
            "start": "2026-01-01T00:00:00+00:00",
            "end": "2026-01-01T00:00:02+00:00",
            "instance": "a.cnf",
            "seed": "3",
            "zip": "runs/run-17.zip",
            "reason": "out of memory",
            "warnings": "one | two",
            "forgotten": "yes",
            "config.lr": "1e-05",
            "config.momentum": "",
        }
    ]


def test_rows_are_in_the_order_in_which_the_runs_ended(tmp_path: Path) -> None:
    study = Study(tmp_path)
    runs = [
        (seed, make_run(details={"number": 1, "end": end}))
        for seed, end in ((1, "09"), (2, "10"), (3, "08"))
    ]
    write_results(study, runs, QUALITY)
    assert [(row["run"], row["worker"]) for row in rows(study)] == [
        ("1", "3"),
        ("2", "1"),
        ("3", "2"),
    ]


def test_a_study_without_runs_is_a_header(tmp_path: Path) -> None:
    write_results(Study(tmp_path), [], QUALITY)
    assert len(Study(tmp_path).results.read_text().splitlines()) == 1


def valid(text: str) -> str:
    """As text that no encoding refuses."""
    return text.encode(errors="backslashreplace").decode()


@given(studies())
def test_any_values_are_read_back_from_the_table(
    tmp_path_factory: pytest.TempPathFactory, study: tuple[object, list[Run]]
) -> None:
    folder = Study(tmp_path_factory.getbasetemp())
    runs = [replace(run, details={**run.details, "number": 1}) for run in study[1]]
    write_results(folder, [(1, run) for run in runs], QUALITY)
    found = rows(folder)
    assert len(found) == len(study[1])
    for row, run in zip(found, study[1], strict=True):
        assert (row["instance"], row["reason"]) == (
            valid(run.instance),
            valid(run.details.get("reason", "")),
        )
        if QUALITY.has_quality(run):
            assert float(row["quality"]) == run.result.quality
        else:
            assert row["quality"] == ""
        for name in run.settings:
            assert row[f"config.{name}"] == valid(run.configuration.get(name, ""))


def test_commas_quotes_and_newlines_stay_in_their_cell(tmp_path: Path) -> None:
    study = Study(tmp_path)
    reason = 'said "no", then:\r\nTraceback\n,,'
    write_results(study, [(1, make_run(details={"number": 1, "reason": reason}, x="a,b"))], QUALITY)
    (row,) = rows(study)
    assert (row["reason"], row["config.x"]) == (reason, "a,b")


def test_a_table_that_cannot_be_written_is_named_and_the_old_one_stays(tmp_path: Path) -> None:
    study = Study(tmp_path)
    write_results(study, [(1, make_run(details=FIRST))], QUALITY)
    before = study.results.read_bytes()
    with full_disk(1000), pytest.raises(UserError, match=r"cannot write it: File too large"):
        write_results(study, [(1, make_run(details=FIRST))] * 100, QUALITY)
    assert study.results.read_bytes() == before
    assert list(tmp_path.iterdir()) == [study.results]

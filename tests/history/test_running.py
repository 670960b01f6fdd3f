"""What runs right now: there from a run's start to its record."""

import json
from dataclasses import replace
from pathlib import Path

from smacwrap.history import Study
from smacwrap.history.running import RunningRun, read_running, write_running

RUN = RunningRun(
    worker=3,
    number=14,
    configuration={"lr": "0.1", "momentum": "0.9" * 20},
    instance="no_instance",
    seed=-1,
    cutoff=60.0,
    start="2026-01-01T00:00:00+00:00",
    host="here",
    pid=99,
)


def test_a_run_is_there_until_it_is_cleared(tmp_path: Path) -> None:
    study = Study(tmp_path)
    assert read_running(study) == []
    other = replace(RUN, worker=12)
    beside = replace(RUN, number=15)
    write_running(study, 12, [other])
    write_running(study, 3, [RUN, beside])
    assert read_running(study) == [RUN, beside, other]
    assert RUN.id == "3-14"
    write_running(study, 12, [])
    assert read_running(study) == [RUN, beside]
    write_running(study, 3, [beside])
    write_running(study, 4, [])
    assert read_running(study) == [beside]
    assert not study.running(4).exists()


def test_a_shorter_run_takes_the_place_of_a_longer_one(tmp_path: Path) -> None:
    study = Study(tmp_path)
    short = replace(RUN, configuration={})
    write_running(study, 3, [RUN])
    write_running(study, 3, [short])
    assert read_running(study) == [short]


def test_only_the_first_line_counts_and_garbage_is_nothing(tmp_path: Path) -> None:
    study = Study(tmp_path)
    write_running(study, 3, [RUN])
    with study.running(3).open("a") as file:
        file.write('of a longer run"}')
    assert read_running(study) == [RUN]
    study.running(3).write_text('{"worker": 3, "of a later version": 1}\n')
    assert read_running(study) == []


def test_what_an_older_smacwrap_wrote_is_read(tmp_path: Path) -> None:
    study = Study(tmp_path)
    study.running(3).write_text(json.dumps(RUN.to_json()) + "\n")
    study.running(4).write_text("null\n")
    assert read_running(study) == [RUN]

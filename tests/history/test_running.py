"""What runs right now: there from a run's start to its record."""

from dataclasses import replace
from pathlib import Path

from smacwrap.history import Study
from smacwrap.history.running import RunningRun, clear_running, read_running, write_running

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
    write_running(study, other)
    write_running(study, RUN)
    assert read_running(study) == [RUN, other]
    assert RUN.id == "3-14"
    clear_running(study, 12)
    assert read_running(study) == [RUN]
    clear_running(study, 3)
    clear_running(study, 4)
    assert read_running(study) == []


def test_a_shorter_run_takes_the_place_of_a_longer_one(tmp_path: Path) -> None:
    study = Study(tmp_path)
    short = replace(RUN, configuration={})
    write_running(study, RUN)
    write_running(study, short)
    assert read_running(study) == [short]


def test_only_the_first_line_counts_and_garbage_is_nothing(tmp_path: Path) -> None:
    study = Study(tmp_path)
    write_running(study, RUN)
    with study.running(3).open("a") as file:
        file.write('of a longer run"}')
    assert read_running(study) == [RUN]
    study.running(3).write_text('{"worker": 3, "of a later version": 1}\n')
    assert read_running(study) == []

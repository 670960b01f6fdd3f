"""The detailed trajectory: SMAC v2's form, both ways, and gone on with after a restart."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.history.detailed_trajectory import (
    DetailedTrajectoryWriter,
    TrajectoryEntry,
    read_detailed_trajectory,
)
from smacwrap.history.objective import Incumbent
from smacwrap.history.settings_text import format_settings, parse_settings
from tests.history.runs import full_disk, make_run

GOLDEN = Path(__file__).parent.parent / "data/golden"
FILES = sorted(GOLDEN.glob("*/smac-output/study/detailed-traj-run-*.csv"))


def incumbent(cost: float, **settings: str) -> Incumbent:
    return Incumbent(make_run(cost, **settings), cost, 1)


def write(path: Path, entries: list[TrajectoryEntry]) -> None:
    writer = DetailedTrajectoryWriter(path)
    for entry in entries:
        writer.append(
            incumbent(entry.cost, **entry.settings),
            entry.cpu_time,
            entry.wallclock_time,
            entry.own_cpu_time,
            entry.predicted,
        )


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem[-1]}")
def test_smac_v2s_file_is_read_and_written_as_it_is(path: Path, tmp_path: Path) -> None:
    entries = read_detailed_trajectory(path)
    theirs = path.read_text().splitlines()
    assert len(entries) == len(theirs) - 1
    write(tmp_path / path.name, entries)
    ours = (tmp_path / path.name).read_text().replace("e+308", "E308").splitlines()
    # SMAC v2 repeats the last incumbent when it ends, and numbers by its table of runs.
    repeated = [
        i
        for i in range(1, len(entries))
        if (entries[i].incumbent, entries[i].cost)
        == (entries[i - 1].incumbent, entries[i - 1].cost)
    ]
    kept = [line for i, line in enumerate(theirs) if i - 1 not in repeated]
    assert [without_number(line) for line in ours] == [without_number(line) for line in kept]


def without_number(line: str) -> list[str]:
    cells = line.split('","')
    return cells[:3] + cells[4:]


def test_ids_and_times_go_on_where_an_existing_file_ended(tmp_path: Path) -> None:
    path = tmp_path / "detailed-traj-run-1.csv"
    whole = (GOLDEN / "quality/smac-output/study/detailed-traj-run-1.csv").read_text()
    path.write_text(whole + '"14.0"," 0.0')  # the tail of a process that was killed
    before = read_detailed_trajectory(path)
    writer = DetailedTrajectoryWriter(path)
    assert path.read_text() == whole
    writer.append(incumbent(before[-1].cost, **before[-1].settings), 0.5, 0.25, 0.125)
    writer.append(incumbent(0.001, lr="1"), 1.0, 2.0, 0.5, predicted=0.25)
    writer.append(incumbent(0.0005, **before[0].settings), 2.0, 3.0, 0.5)
    new = read_detailed_trajectory(path)[len(before) :]
    assert [entry.incumbent for entry in new] == [13, 1]
    assert new[0].cpu_time == before[-1].cpu_time + 1.0
    assert new[0].wallclock_time == before[-1].wallclock_time + 2.0
    assert new[0].own_cpu_time == before[-1].own_cpu_time + 0.5
    assert new[0].predicted == 0.25
    assert math.isnan(new[1].predicted)


def test_an_infinite_cost_is_the_largest_double_as_in_smac_v2(tmp_path: Path) -> None:
    path = tmp_path / "detailed-traj-run-1.csv"
    DetailedTrajectoryWriter(path).append(incumbent(math.inf), 0, 0, 0)
    assert [entry.cost for entry in read_detailed_trajectory(path)] == [1.7976931348623157e308]


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "detailed-traj-run-1.csv"
    writer = DetailedTrajectoryWriter(path)
    writer.append(incumbent(0.5), 1, 1, 0)
    before = path.read_bytes()
    with full_disk(len(before) + 20), pytest.raises(OSError, match="File too large"):
        writer.append(incumbent(0.25), 2, 2, 0)
    assert path.read_bytes() == before
    writer.append(incumbent(0.25), 2, 2, 0)
    assert [entry.cost for entry in read_detailed_trajectory(path)] == [0.5, 0.25]


def test_all_wrong_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "detailed-traj-run-1.csv"
    write(path, [TrajectoryEntry(1.0, 0.5, 1.0, 1, 0.0, {"x": "1"})])
    path.write_text(path.read_text() + '"1","2"\n"a"," 2","3","4","5", " x=\'1\'","NaN"\n')
    with pytest.raises(UserError) as info:
        read_detailed_trajectory(path)
    assert [problem.line for problem in info.value.problems] == [3, 4]
    assert "expected 7 values, found 2" in info.value.problems[0].message
    with pytest.raises(UserError, match="expected the header"):
        read_detailed_trajectory(GOLDEN / "quality/scenario.txt")


@given(st.binary(max_size=60))
def test_random_bytes_are_an_error_for_people(tmp_path_factory, data: bytes) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path_factory.mktemp("random") / "detailed-traj-run-1.csv"
    path.write_bytes(b'"CPU Time Used"\n' + data)
    try:
        read_detailed_trajectory(path)
    except UserError as error:
        assert all(problem.file == path for problem in error.problems)


_words = st.text(st.characters(min_codepoint=33, exclude_characters="',=\""), min_size=1)


@given(st.dictionaries(_words, _words, max_size=4))
def test_settings_are_read_as_they_were_written(settings: dict[str, str]) -> None:
    assert parse_settings(format_settings(settings)) == settings


def test_settings_may_hold_quotes_and_signs() -> None:
    settings = {"-a.b:c": "it's", "@1:x": "", "z": "a=b"}
    assert parse_settings(format_settings(settings)) == settings
    with pytest.raises(ValueError, match="expected name='value', found 'b'"):
        parse_settings("a='1', b")

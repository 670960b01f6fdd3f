"""The trajectory file: SMAC v2's header, columns and quoting; it goes on where it ended."""

import re
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.history.objective import Incumbent
from smacwrap.history.trajectory import TrajectoryWriter
from tests.history.runs import full_disk, make_run

STUDY = Path(__file__).parent.parent / "data/golden/quality/smac-output/study"
NUMBER = r"\d+(\.\d+)?([eE][+-]?\d+)?"
LINE = re.compile(rf"{NUMBER}, -?{NUMBER}, {NUMBER}, \d+, {NUMBER},  \S+='[^']*'(, \S+='[^']*')*")


def incumbent(cost: float, **settings: str) -> Incumbent:
    return Incumbent(make_run(cost, active=["lr"], **settings), cost, 1)


def lines(path: Path) -> list[list[str]]:
    return [line.split(",", 5) for line in path.read_text().splitlines()[1:]]


def test_header_columns_and_quoting_are_smac_v2s(tmp_path: Path) -> None:
    theirs = (STUDY / "traj-run-1.txt").read_text().splitlines()
    path = tmp_path / "traj-run-1.txt"
    trajectory = TrajectoryWriter(path)
    trajectory.append(incumbent(float("inf"), lr="1e-05", momentum="0.9"), 0.5, 0.424, 0.25)
    trajectory.append(incumbent(-0.125, lr="0.1", momentum="0.9"), 1e-05, 1e20, 0.0)
    ours = path.read_text().splitlines()
    assert ours[0] == theirs[0]
    assert all(LINE.fullmatch(line) for line in theirs[1:] + ours[1:])
    assert ours[1] == ("0.5, 1.7976931348623157e+308, 0.424, 1, 0.25,  lr='1e-05', momentum='0.9'")


def test_a_configuration_keeps_its_id_and_news_only_is_written(tmp_path: Path) -> None:
    path = tmp_path / "traj-run-1.txt"
    trajectory = TrajectoryWriter(path)
    for cost, lr in [(0.5, "1"), (0.4, "2"), (0.4, "2"), (0.45, "2"), (0.3, "1"), (0.2, "3")]:
        trajectory.append(incumbent(cost, lr=lr), 1, 1, 0)
    assert [(int(line[3]), float(line[1])) for line in lines(path)] == [
        (1, 0.5),
        (2, 0.4),
        (2, 0.45),
        (1, 0.3),
        (3, 0.2),
    ]


def test_ids_and_times_go_on_where_an_existing_file_ended(tmp_path: Path) -> None:
    path = tmp_path / "traj-run-1.txt"
    path.write_bytes((STUDY / "traj-run-1.txt").read_bytes())
    with path.open("a") as file:
        file.write("14.0, 0.0")  # the tail of a process that was killed
    last = path.read_text().splitlines()[-2]
    settings = dict(re.findall(r"(\S+)='([^']*)'", last))
    trajectory = TrajectoryWriter(path)
    trajectory.append(incumbent(0.009979, **settings), 0.1, 0.1, 0.1)
    assert path.read_text().splitlines()[-1] == last, "nothing new"
    trajectory.append(incumbent(0.005, **{**settings, "lr": "0.25"}), 1.0, 2.0, 0.5)
    trajectory.append(incumbent(0.004, **settings), 1.5, 2.5, 0.75)
    found = [[float(field) for field in line[:5]] for line in lines(path)[-2:]]
    assert found == [
        [13.166428155 + 1, 0.005, 6.798 + 2, 13, 0.666428155 + 0.5],
        [13.166428155 + 1.5, 0.004, 6.798 + 2.5, 12, 0.666428155 + 0.75],
    ]


def test_a_file_that_is_no_trajectory_or_cannot_be_written_is_named(tmp_path: Path) -> None:
    path = tmp_path / "traj-run-1.txt"
    path.write_text("header\n1, 2, 3, one, 5,  x='1'\n")
    with pytest.raises(UserError, match=r"traj-run-1.txt:2: no trajectory: "):
        TrajectoryWriter(path)
    with pytest.raises(FileNotFoundError, match="traj-run-1"):
        TrajectoryWriter(tmp_path / "absent" / "traj-run-1.txt")


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "traj-run-1.txt"
    trajectory = TrajectoryWriter(path)
    before = path.read_bytes()
    with full_disk(len(before) + 10), pytest.raises(OSError, match="File too large"):
        trajectory.append(incumbent(0.5, lr="1"), 1, 1, 0)
    assert path.read_bytes() == before
    trajectory.append(incumbent(0.5, lr="1"), 1, 1, 0)
    assert len(lines(path)) == 1

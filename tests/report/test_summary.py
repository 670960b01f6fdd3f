"""The summary of a launch: everything to be copied is printed as it is, however narrow it is."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from smacwrap.history import Study
from smacwrap.history.objective import Incumbent
from smacwrap.report import print_summary
from tests.history.runs import make_run

CALL = "cd '/a folder [old]'; ./target.py no_instance 0 5.0 1 -1 " + "-x ':smile:[bold]' " * 20
DETAILS = {"zip": "run-7.zip", "metrics": {"testerr": "0.0625"}}
RUN = make_run(details=DETAILS, active=["x", "kind"], x="0." + "3" * 60, kind="[/a]", off="1")


def summary(folder: Path, width: int, incumbent: Incumbent | None) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width, force_terminal=False)
    print_summary(console, Study(folder), "run limit [10]", 10, incumbent, CALL)
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 20, 80, 1000])
def test_nothing_to_be_copied_is_wrapped_cut_or_taken_for_markup(
    tmp_path: Path, width: int
) -> None:
    folder = tmp_path / ("a folder [old] " + "x" * 80)
    lines = summary(folder, width, Incumbent(RUN, 0.5, 1)).splitlines()
    assert CALL in lines
    ends = {line.strip().split("  ")[-1].strip() for line in lines}
    assert {"[/a]", RUN.settings["x"], "0.5", "0.0625"} <= ends
    assert {
        f"{folder}/{name}"
        for name in ("results.csv", "runs/run-7.zip", "runs/run-*.zip", "traj-run-*.txt")
    } <= ends
    assert "10 runs. The launch ended: run limit [10]." in lines


def test_only_active_parameters_are_shown(tmp_path: Path) -> None:
    names = [
        line.split()[0] for line in summary(tmp_path, 80, Incumbent(RUN, 0.5, 1)).split("\n  ")
    ]
    assert "kind" in names
    assert "off" not in names


def test_a_mean_says_of_how_many_runs(tmp_path: Path) -> None:
    assert "0.123457 (mean of 12 runs)" in summary(tmp_path, 80, Incumbent(RUN, 0.123456789, 12))


def test_a_launch_without_an_incumbent_says_so_and_where_the_runs_are(tmp_path: Path) -> None:
    text = summary(tmp_path, 80, None)
    assert "No run succeeded: there is no incumbent." in text
    assert "Sample call" not in text
    assert f"{tmp_path}/results.csv" in text

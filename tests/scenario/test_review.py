"""What is found in a scenario that loads: corners beyond what the command line's tests show."""

from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.scenario import Scenario, load_scenario
from smacwrap.scenario.review import Level, review

Load = Callable[..., Scenario]


def found(scenario: Scenario) -> list[str]:
    return [f"{finding.level}: {finding.problem.message}" for finding in review(scenario)]


LIMIT = "wallclock-limit = 60\n"


@pytest.mark.parametrize(
    "line", ["", "runcount-limit = 9223372036854775807", "ta_run_limit = inf", "cutoff-time = 3"]
)
def test_the_largest_limit_and_the_cutoff_of_a_run_are_no_limits(load: Load, line: str) -> None:
    (only,) = found(load(line))
    assert only.startswith("warning: no limit is set")


@pytest.mark.parametrize("line", ["runcount-limit = 3", LIMIT, "tunerTimeout = 60"])
def test_any_limit_is_one(load: Load, line: str) -> None:
    assert found(load(line)) == []


def test_all_problems_of_the_pcs_file_are_errors(load: Load, folder: Path) -> None:
    (folder / "params.pcs").write_text("x real [0, 1] [2]\ny\n")
    findings = list(review(load(LIMIT)))
    assert [finding.level for finding in findings] == [Level.ERROR, Level.ERROR]
    assert {finding.problem.line for finding in findings} == {1, 2}


def test_a_pcs_file_without_parameters_is_a_warning(load: Load, folder: Path) -> None:
    (folder / "params.pcs").write_text("# TODO\n")
    assert found(load(LIMIT)) == ["warning: pcs-file: it has no parameters to tune"]


def test_only_a_hidden_pcs_file_is_spoken_of(
    load: Load, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "tune.txt").write_text((load(LIMIT).file).read_text())
    hidden = "is found first"
    assert hidden not in str(found(load_scenario(elsewhere / "tune.txt")))
    (elsewhere / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    assert hidden in str(found(load_scenario(elsewhere / "tune.txt")))
    monkeypatch.chdir(elsewhere)
    assert hidden not in str(found(load_scenario("tune.txt")))


def test_instances_that_are_not_used_are_a_warning_in_the_order_of_their_lines(
    load: Load, folder: Path
) -> None:
    (folder / "list.txt").write_text("a\n")
    lines = "test-instances = list.txt\nfeature-file = none.csv\ninstances = list.txt\n"
    assert found(load(LIMIT + lines)) == [
        f"warning: {name}: ignored, because use-instances is false"
        for name in ("test-instances", "feature-file", "instances")
    ]

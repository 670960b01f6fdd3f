"""Studies that the real SMAC v2 wrote: every run is read as SMAC's own tables have it."""

import csv
import re
from pathlib import Path

import pytest

from smacwrap.history import HistoryReader, Incumbents, LiveRundataReader, Objective, Run, Study

GOLDEN = Path(__file__).parent.parent / "data/golden"
OBJECTIVES = {"quality": Objective("QUALITY"), "runtime": Objective("RUNTIME", penalty=10)}

both_seeds_of_both_studies = pytest.mark.parametrize(
    ("kind", "seed"), [(kind, seed) for kind in OBJECTIVES for seed in (1, 2)]
)


def study(kind: str) -> Study:
    return Study(GOLDEN / kind / "smac-output" / "study")


def runs_of(kind: str, seed: int) -> list[Run]:
    return LiveRundataReader(study(kind).live_rundata(seed)).poll()


def settings_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"(\S+)='([^']*)'", text))


@both_seeds_of_both_studies
def test_every_run_is_read_as_smac_v2_lists_it(kind: str, seed: int) -> None:
    state = study(kind).folder / f"state-run{seed}"
    (table,) = state.glob("runs_and_results-it*.csv")
    (strings,) = state.glob("paramstrings-it*.txt")
    configurations = [settings_in(line) for line in strings.read_text().splitlines()]
    instances = (state / "instances.txt").read_text().split()
    with table.open() as file:
        rows = list(csv.DictReader(file))
    runs = runs_of(kind, seed)
    assert len(runs) == len(rows) == {"quality": 25, "runtime": 60}[kind]
    for run, row in zip(runs, rows, strict=True):
        result = run.result
        assert run.settings == configurations[int(row["Run History Configuration ID"]) - 1]
        assert run.instance == instances[int(row["Instance ID"]) - 1]
        assert (run.seed, result.seed) == (int(row["Seed"]), int(row["Seed"]))
        assert run.cutoff == float(row["Cutoff Time Used"])
        assert result.status == row["Run Result"]
        assert result.runtime == float(row["Runtime"])
        assert result.run_length == float(row["Run Length"])
        assert result.quality == float(row["Run Quality"])
        assert result.additional == row["Additional Algorithm Run Data"]
        assert run.wallclock_time == float(row["Wall Clock Time"])


def test_conditions_and_defaults_are_read() -> None:
    runs = runs_of("quality", 1)
    assert [run.is_default for run in runs] == [True] + [False] * 24
    for run in runs:
        assert ("momentum" in run.active) == (run.settings["optimizer"] == "sgd")


@both_seeds_of_both_studies
def test_the_incumbents_are_those_of_smac_v2s_trajectory(kind: str, seed: int) -> None:
    trajectory = []
    for line in study(kind).trajectory(seed).read_text().splitlines()[1:]:
        if not trajectory or settings_in(line) != trajectory[-1]:
            trajectory.append(settings_in(line))
    incumbents, found = Incumbents(OBJECTIVES[kind]), []
    for run in runs_of(kind, seed):
        if incumbents.add(run) and incumbents.current:
            found.append(dict(incumbents.current.run.settings))
    assert found == trajectory


def test_a_mean_cost_counts_crashes_as_smac_v2_does() -> None:
    incumbents, means = Incumbents(OBJECTIVES["runtime"]), {}
    for run in runs_of("runtime", 1):
        incumbents.add(run)
        assert incumbents.current
        means[incumbents.current.runs] = incumbents.current.cost
    # SMAC v2 averages over instances first, which is the same where all five have as many runs.
    # The tenth run crashed, and costs ten times the cutoff.
    assert means[5] == pytest.approx(0.70506, rel=1e-12)
    assert means[10] == pytest.approx(5.731920000000001, rel=1e-12)
    assert means[15] == pytest.approx(4.08492, rel=1e-12)
    assert means[20] == pytest.approx(0.599385, rel=1e-12)


def test_a_study_of_two_processes_is_read_as_one_history() -> None:
    reader = HistoryReader(study("runtime"))
    runs = list(reader.poll())
    assert [seed for seed, _ in runs] == [1] * 60 + [2] * 60
    assert list(reader.poll()) == []
    assert {seed for seed, _ in HistoryReader(study("runtime"), skip=1).poll()} == {2}

"""`deterministic = false` from the outside: real workers race configurations on several seeds."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.engines import DETERMINISTIC
from smacwrap.history import Objective, Run, Study
from smacwrap.history.view import StudyView
from smacwrap.scenario import load_scenario
from smacwrap.worker.knowledge import Knowledge
from smacwrap.worker.objective import target_seeds
from tests.conftest import TARGET, write_program
from tests.history.runs import make_run

Smacwrap = Callable[..., object]
Rows = list[dict[str, str]]

NOISE = "srand(s % 65521 + int(1000 * x)); rand(); q += 0.2 * (rand() - 0.5)\n  printf"


@pytest.fixture
def noisy(quick: Path) -> Path:
    """A scenario whose target's quality depends on the seed, too."""
    target = TARGET.replace("printf", NOISE).replace("shift 5", "shift 5; sleep 0.2")
    write_program(quick.parent / "target.sh", target)
    quick.write_text(quick.read_text().replace("= 12", "= 60") + "deterministic = false\n")
    return quick


def results(study: Path) -> Rows:
    with (study / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def configuration(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(value for name, value in row.items() if name.startswith("config."))


def qualities(rows: Rows) -> dict[tuple[str, ...], dict[int, float]]:
    """Of each configuration, the quality by the target's seed."""
    found: dict[tuple[str, ...], dict[int, float]] = defaultdict(dict)
    for row in rows:
        seeds = found[configuration(row)]
        assert int(row["seed"]) not in seeds, "nothing is run twice"
        seeds[int(row["seed"])] = float(row["quality"])
    return found


def test_workers_race_configurations_on_seeds_that_they_share(
    noisy: Path, smacwrap: Smacwrap
) -> None:
    done = smacwrap("launch", noisy, "--parallel", 2)
    assert done.returncode == 0, done
    study = noisy.parent / "smac-output" / "quick"
    rows = results(study)
    assert len(rows) == 60
    assert {row["worker"] for row in rows} == {"1", "2"}
    first = next(row for row in rows if row["id"] == "1-1")
    assert first["config.x"] == "0.5"
    runs = qualities(rows)
    assert all(seed >= 0 for seeds in runs.values() for seed in seeds)
    most = max(len(seeds) for seeds in runs.values())
    assert most >= 5
    assert len(runs) >= 10, "and new configurations are tried"
    every_seed = {seed for seeds in runs.values() for seed in seeds}
    # Each worker begins with seeds of its own, of which the others may use fewer.
    assert len(every_seed) <= 2 * most, "they share one list of seeds"

    # The incumbent has the most runs, and the lowest mean of those with as many.
    quality, count = re.search(r"quality +(\S+) \(mean of (\d+) runs\)", done.stdout).groups()
    means = {c: sum(s.values()) / len(s) for c, s in runs.items() if len(s) == most}
    assert int(count) == most
    assert float(quality) == pytest.approx(min(means.values()), rel=1e-4)
    # As SMAC v2's, the trajectory follows the incumbent's mean.
    lines = (study / "traj-run-1.txt").read_text().splitlines()[1:]
    assert len(lines) > len({line.split(",")[3] for line in lines})

    resumed = smacwrap("launch", noisy, "--resume", "--parallel", 1, "--runcount-limit", 75)
    assert resumed.returncode == 0, resumed
    again = results(study)
    assert again[:60] == rows
    assert len(again) == 75
    later = qualities(again)
    assert every_seed & {int(row["seed"]) for row in again[60:]}, "the race goes on"
    assert sum(len(seeds) for seeds in later.values()) == 75


def test_a_small_space_ends_when_its_configurations_have_had_all_seeds(
    noisy: Path, smacwrap: Smacwrap
) -> None:
    (noisy.parent / "params.pcs").write_text("n {10, 20} [10]\n")
    done = smacwrap("launch", noisy, "--maxIncumbentRuns", 4)
    assert done.returncode == 0, done
    assert "every configuration of the space has been run" in done.stdout
    runs = qualities(results(noisy.parent / "smac-output" / "quick"))
    assert [len(seeds) for seeds in runs.values()] == [4, 4]


def test_the_study_names_the_seeds(quick: Path) -> None:
    assert target_seeds(load_scenario(quick), 0, [3]) == DETERMINISTIC
    noisy = load_scenario(quick, {"deterministic": "0", "maxRunsForIncumbent": "5"})
    ours, theirs, other = (
        target_seeds(noisy, *place) for place in ((0, [3, 4]), (1, [3, 4]), (0, [4]))
    )
    assert sorted(ours) == sorted(theirs) != sorted(other)
    assert len(list(ours)) == 5
    assert next(iter(ours)) != next(iter(theirs))


class Listening:
    """An engine that only notes what it is told."""

    def __init__(self) -> None:
        self.told: list[Run] = []

    def tell_all(self, runs: list[Run]) -> None:
        self.told += runs

    def ask(self, pending: object) -> None:
        return None


def test_a_worker_knows_the_incumbent_of_the_study_and_when_its_mean_changes(
    tmp_path: Path,
) -> None:
    engine, view = Listening(), StudyView(Study(tmp_path), Objective("QUALITY"))
    knowledge = Knowledge(view, lambda: engine)
    runs = [
        make_run(quality, seed=seed, details={"number": number}, x=x)
        for number, (x, seed, quality) in enumerate(
            [
                ("0.5", 1, 1.0),  # the first
                ("0.5", 2, 3.0),  # its mean changes
                ("0.1", 2, 0.1),  # lucky, but only once
                ("0.1", 2, 0.1),  # known
                ("1.0E-4", 1, 0.0),  # as SMAC v2 writes
                ("0.0001", 2, 1.0),  # the same: as often, and better
            ],
            start=1,
        )
    ]
    changes = []
    for run in runs:
        before = view.incumbent
        view.add(1, run)
        changes.append(view.incumbent != before)
    assert changes == [True, True, False, False, False, True]
    assert (view.incumbent.cost, view.incumbent.runs) == (0.5, 2)
    assert engine.told == []
    knowledge.ask([])
    assert len(engine.told) == 5

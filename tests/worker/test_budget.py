"""The budget of a launch: exact, whoever claims, and whatever happens to its file."""

import itertools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from smacwrap.history import Study
from smacwrap.history.forgotten import Forgotten
from smacwrap.scenario import Scenario, load_scenario
from smacwrap.worker.budget import Budget, Taken


@pytest.fixture
def scenario(quick: Path) -> Callable[..., Scenario]:
    """`scenario(runcount_limit=5)`."""

    def load(**limits: object) -> Scenario:
        given = [(name.replace("_", "-"), str(value)) for name, value in limits.items()]
        return load_scenario(quick, given)

    return load


@pytest.fixture
def study(tmp_path: Path) -> Study:
    (tmp_path / "study").mkdir()
    return Study(tmp_path / "study")


Load = Callable[..., Scenario]


_NUMBERS = itertools.count()


def claim(budget: Budget, seed: int, cpu_time: float = 0.0) -> str:
    """Claim a run that no worker has claimed before."""
    number = next(_NUMBERS)
    return budget.claim(seed, number, cpu_time, (number,), {})


def claims(budget: Budget, seed: int) -> int:
    """How many runs a worker can claim."""
    count = 0
    while not claim(budget, seed):
        count += 1
    return count


def test_workers_that_claim_at_the_same_time_never_get_more_than_there_is(
    study: Study, scenario: Load
) -> None:
    Budget(study).open([1, 2, 3], {1: 5}, scenario(runcount_limit=50))
    script = (
        "import sys; from pathlib import Path; from smacwrap.history import Study;"
        "from smacwrap.worker.budget import Budget; budget = Budget(Study(Path(sys.argv[1])));"
        "seed = int(sys.argv[2]);"
        "print(sum(not budget.claim(seed, i, 0.0, (seed, i), {}) for i in range(50)))"
    )
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(study.folder), str(seed)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in (1, 2, 3)
    ]
    assert sum(int(worker.communicate()[0]) for worker in workers) == 45
    assert "algorithm run limit (50 runs)" in Budget(study).nothing_left()


def test_what_is_reserved_for_a_worker_no_other_can_claim(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1, 2], {}, scenario(runcount_limit=10), reserved={2: 3})
    assert claims(budget, 1) == 7
    assert budget.nothing_left(1)
    assert not budget.nothing_left(2)
    assert not budget.nothing_left()
    for left in (2, 1, 0):
        assert not budget.claim(2, left, 0.0, ("reserved", left), {}, reserved=left)
    assert budget.nothing_left()


def test_a_worker_that_died_gives_back_what_it_did_not_record(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1, 2], {}, scenario(runcount_limit=4))
    assert claims(budget, 1) == 4
    budget.release(1, recorded={1, 2, 3}, reserved=1)
    assert claims(budget, 2) == 0
    budget.reserve(1, 0)
    assert claims(budget, 2) == 1


def test_a_run_that_another_worker_has_claimed_is_taken_until_it_is_read_or_given_back(
    study: Study, scenario: Load
) -> None:
    budget, key = Budget(study), ("x", "0.5")
    budget.open([1, 2], {1: 4}, scenario(runcount_limit=9))
    assert not budget.claim(1, 5, 0.0, key, {})
    for read in ({}, {1: {1, 2, 3, 4}}):
        with pytest.raises(Taken):
            Budget(study).claim(2, 1, 0.0, key, read)
    assert not budget.claim(2, 1, 0.0, ("x", "0.6"), {}), "what was taken is not claimed"
    # A run that was read, and forgotten by a person, is made again; one that died, too.
    assert not budget.claim(2, 2, 0.0, key, {1: {4, 5}})
    budget.release(2, recorded={1})
    assert not budget.claim(1, 6, 0.0, key, {2: {1}})
    assert claims(budget, 1) == 2, "to be refused costs nothing"


def test_limits_per_process_are_each_workers_own(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1, 2], {1: 1}, scenario(runcount_limit=3), per_process=True)
    assert (claims(budget, 1), claims(budget, 2)) == (2, 3)


def test_limits_of_time_hold_for_all_together(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1, 2], {}, scenario(cputime_limit=10))
    assert not claim(budget, 1, 6.0)
    assert claim(budget, 2, 4.0) == "CPU time limit (10 s) has been reached"
    budget.open([1, 2], {}, scenario(wallclock_limit=1))
    assert not claim(budget, 1)
    time.sleep(1.1)
    assert claim(budget, 1) == "wallclock limit (1 s) has been reached"


def test_the_first_reason_to_end_stays(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1], {}, scenario())
    assert not budget.failed()
    budget.end("it was enough", failed=False)
    budget.end("a run crashed")
    assert claim(budget, 1) == budget.nothing_left() == "it was enough"
    assert not budget.failed()


def test_what_a_killed_worker_wrote_half_does_not_count(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1], {}, scenario(runcount_limit=2))
    assert not claim(budget, 1)
    with study.budget.open("ab") as file:
        file.write(b'{"claimed": {"1": 9')
    assert not budget.nothing_left()
    assert not claim(Budget(study), 1)
    assert claim(budget, 1)


def test_a_lock_that_a_stopped_process_keeps_is_waited_for_and_then_an_oserror(
    study: Study, scenario: Load
) -> None:
    budget = Budget(study)
    budget.open([1], {}, scenario(runcount_limit=2))
    before = study.budget.read_bytes()
    with FileLock(study.lock("budget")):
        assert not budget.nothing_left(), "to look needs no lock"
        with pytest.raises(OSError, match="lock"):
            claim(budget, 1)
    assert study.budget.read_bytes() == before
    assert claims(budget, 1) == 2


def test_the_budget_of_a_study_that_was_deleted_is_an_oserror(study: Study, scenario: Load) -> None:
    budget = Budget(study)
    budget.open([1], {}, scenario())
    study.budget.unlink()
    for ask in (budget.nothing_left, lambda: claim(budget, 1)):
        with pytest.raises(FileNotFoundError):
            ask()


def test_a_forgotten_run_makes_room_for_another_also_in_a_launch_at_work(
    study: Study, scenario: Load
) -> None:
    budget = Budget(study)
    budget.open([1, 2], {1: 2}, scenario(runcount_limit=3))
    assert claims(budget, 2) == 1
    Forgotten(study).change(["1-1", "1-2"], forget=True)
    assert claims(Budget(study), 1) == 2
    budget.open([1, 2], {1: 2}, scenario(runcount_limit=2), per_process=True)
    assert (claims(budget, 1), claims(budget, 2)) == (2, 2), "those that are forgotten were 1's"


def test_a_launch_can_be_joined_from_when_it_has_begun_until_the_next_one_begins(
    study: Study, scenario: Load
) -> None:
    budget = Budget(study)
    assert not budget.is_open()
    budget.close()
    budget.open([1], {}, scenario(runcount_limit=3))
    assert budget.is_open()
    Budget(study).join([5])
    assert budget.seeds() == [1, 5]
    assert claims(budget, 5) == 3
    budget.close()
    assert not Budget(study).is_open()
    assert budget.nothing_left(), "how it ended is still known"


def test_a_machine_that_joins_learns_how_long_ago_the_launch_began_from_another(
    study: Study, scenario: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    budget = Budget(study)
    budget.open([1], {}, scenario(wallclock_limit=100))
    monkeypatch.setattr("smacwrap.worker.budget._machine", lambda: "another")
    other = Budget(study)
    assert not other.ask_for_time()
    other.tell_time()
    assert not other.ask_for_time(), "it cannot answer itself"
    # All clocks go on by 99 s, and that of the other machine began at another time.
    monotonic = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + 99)
    budget.tell_time()
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() - 5000)
    assert other.ask_for_time()
    other.join([2])
    assert not claim(other, 2)
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() - 5000 + 2)
    assert claim(other, 2) == "wallclock limit (100 s) has been reached"
    monkeypatch.undo()
    assert not claim(budget, 1)

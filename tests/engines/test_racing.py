"""Racing on several seeds: who is run on which, who wins, and that any history will do."""

import random
import statistics
from collections import Counter
from collections.abc import Callable, Mapping

import pytest

from smacwrap.engines import ENGINES, Engine, Pending, Search, Seeds, Suggestion, make_engine
from smacwrap.engines.suggest import suggest
from smacwrap.history import Incumbents, Objective, Run
from smacwrap.pcs import parse_pcs
from smacwrap.protocol import Status
from tests.history.runs import make_run

LINE = "x real [0, 1] [0.9]"
THREE = "kind categorical {good, fair, bad} [bad]"
RACING = tuple(name for name in ENGINES if name != "random")
MOST = 2000
SEEDS = list(Seeds(7, MOST))

Configuration = Mapping[str, str]
Target = Callable[[Configuration, int], float]


def make(name: str, pcs: str, *, seed: int = 1, most: int = MOST, **options: object) -> Engine:
    space = parse_pcs(pcs)
    initial = [space.get_default_configuration()]
    settings = {"budget": 60, "seeds": Seeds(7, most), "initial": initial, **options}
    return make_engine(name, Search(space, Objective("QUALITY"), seed, **settings))


def make_worker(name: str, pcs: str, worker: int) -> Engine:
    """One of three."""
    options: dict[str, object] = {"initial": []} if worker else {}
    seeds = Seeds(7, MOST, worker, 3)
    return make(name, pcs, seed=worker + 1, workers=3, seeds=seeds, **options)


def on_a_line(configuration: Configuration, seed: int) -> float:
    noise = random.Random(f"{configuration['x']} {seed}").gauss(0, 0.05)
    return true_mean(configuration) + noise


def true_mean(configuration: Configuration) -> float:
    return (float(configuration["x"]) - 0.3) ** 2


def run_of(suggestion: Suggestion, target: Target, status: Status = Status.SAT) -> Run:
    configuration = suggestion.configuration
    quality = target(configuration, suggestion.seed)
    return make_run(quality, status, seed=suggestion.seed, **configuration)


def race(engine: Engine, target: Target, runs: int) -> list[Run]:
    """What an engine has run, each run told before the next; fewer where nothing is left."""
    made: list[Run] = []
    while len(made) < runs and (suggestion := engine.ask()):
        made.append(run_of(suggestion, target))
        engine.tell(made[-1])
    return made


def incumbents(runs: list[Run]) -> list[Run]:
    """A run of the incumbent before each run, and after the last."""
    follow = Incumbents(Objective("QUALITY"))
    found = []
    for run in runs:
        found.append(follow.current and follow.current.run)
        follow.add(run)
    return [*found, follow.current and follow.current.run]


def seeds_of(runs: list[Run], configuration: Configuration) -> list[int]:
    return [run.seed for run in runs if run.configuration == configuration]


def best(runs: list[Run]) -> Configuration:
    return incumbents(runs)[-1].configuration


@pytest.mark.parametrize("name", RACING)
def test_challengers_are_run_on_the_incumbents_seeds_and_it_on_one_more_for_each(
    name: str,
) -> None:
    runs = race(make(name, LINE), on_a_line, 60)
    challenges = 0
    for i, (run, incumbent) in enumerate(zip(runs, incumbents(runs), strict=False)):
        assert run.seed >= 0
        if incumbent is None:
            continue
        theirs = seeds_of(runs[:i], incumbent.configuration)
        mine = seeds_of(runs[:i], run.configuration)
        assert run.seed not in mine
        if run.configuration == incumbent.configuration:
            assert run.seed not in theirs
        else:
            assert run.seed in theirs
        challenges += not mine
    mine = seeds_of(runs, best(runs))
    assert len(mine) >= challenges
    assert set(mine) == set(SEEDS[: len(mine)])


@pytest.mark.parametrize("name", RACING)
def test_the_best_of_a_noisy_race_is_good_in_truth(name: str) -> None:
    found = [true_mean(best(race(make(name, LINE, seed=s), on_a_line, 60))) for s in range(3)]
    assert statistics.median(found) < 0.02


def test_a_lucky_run_makes_no_incumbent() -> None:
    lucky = SEEDS[0]

    def target(configuration: Configuration, seed: int) -> float:
        if configuration["kind"] == "bad":
            return -5.0 if seed == lucky else 1.0
        return 0.2 if configuration["kind"] == "good" else 0.5

    # The default is the lucky one.
    runs = race(make("smac", THREE), target, 40)
    assert runs[0].configuration == {"kind": "bad"}
    assert runs[0].result.quality == -5.0
    assert best(runs) == {"kind": "good"}


@pytest.mark.parametrize("name", RACING)
def test_in_a_small_space_an_unlucky_configuration_gets_another_chance(name: str) -> None:
    unlucky = set(SEEDS[:3])

    def target(configuration: Configuration, seed: int) -> float:
        if configuration["kind"] == "good":
            return 1.0 if seed in unlucky else 0.1
        return 0.3 if configuration["kind"] == "fair" else 0.5

    runs = race(make(name, THREE), target, 60)
    assert len(runs) == 60
    assert best(runs) == {"kind": "good"}


@pytest.mark.parametrize("name", RACING)
@pytest.mark.parametrize(("pcs", "size"), [(THREE, 3), ("kind categorical {a} [a]", 1)])
def test_a_small_space_ends_when_each_configuration_has_been_run_on_as_many_seeds_as_it_may(
    name: str, pcs: str, size: int
) -> None:
    engine = make(name, pcs, most=5)
    runs = race(engine, lambda c, seed: ord(c["kind"][0]) + seed % 9, 60)
    assert Counter(run.configuration_key for run in runs).most_common(1)[0][1] == 5
    assert len({run.key for run in runs}) == len(runs) == 5 * size
    assert engine.ask() is None


def test_the_limit_of_seeds_holds_in_a_large_space() -> None:
    runs = race(make("roar", LINE, most=3), on_a_line, 60)
    assert max(Counter(run.configuration_key for run in runs).values()) == 3


@pytest.mark.parametrize("name", ["smac", "roar"])
@pytest.mark.parametrize("pcs", [LINE, "x categorical {0.1, 0.3, 0.9} [0.9]"])
def test_workers_that_come_and_go_share_one_race(name: str, pcs: str) -> None:
    chance = random.Random(3)

    def engine(worker: int) -> Engine:
        return make_worker(name, pcs, worker)

    engines = [engine(worker) for worker in range(3)]
    running: dict[int, Suggestion] = {}
    ended: list[Run] = []
    while len(ended) < 90:
        for worker in {0, 1, 2} - set(running):
            if chance.random() < 0.1:  # it died: a new one learns from the history
                engines[worker] = engine(worker)
                engines[worker].tell_all(chance.sample(ended, len(ended)))
            pending = [Pending(s.configuration, seed=s.seed) for s in running.values()]
            suggestion = engines[worker].ask(pending)
            assert suggestion
            running[worker] = suggestion
        ended.append(run_of(running.pop(chance.choice(list(running))), on_a_line))
        for other in engines:
            other.tell(ended[-1])
    assert len({run.key for run in ended}) == 90
    assert all(run.seed in SEEDS for run in ended)
    winner = best(ended)
    assert len(seeds_of(ended, winner)) >= 10
    assert true_mean(winner) < 0.05


@pytest.mark.parametrize("name", ["smac", "roar"])
def test_workers_that_learn_late_what_others_do_make_no_run_twice(name: str) -> None:
    workers = [make_worker(name, LINE, worker) for worker in range(3)]
    ended: list[Run] = []
    for _ in range(20):
        now = [run_of(suggestion, on_a_line) for e in workers if (suggestion := e.ask())]
        for worker in workers:
            worker.tell_all(now)
        ended += now
    assert len({run.key for run in ended}) == len(ended) == 60


def test_a_race_goes_on_in_the_same_way_in_whatever_order_it_was_told() -> None:
    history = race(make("roar", LINE), on_a_line, 50)
    ways = []
    for order in (history, history[::-1], random.Random(1).sample(history, len(history))):
        engine = make("roar", LINE, seed=4)
        engine.tell_all(order)
        ways.append([run.key for run in race(engine, on_a_line, 12)])
    assert ways[0] == ways[1] == ways[2]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("most", [1, MOST])
def test_telling_all_at_once_is_telling_one_by_one(name: str, most: int) -> None:
    history = race(make(name, LINE, most=most), on_a_line, 30)
    history[4] = run_of(suggest(parse_pcs(LINE).sample_configuration(), 5), on_a_line)
    one_by_one, at_once = (make(name, LINE, seed=2, most=most) for _ in range(2))
    for run in history:
        one_by_one.tell(run)
    at_once.tell_all([*history, *history[:3]])
    ways = [[run.key for run in race(e, on_a_line, 8)] for e in (one_by_one, at_once)]
    assert ways[0] == ways[1]


def test_an_interrupted_race_goes_on_with_the_challenger_that_was_ahead() -> None:
    history = [make_run(0.5, seed=seed, x="0.9") for seed in SEEDS[:8]]
    history += [make_run(0.1, seed=seed, x="0.25") for seed in SEEDS[:4]]
    history += [make_run(0.8, seed=SEEDS[0], x=f"0.{digit}") for digit in range(4, 8)]
    engine = make("roar", LINE, initial=[])
    engine.tell_all(history)
    runs = race(engine, lambda c, seed: 0.1 if c["x"] == "0.25" else 9.0, 5)
    assert {run.seed for run in runs if run.configuration == {"x": "0.25"}} == set(SEEDS[4:8])


def test_an_incumbent_that_only_fell_behind_challenges_again() -> None:
    engine = make("roar", LINE, initial=[])
    engine.tell_all([make_run(0.2, seed=seed, x="0.25") for seed in SEEDS[:3]])
    engine.tell_all([make_run(0.5, seed=seed, x="0.5") for seed in SEEDS[:3]])
    suggestion = engine.ask()
    assert suggestion
    engine.tell(run_of(suggestion, lambda configuration, seed: 9.0))
    # Another worker thought that 0.5 was the incumbent, and has just run it once more.
    engine.tell(make_run(0.5, seed=SEEDS[3], x="0.5"))
    again = engine.ask()
    assert again
    assert (again.configuration, again.seed) == ({"x": "0.25"}, SEEDS[3])


@pytest.mark.parametrize(("cost", "waits"), [(0.1, True), (0.9, False)])
def test_the_incumbent_waits_for_a_challenger_of_others_that_is_ahead(
    cost: float, waits: bool
) -> None:
    engine = make("roar", LINE, initial=[])
    engine.tell_all([make_run(0.5, seed=seed, x="0.75") for seed in SEEDS[:8]])
    engine.tell_all([make_run(cost, seed=seed, x="0.25") for seed in SEEDS[:2]])
    asked = []
    for _ in range(8):
        suggestion = engine.ask([Pending({"x": "0.25"}, seed=SEEDS[2])])
        assert suggestion
        asked.append(suggestion.configuration["x"])
        engine.tell(run_of(suggestion, lambda c, seed: cost if c["x"] == "0.25" else 9.0))
    assert ("0.75" not in asked) == waits


@pytest.mark.parametrize("name", RACING)
def test_a_run_that_was_stopped_is_not_made_again(name: str) -> None:
    engine = make(name, THREE)
    stopped, made = [], []
    for i in range(40):
        suggestion = engine.ask()
        assert suggestion
        status = Status.KILLED if i % 5 == 2 else Status.SAT
        run = run_of(suggestion, lambda configuration, seed: 0.5 + seed % 7, status)
        (stopped if status is Status.KILLED else made).append(run)
        engine.tell(run)
    assert len({run.key for run in stopped + made}) == 40
    rebuilt = make(name, THREE, seed=8)
    rebuilt.tell_all(stopped + made)
    more = race(rebuilt, lambda configuration, seed: 0.5, 10)
    assert not {run.key for run in more} & {run.key for run in stopped + made}


def test_the_incumbent_is_asked_for_with_the_very_values_that_were_told() -> None:
    told = {"x": "0.30000000000000004"}
    engine = make("smac", LINE, initial=[])
    engine.tell(make_run(0.1, seed=11, **told))
    runs = race(engine, lambda configuration, seed: 0.5, 6)
    assert len(seeds_of(runs, told)) >= 2


@pytest.mark.parametrize("name", ENGINES)
def test_runs_of_a_deterministic_study_are_learned_from_and_raced_on_real_seeds(name: str) -> None:
    engine = make(name, THREE)
    engine.tell_all([make_run(0.5, kind="fair"), make_run(0.1, kind="good")])
    runs = race(engine, lambda configuration, seed: 0.5, 8)
    assert all(run.seed >= 0 for run in runs)


@pytest.mark.parametrize("name", ENGINES)
def test_runs_on_several_seeds_are_learned_from_where_the_target_is_deterministic(
    name: str,
) -> None:
    engine = make_engine(name, Search(parse_pcs(THREE), Objective("QUALITY"), 1, budget=9))
    engine.tell_all([make_run(0.5, seed=seed, kind="fair") for seed in (3, 4, 5)])
    runs = race(engine, lambda configuration, seed: 0.5, 8)
    assert {run.configuration["kind"] for run in runs} == {"good", "bad"}
    assert all(run.seed == -1 for run in runs)


def test_random_search_runs_each_configuration_once_on_the_same_seed() -> None:
    runs = race(make("random", LINE), on_a_line, 20)
    assert len({run.configuration_key for run in runs}) == 20
    assert len({run.seed for run in runs}) == 1


@pytest.mark.parametrize("name", RACING)
@pytest.mark.parametrize(
    ("quality", "status"),
    [
        (0.5, Status.SAT),
        (1e300, Status.SAT),
        (float("inf"), Status.SAT),
        (float("nan"), Status.SAT),
        (5e-324, Status.SAT),
        (1e9, Status.CRASHED),
    ],
)
def test_a_race_of_equals_goes_on(name: str, quality: float, status: Status) -> None:
    engine = make(name, LINE)
    made = []
    for _ in range(25):
        suggestion = engine.ask()
        assert suggestion
        made.append(run_of(suggestion, lambda configuration, seed: quality, status))
        engine.tell(made[-1])
    assert len({run.key for run in made}) == 25
    assert len({run.configuration_key for run in made}) >= 5

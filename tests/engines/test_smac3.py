"""The engines by name: what they promise at the edges, and that they search."""

import math
import statistics
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from smacwrap.engines import ENGINES, Engine, Pending, Search, Suggestion, make_engine
from smacwrap.engines.suggest import suggest
from smacwrap.errors import UserError
from smacwrap.history import Objective, Run
from smacwrap.pcs import parse_pcs, to_text
from smacwrap.protocol import Result, Status

MIXED = """\
x real [0, 1] [0.5]
k categorical {a, b} [a]
z integer [1, 9] [2]
z | k == b
"""

# Of its 40 combinations, c is inactive in 4, and with b=1 a=y is forbidden.
SMALL = """\
a categorical {x, y} [x]
b integer [1, 4] [2]
c integer [1, 5] [3] log
c | a == y
{a=y, b=1}
"""

Answer = tuple[float, Status]
Texts = Mapping[str, str]
Target = Callable[[int, Texts], float | Answer | None]


def make(name: str, pcs: str, *, seed: int = 3, budget: int = 25, **options: object) -> Engine:
    space = parse_pcs(pcs)
    options = {"initial": [space.get_default_configuration()], **options}
    return make_engine(name, Search(space, Objective("QUALITY"), seed, budget=budget, **options))


def run_of(suggestion: Suggestion, quality: float, status: Status = Status.SAT) -> Run:
    return Run(
        settings=suggestion.settings,
        active=suggestion.active,
        result=Result(status, 0.1, 0, quality, -1),
        wallclock_time=0.1,
    )


def search(engine: Engine, target: Target, asks: int) -> list[dict[str, str]]:
    """The configurations that the engine proposes while it is told what they cost."""
    proposed = []
    for i in range(asks):
        suggestion = engine.ask()
        if suggestion is None:
            break
        proposed.append(suggestion.configuration)
        answer = target(i, suggestion.configuration)
        if answer is not None:
            quality, status = answer if isinstance(answer, tuple) else (answer, Status.SAT)
            engine.tell(run_of(suggestion, quality, status))
    return proposed


def distinct(configurations: list[dict[str, str]]) -> int:
    return len({tuple(c.items()) for c in configurations})


def test_an_unknown_engine_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(UserError, match=r"no engine .forrest.: .* did you mean .forest."):
        make("forrest", MIXED)


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("pcs", ["a categorical {x} [x]", "n integer [3, 3] [3]"])
def test_a_space_with_one_configuration_is_proposed_once(name: str, pcs: str) -> None:
    engine = make(name, pcs)
    assert len(search(engine, lambda i, c: 1.0, 5)) == 1
    assert engine.ask() is None


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize("told", [True, False])
def test_every_configuration_of_a_small_space_is_proposed_once(name: str, told: bool) -> None:
    engine = make(name, SMALL, budget=100)
    proposed = search(engine, lambda i, c: float(c["b"]) if told else None, 100)
    assert len(proposed) == distinct(proposed) == 4 + 3 * 5
    assert engine.ask() is None


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "answers",
    [
        [5.0],
        [1e300, 2e300],
        [1e-300, 2e-300, 5e-324],
        [1e300, 1e-300, -1e300, 1.7e308, 0.0],
        [math.inf, 1.0],
        [math.nan, 1.0],
        [(1e9, Status.CRASHED)],
        [(1.0, Status.SAT), (9.0, Status.UNSAT), (2.0, Status.TIMEOUT), (1e9, Status.CRASHED)],
    ],
    ids=["constant", "huge", "tiny", "mixed", "infinite", "nan", "all crashed", "all statuses"],
)
def test_any_quality_is_taken(name: str, answers: list[float | Answer]) -> None:
    proposed = search(make(name, MIXED), lambda i, c: answers[i % len(answers)], 15)
    assert len(proposed) == distinct(proposed) == 15


@pytest.mark.parametrize("name", ENGINES)
def test_a_parameter_that_is_never_active_does_no_harm(name: str) -> None:
    never = "a categorical {x, y} [x]\nq real [0, 1] [0.5]\nw real [0, 1] [0.3]\nq | a == y\n{a=y}"
    proposed = search(make(name, never), lambda i, c: float(c["w"]), 15)
    assert all(set(c) == {"a", "w"} for c in proposed)


@pytest.mark.parametrize("name", ENGINES)
def test_a_budget_of_one_run_asks_for_the_default(name: str) -> None:
    engine = make(name, MIXED, budget=1)
    suggestion = engine.ask()
    assert suggestion
    assert suggestion.configuration == {"k": "a", "x": "0.5"}


@pytest.mark.parametrize("name", ENGINES)
def test_the_same_calls_with_the_same_seed_give_the_same_suggestions(name: str) -> None:
    def calls(seed: int) -> list[dict[str, str]]:
        return search(make(name, MIXED, seed=seed), lambda i, c: float(c["x"]) + i % 3, 20)

    assert calls(5) == calls(5)
    assert calls(5) != calls(6)


@pytest.mark.parametrize("name", ENGINES)
def test_runs_that_it_never_asked_for_are_not_proposed_again(name: str) -> None:
    space = parse_pcs(SMALL)
    space.seed(1)
    engine = make(name, SMALL, budget=100)
    told = []
    for configuration in space.sample_configuration(30):
        engine.tell(run_of(suggest(configuration), float(configuration["b"])))
        told.append(to_text(configuration))
    proposed = search(engine, lambda i, c: float(c["b"]), 100)
    assert distinct(told + proposed) == distinct(told) + len(proposed) == 19


@pytest.mark.parametrize("name", ENGINES)
def test_what_others_are_running_is_not_proposed(name: str) -> None:
    engine = make(name, SMALL, budget=100)
    everything = search(make(name, SMALL, budget=100), lambda i, c: None, 100)
    pending, left = everything[:15], everything[15:]
    found = [engine.ask([Pending(c) for c in pending]) for _ in left]
    assert sorted(str(s.configuration) for s in found if s) == sorted(map(str, left))
    assert engine.ask([Pending(c) for c in pending]) is None


@pytest.mark.parametrize("name", ENGINES)
def test_a_pending_configuration_of_another_space_is_an_error(name: str) -> None:
    with pytest.raises(UserError, match="unknown parameter 'nobody'"):
        make(name, MIXED).ask([Pending({"nobody": "1"})])


@pytest.mark.parametrize("name", ["smac", "gp", "forest"])
def test_parallel_workers_spread_out(name: str) -> None:
    def target(configuration: Texts) -> float:
        return (float(configuration["x"]) - 0.3) ** 2 + (float(configuration["y"]) - 0.7) ** 2

    pcs = "x real [0, 1] [0.5]\ny real [0, 1] [0.5]"
    engine = make(name, pcs)
    search(engine, lambda i, c: target(c), 20)
    pending: list[dict[str, str]] = []
    for _ in range(4):
        other = make(name, pcs)
        search(other, lambda i, c: target(c), 20)
        suggestion = other.ask([Pending(c) for c in pending])
        assert suggestion
        pending.append(suggestion.configuration)
    assert distinct(pending) == 4


def bowl(configuration: Texts) -> float:
    """Smooth in x and y, with a step for the kind; the least is 0 at (0.2, 0.01, b)."""
    step = {"a": 0.5, "b": 0.0, "c": 1.0}[configuration["kind"]]
    return float(
        (float(configuration["x"]) - 0.2) ** 2
        + 0.1 * (np.log10(float(configuration["y"])) + 2) ** 2
        + step
    )


@pytest.mark.parametrize("name", ["smac", "gp", "forest"])
def test_a_model_finds_what_random_search_does_not(name: str) -> None:
    pcs = "x real [0, 1] [0.9]\ny real [0.0001, 10] [5] log\nkind categorical {a, b, c} [c]"

    def best(engine: str, seed: int) -> float:
        costs: list[float] = []

        def target(i: int, configuration: Texts) -> float:
            costs.append(bowl(configuration))
            return costs[-1]

        search(make(engine, pcs, seed=seed, budget=40), target, 40)
        return min(costs)

    ours = statistics.median(best(name, seed) for seed in range(3))
    random = statistics.median(best("random", seed) for seed in range(3))
    assert ours < 0.1 * random


def test_a_new_engine_that_is_told_a_history_goes_on_from_there() -> None:
    pcs = "x real [0, 1] [0.9]\ny real [0.0001, 10] [5] log\nkind categorical {a, b, c} [c]"
    space = parse_pcs(pcs)
    space.seed(4)
    engine = make("smac", pcs, seed=9, budget=100)
    for configuration in space.sample_configuration(60):
        suggestion = suggest(configuration)
        engine.tell(run_of(suggestion, bowl(suggestion.configuration)))
    proposed = [s.configuration for s in (engine.ask() for _ in range(5)) if s]
    assert statistics.median(bowl(configuration) for configuration in proposed) < 0.1


def test_the_parts_of_the_initial_design_differ_between_workers() -> None:
    pcs = "x real [0, 1] [0.5]\ny real [0, 1] [0.5]"
    engines = [
        make("smac", pcs, seed=1, budget=40, workers=2),
        make("smac", pcs, seed=2, budget=40, workers=2, initial=[]),
    ]
    parts = [search(engine, lambda i, c: None, 3) for engine in engines]
    assert distinct(parts[0] + parts[1]) == 6
    assert parts[0][0] == {"x": "0.5", "y": "0.5"}
    assert {"x": "0.5", "y": "0.5"} not in parts[1]

"""What every engine promises to a worker, whatever it thinks: ask, tell, and going on."""

import math
from collections.abc import Callable

import pytest
from ConfigSpace import ConfigurationSpace

from smacwrap.engines import Engine, Search
from smacwrap.engines.random_search import RandomEngine
from smacwrap.engines.smac3 import Smac3Engine
from smacwrap.errors import UserError
from smacwrap.history import Objective, Run
from smacwrap.pcs import from_text, parse_pcs
from smacwrap.protocol import Status
from tests.history.runs import make_run

SPACE = """\
x real [0, 1] [0.5]
n integer [1, 100] [10] log
kind categorical {a, b} [a]
z real [0, 1] [0.25]
z | kind == b
"""
TINY = "kind categorical {a, b, c} [b]\nn integer [1, 2] [1]\n{kind=a, n=2}\n"
CONSTANT = "kind categorical {a} [a]\nn integer [3, 3] [3]\n"

Build = Callable[..., Engine]


@pytest.fixture(params=[Smac3Engine, RandomEngine], ids=lambda engine: engine.__name__)
def build(request: pytest.FixtureRequest) -> Build:
    def build(text: str = SPACE, seed: int = 1, **options: object) -> Engine:
        space: ConfigurationSpace = parse_pcs(text)
        options = {"budget": 20, "initial": [space.get_default_configuration()], **options}
        return request.param(Search(space, Objective("QUALITY"), seed, **options))

    return build


def cost(configuration: dict[str, str]) -> float:
    return (float(configuration.get("x", 0)) - 0.3) ** 2 + float(configuration.get("z", 0))


def run_of(configuration: dict[str, str], quality: float, status: Status = Status.SAT) -> Run:
    return make_run(quality, status, **configuration)


def drive(
    engine: Engine, runs: int, status: Callable[[int], Status] = lambda i: Status.SAT
) -> list[Run]:
    """The runs that an engine makes; fewer where it has nothing left to propose."""
    made: list[Run] = []
    while len(made) < runs and (suggestion := engine.ask()):
        configuration = suggestion.configuration
        of = status(len(made))
        quality = 1e9 if of is Status.CRASHED else cost(configuration)
        made.append(run_of(configuration, quality, of))
        engine.tell(made[-1])
    return made


def configurations(runs: list[Run]) -> list[dict[str, str]]:
    return [run.configuration for run in runs]


def test_the_default_comes_first_where_that_is_wanted(build: Build) -> None:
    default = {"kind": "a", "n": "10", "x": "0.5"}
    first = drive(build(), 1)
    assert configurations(first) == [default]
    assert configurations(drive(build(initial=[]), 1)) != [default]


def test_initial_configurations_come_first_each_once_whatever_is_known(build: Build) -> None:
    initial = [{"kind": "a", "n": "7", "x": value} for value in ("0.9", "0.1", "0.8")]
    space = parse_pcs(SPACE)
    given = [from_text(space, configuration) for configuration in initial]
    engine = build(initial=[*given, given[0]])
    assert configurations(drive(engine, 4))[:3] == initial
    assert configurations(drive(engine, 10)).count(initial[0]) == 0
    told = build(initial=given)
    told.tell_all([run_of(initial[1], 0.5), *drive(build(seed=5), 15)])
    assert configurations(drive(told, 2)) == [initial[0], initial[2]]


def test_no_configuration_is_proposed_twice_and_the_same_seed_proposes_the_same(
    build: Build,
) -> None:
    made = configurations(drive(build(), 12))
    assert len({tuple(sorted(c.items())) for c in made}) == 12
    assert made == configurations(drive(build(), 12))
    assert made[1:] != configurations(drive(build(seed=2), 12))[1:]


@pytest.mark.parametrize(("text", "size"), [(TINY, 5), (CONSTANT, 1)], ids=["tiny", "constant"])
def test_a_space_that_is_used_up_ends_with_none(build: Build, text: str, size: int) -> None:
    engine = build(text, budget=50)
    made = configurations(drive(engine, 50))
    assert len(made) == len({tuple(sorted(c.items())) for c in made}) == size
    assert engine.ask() is None
    assert engine.ask() is None


@pytest.mark.parametrize("options", [{}, {"initial": []}], ids=["default", "nothing"])
def test_a_constant_space_has_one_configuration(build: Build, options: dict[str, object]) -> None:
    made = drive(build(CONSTANT, **options), 5)
    assert configurations(made) == [{"kind": "a", "n": "3"}]


def test_an_engine_that_is_told_a_history_goes_on_without_repeating_it(build: Build) -> None:
    history = drive(build(), 8)
    for order in (history, history[::-1]):
        engine = build()
        for run in order:
            engine.tell(run)
        more = drive(engine, 6)
        assert len(more) == 6
        assert not [c for c in configurations(more) if c in configurations(history)]


def test_an_engine_told_a_whole_space_has_nothing_left(build: Build) -> None:
    history = drive(build(TINY), 5)
    engine = build(TINY, seed=9)
    for run in history:
        engine.tell(run)
    assert drive(engine, 5) == []


def test_a_run_that_was_never_proposed_is_learnt_from_and_not_proposed(build: Build) -> None:
    engine = build()
    foreign = {"kind": "b", "n": "37", "x": "0.3125", "z": "0.125"}
    engine.tell(run_of(foreign, 0.001))
    engine.tell(run_of(foreign, 0.001))
    made = configurations(drive(engine, 8))
    assert made[0] == {"kind": "a", "n": "10", "x": "0.5"}
    assert foreign not in made


def test_runs_told_in_the_midst_of_an_ask_are_not_proposed(build: Build) -> None:
    engine, other = build(TINY), build(TINY, seed=2, initial=[])
    suggestion = engine.ask()
    assert suggestion
    for run in drive(other, 3):
        engine.tell(run)
    engine.tell(run_of(suggestion.configuration, 0.5))
    assert len(drive(engine, 9)) <= 5 - 3


@pytest.mark.parametrize(
    "status",
    [
        lambda i: Status.CRASHED,
        lambda i: Status.CRASHED if i % 3 else Status.SAT,
        lambda i: Status.UNSAT if i % 2 else Status.SAT,
        lambda i: Status.TIMEOUT,
        lambda i: Status.KILLED if i == 2 else Status.SAT,
    ],
    ids=["all crashed", "some crashed", "unsat", "timeout", "killed"],
)
def test_runs_of_every_status_are_learnt_from(
    build: Build, status: Callable[[int], Status]
) -> None:
    assert len(drive(build(), 10, status)) == 10


def test_qualities_of_any_size_are_learnt_from(build: Build) -> None:
    engine = build()
    for quality in (0.5, 1e300, -1e300, math.inf, -math.inf, 0.0, 5e-324, 1e9, 0.5, 0.5):
        suggestion = engine.ask()
        assert suggestion
        engine.tell(run_of(suggestion.configuration, quality))


@pytest.mark.parametrize(
    "configuration",
    [
        {"x": "0.5"},
        {"kind": "a", "n": "10", "x": "2"},
        {"kind": "a", "n": "10", "x": "low"},
        {"kind": "a", "n": "10", "x": "0.5", "colour": "red"},
        {"kind": "c", "n": "10", "x": "0.5"},
    ],
)
def test_a_run_of_another_space_is_refused(build: Build, configuration: dict[str, str]) -> None:
    with pytest.raises(UserError):
        build().tell(run_of(configuration, 0.5))


@pytest.mark.parametrize("status", [Status.CRASHED, Status.UNSAT])
def test_what_is_infeasible_is_avoided(build: Build, status: Status) -> None:
    # Half of the space is infeasible at 1e9: what works is still told apart, and preferred.
    engine = build(budget=30)
    made = []
    for _ in range(30):
        suggestion = engine.ask()
        assert suggestion
        configuration = suggestion.configuration
        infeasible = float(configuration["x"]) > 0.6
        made.append(infeasible)
        engine.tell(
            run_of(
                configuration,
                1e9 if infeasible else cost(configuration),
                status if infeasible else Status.SAT,
            )
        )
    assert sum(made[15:]) < 8

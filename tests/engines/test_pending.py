"""What others run counts: no engine proposes the same place again, nor its neighbours."""

import pytest

from smacwrap.engines import ENGINES, Engine, Pending, Search, make_engine
from smacwrap.history import Objective
from smacwrap.pcs import parse_pcs
from tests.history.runs import make_run

PCS = "x real [0, 1] [0.5]\ny real [0, 1] [0.5]\n"


def twin(name: str, runs: int) -> Engine:
    space = parse_pcs(PCS)
    default = space.get_default_configuration()
    search = Search(space, Objective("QUALITY"), 3, budget=60, initial=[default])
    engine = make_engine(name, search)
    for _ in range(runs):
        suggestion = engine.ask()
        assert suggestion
        texts = suggestion.configuration
        cost = (float(texts["x"]) - 0.3) ** 2 + (float(texts["y"]) - 0.7) ** 2
        engine.tell(make_run(cost, **texts))
    return engine


def place(engine: Engine, *pending: dict[str, str]) -> dict[str, str]:
    suggestion = engine.ask([Pending(texts) for texts in pending])
    assert suggestion
    return suggestion.configuration


@pytest.mark.parametrize("runs", [10, 41])
@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_keeps_away_from_what_others_run(name: str, runs: int) -> None:
    first = place(twin(name, runs))
    assert place(twin(name, runs)) == first
    second = place(twin(name, runs), first)
    third = place(twin(name, runs), first, second)
    for one, other in ((first, second), (first, third), (second, third)):
        assert max(abs(float(one[name]) - float(other[name])) for name in "xy") > 1e-3

"""The engines by name."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, cast

from smacwrap.engines.base import Engine
from smacwrap.engines.seeds import DETERMINISTIC, Seeds
from smacwrap.errors import UserError, did_you_mean
from smacwrap.history import Objective

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace

_ENGINES = {
    "smac": "smacwrap.engines.smac3:Smac3Engine",
    "gp": "smacwrap.engines.smac3:GaussianProcessEngine",
    "forest": "smacwrap.engines.smac3:ForestEngine",
    "roar": "smacwrap.engines.smac3:RoarEngine",
    "random": "smacwrap.engines.random_search:RandomEngine",
}

ENGINES = tuple(_ENGINES)
"""The names; the first is the one to use."""


def make_engine(
    name: str,
    space: "ConfigurationSpace",
    objective: Objective,
    seed: int,
    *,
    budget: int,
    workers: int = 1,
    initial: "Sequence[Configuration]" = (),
    seeds: Seeds = DETERMINISTIC,
) -> Engine:
    """The engine of this name; its module is imported only now.

    Args:
        name: one of `ENGINES`.
        space: the configurations to choose from, of `read_pcs`.
        objective: what to minimise.
        seed: makes the proposals repeatable, and different from those of other seeds.
        budget: the number of runs that all workers together may make.
        workers: how many engines share them.
        initial: what this engine proposes first, in this order.
        seeds: the target algorithm's, the same for all of them.

    Raises:
        UserError: there is no such engine.
    """
    if name not in _ENGINES:
        known = ", ".join(ENGINES)
        raise UserError(f"no engine '{name}': expected one of {known}{did_you_mean(name, ENGINES)}")
    module, _, engine = _ENGINES[name].partition(":")
    made = getattr(import_module(module), engine)(
        space,
        objective,
        seed,
        budget=budget,
        workers=workers,
        initial=initial,
        seeds=seeds,
    )
    return cast(Engine, made)

"""The engines by name."""

from importlib import import_module
from typing import cast

from smacwrap.engines.base import Engine, Search
from smacwrap.errors import UserError, did_you_mean

_ENGINES = {
    "smac": "smacwrap.engines.smac3:Smac3Engine",
    "gp": "smacwrap.engines.smac3:GaussianProcessEngine",
    "forest": "smacwrap.engines.smac3:ForestEngine",
    "roar": "smacwrap.engines.smac3:RoarEngine",
    "random": "smacwrap.engines.random_search:RandomEngine",
}

ENGINES = tuple(_ENGINES)
"""The names; the first is the one to use."""


def make_engine(name: str, search: Search) -> Engine:
    """The engine of this name, one of `ENGINES`; its module is imported only now.

    Raises:
        UserError: there is no such engine.
    """
    if name not in _ENGINES:
        known = ", ".join(ENGINES)
        raise UserError(f"no engine '{name}': expected one of {known}{did_you_mean(name, ENGINES)}")
    module, _, engine = _ENGINES[name].partition(":")
    return cast(Engine, getattr(import_module(module), engine)(search))

"""Who proposes configurations: one file an engine, behind one small interface."""

from smacwrap.engines.base import Engine, Pending, Search, Suggestion
from smacwrap.engines.registry import ENGINES, make_engine
from smacwrap.engines.seeds import DETERMINISTIC, Seeds

__all__ = [
    "DETERMINISTIC",
    "ENGINES",
    "Engine",
    "Pending",
    "Search",
    "Seeds",
    "Suggestion",
    "make_engine",
]

"""Who proposes configurations: one file an engine, behind one small interface."""

from smacwrap.engines.base import Engine, Suggestion
from smacwrap.engines.registry import ENGINES, make_engine

__all__ = ["ENGINES", "Engine", "Suggestion", "make_engine"]

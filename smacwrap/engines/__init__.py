"""Who proposes configurations: one file an engine, behind one small interface."""

from smacwrap.engines.base import Engine, Suggestion

__all__ = ["Engine", "Suggestion"]

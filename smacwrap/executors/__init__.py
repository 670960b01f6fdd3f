"""Where a run's bundle is executed: one file a place, behind one small interface."""

from smacwrap.executors.base import (
    BundleError,
    Completion,
    Executor,
    Limits,
    LostOutputError,
    Submission,
    Task,
)

__all__ = [
    "BundleError",
    "Completion",
    "Executor",
    "Limits",
    "LostOutputError",
    "Submission",
    "Task",
]

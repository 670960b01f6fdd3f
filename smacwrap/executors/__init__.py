"""Where a run's bundle is executed: one file a place, behind one small interface."""

from smacwrap.bundles.errors import BundleError
from smacwrap.executors.base import (
    Completion,
    Executor,
    LostOutputError,
    Submission,
    Task,
)
from smacwrap.processes.limits import Limits

__all__ = [
    "BundleError",
    "Completion",
    "Executor",
    "Limits",
    "LostOutputError",
    "Submission",
    "Task",
]

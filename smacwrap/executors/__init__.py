"""Where a run's bundle is executed: one file a place, behind one small interface."""

from smacwrap.executors.base import Completion, Exceeded, Executor, Limits, Submission, Task

__all__ = ["Completion", "Exceeded", "Executor", "Limits", "Submission", "Task"]

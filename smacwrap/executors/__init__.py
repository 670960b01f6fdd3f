"""Where a run's bundle is executed: one file a place, behind one small interface."""

from smacwrap.executors.base import Completion, Executor, Submission, Task

__all__ = ["Completion", "Executor", "Submission", "Task"]

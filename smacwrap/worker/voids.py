"""Runs that came to no result by no fault of their configuration: when to try again, and when not.

A run that a signal ended, or that could not be started, says nothing of its configuration. It is
made again after a pause; where that does not help, the launch is ended while its budget is whole.
"""

from smacwrap.protocol.additional import ENVIRONMENT
from smacwrap.worker.budget import Budget
from smacwrap.worker.retry import notify
from smacwrap.worker.target import Answer

_MOST = 5
"""Voids of one worker in a row that end the launch."""

_WHAT_TO_DO = "solve that, and go on with --resume"


class Voids:
    """The voids of one worker, in a row.

    Args:
        budget: the launch's.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._count = 0

    def over(self) -> None:
        """A run came to a result."""
        self._count = 0

    def add(self, answer: Answer, run: str, first: bool) -> float:
        """Take in a void; the seconds to wait before the run is made again.

        Args:
            answer: the void.
            run: how a person names it.
            first: whether the study has no run at all yet: then nothing says that its target has
                ever worked, and the launch is ended at once.

        Raises:
            OSError: the launch is to be ended, and the budget cannot be written.
        """
        self._count += 1
        if first and answer.void == ENVIRONMENT:
            reason = f"the first run could not be made: {answer.reason} ({_WHAT_TO_DO})"
            self._budget.end(f"{reason}\n{answer.output}".strip())
        elif self._count >= _MOST:
            self._budget.end(
                f"{_MOST} runs in a row came to no result, by no fault of their configurations: "
                f"{answer.reason} ({_WHAT_TO_DO})"
            )
        else:
            pause = 2.0 ** (self._count - 1)
            notify(f"run {run} gave no result: {answer.reason}; again in {pause:g} s")
            return pause
        return 0.0

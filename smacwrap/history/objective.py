"""What is minimised: the cost of a run, and the incumbent that a run history gives."""

import math
from dataclasses import dataclass
from typing import Literal

from smacwrap.history.run import Run
from smacwrap.protocol import Status


@dataclass(frozen=True)
class Objective:
    """A scenario's objective, as SMAC v2 defines it.

    With RUNTIME, a run that is not decided costs `penalty` times the cutoff (PAR10 for 10);
    with QUALITY, a crashed run costs at least `crashed_quality`.
    """

    run_obj: Literal["RUNTIME", "QUALITY"]
    penalty: float = 1.0
    crashed_quality: float = 1e9

    def cost(self, run: Run) -> float:
        """The cost of a run: seconds with RUNTIME, the reported quality with QUALITY."""
        result = run.result
        if self.run_obj == "RUNTIME":
            return result.runtime if result.status.decided else self.penalty * run.cutoff
        if result.status in (Status.CRASHED, Status.ABORT):
            return max(result.quality, self.crashed_quality)
        return result.quality


@dataclass(frozen=True)
class Incumbent:
    """The best configuration so far: its latest run, its mean cost and over how many runs."""

    run: Run
    cost: float
    runs: int


class Incumbents:
    """Follows the incumbent through a growing run history.

    The incumbent has the lowest mean cost among the configurations that have the most runs:
    racing gives no challenger more runs than it has. A run that crashed makes no incumbent.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.current: Incumbent | None = None
        self._seen: dict[tuple[tuple[str, str], ...], Incumbent] = {}

    def add(self, run: Run) -> bool:
        """Take in one run; whether another configuration is the incumbent now."""
        cost = self.objective.cost(run)
        if math.isnan(cost) or run.result.status in (Status.CRASHED, Status.ABORT):
            return False
        key = run.configuration_key
        before = self._seen.get(key)
        runs = before.runs + 1 if before else 1
        mean = cost if before is None else before.cost + (cost - before.cost) / runs
        self._seen[key] = challenger = Incumbent(run, mean, runs)
        old = self.current
        if old is None or _rank(challenger) < _rank(old):
            self.current = challenger
        if old is None or old.run.configuration_key != key:
            return self.current is not old
        # The incumbent's mean may have become worse than that of one that it had beaten.
        self.current = min(self._seen.values(), key=_rank)
        return self.current.run.configuration_key != key


def _rank(candidate: Incumbent) -> tuple[int, float]:
    return (-candidate.runs, candidate.cost)

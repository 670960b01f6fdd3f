"""What is minimised: the cost of a run, and the incumbent that a run history gives."""

import math
from dataclasses import dataclass
from typing import Literal

from smacwrap.history.run import Run
from smacwrap.protocol import Status
from smacwrap.protocol.direction import Direction

_Key = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Objective:
    """A scenario's objective, as SMAC v2 defines it.

    With RUNTIME, a run that is not decided costs `penalty` times the cutoff (PAR10 for 10);
    with QUALITY, a crashed run costs at least `crashed_quality`.
    """

    run_obj: Literal["RUNTIME", "QUALITY"]
    penalty: float = 1.0
    crashed_quality: float = 1e9

    def has_quality(self, run: Run) -> bool:
        """Whether a run's quality is a number that the target algorithm reported.

        A run that crashed or was stopped has none. One that timed out may have found something
        before; where it has not, a wrapper writes a number as bad as a crash, or worse.
        """
        result = run.result
        if result.status is Status.TIMEOUT:
            return self.run_obj == "QUALITY" and result.quality < self.crashed_quality
        return result.status.decided

    def cost(self, run: Run) -> float:
        """The cost of a run: seconds with RUNTIME, the reported quality with QUALITY."""
        result = run.result
        if self.run_obj == "RUNTIME":
            return result.runtime if result.status.decided else self.penalty * run.cutoff
        if result.status.failed:
            return max(result.quality, self.crashed_quality)
        return result.quality


@dataclass(frozen=True)
class Incumbent:
    """The best configuration so far: its latest good run, its mean cost, over how many runs."""

    run: Run
    cost: float
    runs: int

    def words(self, direction: Direction) -> str:
        """Its mean quality in the target's own terms, for people: `0.0312 (mean of 4 runs)`."""
        mean = f"{direction.own(self.cost):g}"
        return mean + (f" (mean of {self.runs} runs)" if self.runs > 1 else "")


class Incumbents:
    """Follows the incumbent through a growing run history.

    The incumbent has the lowest mean cost among the configurations that have the most runs:
    racing gives no challenger more runs than it has. Crashed runs count as in SMAC v2, but a
    configuration without any result of its own, which only crashed or timed out, is no incumbent.
    Killed runs, and costs that are not a
    number, are left out, and so is a run that there was already: processes of SMAC v2 all make
    the default configuration's.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self.current: Incumbent | None = None
        self._seen: set[tuple[object, ...]] = set()
        self._means: dict[_Key, tuple[float, int]] = {}
        self._good: dict[_Key, Run] = {}

    def add(self, run: Run) -> bool:
        """Take in one run; whether another configuration is the incumbent now."""
        cost = self.objective.cost(run)
        if math.isnan(cost) or run.result.status is Status.KILLED or run.key in self._seen:
            return False
        self._seen.add(run.key)
        key = run.configuration_key
        before, runs = self._means.get(key, (0.0, 0))
        runs += 1
        mean = _mean(before, cost, runs)
        self._means[key] = (mean, runs)
        if self.objective.has_quality(run):
            self._good[key] = run
        if key not in self._good:
            return False
        challenger, old = Incumbent(self._good[key], mean, runs), self.current
        if old is not None and _rank(challenger) >= _rank(old):
            return False
        self.current = challenger
        return old is None or old.run.configuration_key != key


def _mean(before: float, cost: float, runs: int) -> float:
    """The mean of `runs` costs, of which all but the last, `cost`, have the mean `before`."""
    if runs == 1:
        return cost
    if math.isinf(before) or math.isinf(cost):
        return before + cost
    # The difference keeps equal costs equal; dividing first keeps it finite.
    return before + (cost / runs - before / runs)


def _rank(candidate: Incumbent) -> tuple[int, float]:
    # Infinite costs of both signs have no mean.
    return (-candidate.runs, math.inf if math.isnan(candidate.cost) else candidate.cost)

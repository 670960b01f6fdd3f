"""The run history as a matrix that grows with it, and what has been asked for already."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from smac.callback.callback import Callback
from smac.runhistory import StatusType, TrialInfo, TrialValue

from smacwrap.engines.search.settled import Settled, settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix, Vectors

UNSAT = "unsat"
"""The key of a trial's additional information that says that its run was UNSAT."""

_GOOD, _UNSAT, _CRASHED = range(3)

_REFRESH = 10
"""What a model learns from is chosen anew after each 10th part of it."""


@dataclass(frozen=True)
class Sample:
    """What a model is to learn from: configurations, and one entry for each of them.

    Attributes:
        rows: the configurations, shape (configurations, parameters).
        costs: the mean cost of their runs.
        runs: how many these were.
        feasible: which share of these was feasible.
    """

    rows: Matrix
    costs: Matrix
    runs: Matrix
    feasible: Matrix


class Observations(Callback):
    """What SMAC3 was told, one row a configuration, and what it was asked and waits for.

    A run that crashed or was UNSAT is infeasible. It costs no more than the worst configuration
    does where it is feasible, whatever number stands for it: else that number would be all that
    a model sees. Where no run had another answer than UNSAT, that is as good an answer as any.

    Looking at everything again whenever something is new would make a study quadratic.

    Args:
        vectors: the space.
        unseen: is told of everything that is seen here.
        most: from about so many configurations a model is to learn.
    """

    def __init__(self, vectors: Vectors, unseen: Unseen, most: int) -> None:
        super().__init__()
        self.vectors = vectors
        self._unseen = unseen
        self._most = most
        self._places: dict[bytes, int] = {}
        self._waiting: dict[bytes, Matrix] = {}
        self._rows = np.empty((64, len(vectors)))
        # Of each configuration, how many runs succeeded, were UNSAT, and crashed; and the mean
        # costs of the first two kinds.
        self._runs = np.zeros((3, 64))
        self._means = np.zeros((2, 64))
        self._chosen: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._chosen_from = 0

    def __len__(self) -> int:
        """The number of configurations that have been run."""
        return len(self._places)

    @property
    def costs(self) -> Matrix:
        """The configurations' mean costs."""
        size, answer = len(self), self._answer
        runs, means = self._runs[:, :size], self._means[:, :size]
        answered = runs[answer] > 0
        if not answered.any():
            return np.zeros(size)
        worst = means[answer, answered].max()
        # A share of 1 rounds nothing.
        good, unsat, crashed = runs / runs.sum(axis=0)
        return np.asarray(
            means[_GOOD] * good + np.minimum(means[_UNSAT], worst) * unsat + worst * crashed
        )

    @property
    def _answer(self) -> int:
        """The kind of runs that are feasible."""
        some_unsat_only = self._runs[_UNSAT].any() and not self._runs[_GOOD].any()
        return _UNSAT if some_unsat_only else _GOOD

    @property
    def pending(self) -> Matrix:
        """The configurations of which nothing is known but that they run, here or elsewhere."""
        rows = [*self._waiting.values(), *self._unseen.elsewhere]
        return np.array(rows).reshape(len(rows), len(self.vectors))

    def training(self) -> Sample:
        """What a model is to learn from.

        Where there is too much, that is the cheapest half of what it may be, as many spread evenly
        over the ranks of the others, and whatever came since these were chosen.
        """
        costs, most = self.costs, self._most
        size = len(costs)
        runs = self._runs[:, :size].sum(axis=0)
        everything = Sample(self._rows[:size], costs, runs, self._runs[self._answer, :size] / runs)
        if size <= most:
            return everything
        if size - self._chosen_from > most // _REFRESH:
            ranked = np.argsort(costs, kind="stable")
            half = most // 2
            spread = np.linspace(half, size - 1, most - half).astype(np.intp)
            self._chosen = np.sort(ranked[np.concatenate([np.arange(half), spread])])
            self._chosen_from = size
        places = np.concatenate([self._chosen, np.arange(self._chosen_from, size)])
        return Sample(*(column[places] for column in vars(everything).values()))

    def stop(self, configuration: Settled) -> None:
        """A run of a configuration was stopped: it is not waited for any more."""
        self._unseen.meet([configuration.key])
        self._waiting.pop(configuration.key, None)

    def on_ask_end(self, smbo: Any, info: TrialInfo) -> None:
        """Called by SMAC3 with what it asks for."""
        key = settled(info.config).key
        self._unseen.meet([key])
        if key not in self._places:
            self._waiting[key] = info.config.get_array()

    def on_tell_end(self, smbo: Any, info: TrialInfo, value: TrialValue) -> None:
        """Called by SMAC3 with what it is told: each trial once."""
        key = settled(info.config).key
        self._unseen.meet([key])
        self._waiting.pop(key, None)
        place = self._places.setdefault(key, len(self._places))
        if place == len(self._rows):
            self._double()
        self._rows[place] = info.config.get_array()
        kind = _CRASHED
        if value.status == StatusType.SUCCESS:
            kind = _UNSAT if value.additional_info.get(UNSAT) else _GOOD
        self._runs[kind, place] += 1
        if kind != _CRASHED:
            mean = self._means[kind, place]
            self._means[kind, place] += (value.cost - mean) / self._runs[kind, place]

    def _double(self) -> None:
        self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._runs = np.concatenate([self._runs, np.zeros_like(self._runs)], axis=1)
        self._means = np.concatenate([self._means, np.zeros_like(self._means)], axis=1)

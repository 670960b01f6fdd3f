"""The run history as a matrix that grows with it, and what has been asked for already."""

from typing import Any

import numpy as np
import numpy.typing as npt
from smac.callback.callback import Callback
from smac.runhistory import StatusType, TrialInfo, TrialValue

from smacwrap.engines.search.settled import Settled, settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix, Vectors

_REFRESH = 10
"""What a model learns from is chosen anew after each 10th part of it."""


class Observations(Callback):
    """What SMAC3 was told, one row a configuration, and what it was asked and waits for.

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
        # Of each configuration, the mean cost of the runs that succeeded, and how many runs did.
        self._means = np.zeros(64)
        self._good = np.zeros(64)
        self._crashed = np.zeros(64)
        self._chosen: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self._chosen_from = 0

    def __len__(self) -> int:
        """The number of configurations that have been run."""
        return len(self._places)

    @property
    def costs(self) -> Matrix:
        """The configurations' mean costs; a run that crashed costs as much as the worst mean."""
        size = len(self)
        means, good, crashed = self._means[:size], self._good[:size], self._crashed[:size]
        if not good.any():
            return np.zeros(size)
        worst = means[good > 0].max()
        # Where no run crashed, or all did, nothing is rounded.
        mixed = means * (good / (good + crashed)) + worst * (crashed / (good + crashed))
        return np.where(crashed == 0, means, np.where(good == 0, worst, mixed))

    @property
    def pending(self) -> Matrix:
        """The configurations of which nothing is known but that they run, here or elsewhere."""
        rows = [*self._waiting.values(), *self._unseen.elsewhere]
        return np.array(rows).reshape(len(rows), len(self.vectors))

    def training(self) -> tuple[Matrix, Matrix, Matrix]:
        """What a model is to learn from: rows, their mean costs, and of how many runs.

        Where there is too much, that is the cheapest half of what it may be, as many spread evenly
        over the ranks of the others, and whatever came since these were chosen.
        """
        costs, most = self.costs, self._most
        size = len(costs)
        rows, runs = self._rows[:size], self._good[:size] + self._crashed[:size]
        if size <= most:
            return rows, costs, runs
        if size - self._chosen_from > most // _REFRESH:
            ranked = np.argsort(costs, kind="stable")
            half = most // 2
            spread = np.linspace(half, size - 1, most - half).astype(np.intp)
            self._chosen = np.sort(ranked[np.concatenate([np.arange(half), spread])])
            self._chosen_from = size
        places = np.concatenate([self._chosen, np.arange(self._chosen_from, size)])
        return rows[places], costs[places], runs[places]

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
        if value.status == StatusType.SUCCESS:
            self._good[place] += 1
            self._means[place] += (value.cost - self._means[place]) / self._good[place]
        else:
            self._crashed[place] += 1

    def _double(self) -> None:
        self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._means = np.concatenate([self._means, np.zeros_like(self._means)])
        self._good = np.concatenate([self._good, np.zeros_like(self._good)])
        self._crashed = np.concatenate([self._crashed, np.zeros_like(self._crashed)])

"""The run history as a matrix that grows with it, and what has been asked for already."""

from typing import Any

import numpy as np
from smac.callback.callback import Callback
from smac.runhistory import StatusType, TrialInfo, TrialValue

from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix, Vectors


class Observations(Callback):
    """What SMAC3 was told, one row a configuration, and what it was asked and waits for.

    Looking at everything again whenever something is new would make a study quadratic.
    """

    def __init__(self, vectors: Vectors, unseen: Unseen) -> None:
        super().__init__()
        self.vectors = vectors
        self._unseen = unseen
        self._places: dict[int, int] = {}
        self._waiting: dict[int, Matrix] = {}
        self._rows = np.empty((64, len(vectors)))
        self._costs = np.empty(64)
        self._crashed = np.empty(64, dtype=np.bool_)

    def __len__(self) -> int:
        """The number of configurations that have been run."""
        return len(self._places)

    @property
    def rows(self) -> Matrix:
        """The configurations that have been run, shape (configurations, parameters)."""
        return self._rows[: len(self)]

    @property
    def costs(self) -> Matrix:
        """Their costs; those that crashed are as bad as the worst that did not."""
        costs, crashed = self._costs[: len(self)], self._crashed[: len(self)]
        if crashed.all():
            return np.zeros(len(self))
        return np.where(crashed, costs[~crashed].max(), costs)

    @property
    def pending(self) -> Matrix:
        """The configurations whose runs have not ended, here and elsewhere."""
        rows = [*self._waiting.values(), *self._unseen.elsewhere]
        return np.array(rows).reshape(len(rows), len(self.vectors))

    def on_ask_end(self, smbo: Any, info: TrialInfo) -> None:
        """Called by SMAC3 with what it asks for."""
        row = info.config.get_array()[None, :]
        self._unseen.meet(row)
        self._waiting[smbo.runhistory.get_config_id(info.config)] = row[0]

    def on_tell_end(self, smbo: Any, info: TrialInfo, value: TrialValue) -> None:
        """Called by SMAC3 with what it is told."""
        row = info.config.get_array()[None, :]
        self._unseen.meet(row)
        number = smbo.runhistory.get_config_id(info.config)
        self._waiting.pop(number, None)
        place = self._places.setdefault(number, len(self))
        if place == len(self._rows):
            self._double()
        self._rows[place] = row[0]
        self._costs[place] = value.cost
        self._crashed[place] = value.status != StatusType.SUCCESS

    def _double(self) -> None:
        self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._costs = np.concatenate([self._costs, np.empty_like(self._costs)])
        self._crashed = np.concatenate([self._crashed, np.empty_like(self._crashed)])

"""What a launcher knows of its study's runs: all of them, by worker, and the incumbent."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from smacwrap.errors import Problem
from smacwrap.history import HistoryReader, Incumbents, Objective, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.objective import Incumbent
from smacwrap.history.study import PATIENCE


class Tally:
    """The runs of a study as far as they have been taken in.

    Args:
        study: where they are recorded.
        objective: what is minimised.
        pcs_text: as in `HistoryReader`.

    Raises:
        UserError: the list of forgotten runs cannot be read.
    """

    def __init__(self, study: Study, objective: Objective, pcs_text: str) -> None:
        self._history = HistoryReader(study, patience=PATIENCE, pcs_text=pcs_text)
        self._forgotten = Forgotten(study)
        self._forgotten_ids = self._forgotten.ids()
        self._objective = objective
        self._incumbents = Incumbents(objective)
        # By the worker's seed and the run's number.
        self._runs: dict[tuple[int, int], Run] = {}
        self.recorded: Counter[int] = Counter()
        """How many runs each worker has recorded, by its seed."""

    @property
    def runs(self) -> list[tuple[int, Run]]:
        """All runs, with their workers' seeds."""
        return [(seed, run) for (seed, _), run in self._runs.items()]

    @property
    def counted(self) -> list[tuple[int, Run]]:
        """The runs that were not forgotten, with their workers' seeds."""
        return [(seed, run) for seed, run in self.runs if not self._is_forgotten(seed, run)]

    @property
    def forgotten(self) -> Counter[int]:
        """How many runs of each worker were forgotten, by its seed."""
        return Counter(seed for seed, run in self.runs if self._is_forgotten(seed, run))

    @property
    def incumbent(self) -> Incumbent | None:
        """The best configuration so far."""
        return self._incumbents.current

    @property
    def waits_for(self) -> list[Path]:
        """As in `HistoryReader`."""
        return self._history.waits_for

    def new_losses(self) -> list[Problem]:
        """As in `HistoryReader`."""
        return self._history.new_losses()

    def take_in(self) -> Iterator[tuple[int, Run, bool]]:
        """The runs that were recorded meanwhile: the worker, the run, whether it is the incumbent.

        Raises:
            UserError: the list of forgotten runs cannot be read.
        """
        if (ids := self._forgotten.ids()) != self._forgotten_ids:
            self._forgotten_ids = ids
            self._incumbents = Incumbents(self._objective)
            for seed, run in self.runs:
                self._consider(seed, run)
        for seed, run in self._history.poll():
            if self._runs.get((seed, run.details["number"])) == run:
                continue  # its file was deleted, and written again
            self._runs[seed, run.details["number"]] = run
            self.recorded[seed] = run.details["number"]
            yield seed, run, self._consider(seed, run)

    def _consider(self, seed: int, run: Run) -> bool:
        return not self._is_forgotten(seed, run) and self._incumbents.add(run)

    def _is_forgotten(self, seed: int, run: Run) -> bool:
        return run_id(seed, run) in self._forgotten_ids

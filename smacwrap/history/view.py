"""One view of a study: its runs, which of them count, the incumbent, and what runs now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path

from smacwrap.errors import Problem
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.objective import Incumbent, Incumbents, Objective
from smacwrap.history.run import Run
from smacwrap.history.running import RunningRun, read_running
from smacwrap.history.study import HistoryReader, Study
from smacwrap.protocol import Status


class StudyView:
    """What is known of a study, as far as it has been taken in.

    Workers, the launcher, and whoever shows a study tell its runs apart by this view, so that they
    agree. A worker's seed and a run are a pair everywhere, for a run does not know its worker.

    The incumbent is the study's, not a worker's: the configuration that has the lowest mean cost
    of those with the most runs. In SMAC v2, too, a challenger takes over only when it has been run
    as often as the incumbent (Hutter et al. 2011, "Sequential model-based optimization for general
    algorithm configuration", procedure 2); what it has been lucky with does not help it before.

    Args:
        study: where the runs are recorded.
        objective: what is minimised.
        skip: the seed of a worker whose runs are added instead of read.
        patience, pcs_text: as in `HistoryReader`.

    Raises:
        UserError: the list of forgotten runs cannot be read.
    """

    def __init__(
        self,
        study: Study,
        objective: Objective,
        *,
        skip: int | None = None,
        patience: float = 0.0,
        pcs_text: str | None = None,
    ) -> None:
        self.study = study
        self.objective = objective
        self._history = HistoryReader(study, skip, patience, pcs_text)
        self._forgotten = Forgotten(study)
        self._runs: dict[tuple[int, int], Run] = {}  # by the worker's seed and the run's number
        self._numbers: dict[int, set[int]] = {}
        self._generation = 0
        self._tell_apart(self._forgotten.ids())

    def _tell_apart(self, forgotten: frozenset[str]) -> None:
        """Begin with nothing but the list of forgotten runs."""
        self.forgotten_ids = forgotten
        """The IDs of the runs that a person took out."""
        self.distinct: list[Run] = []
        """The runs that count: of several of one configuration, instance and seed, the first."""
        self._results: dict[tuple[object, ...], Run] = {}
        self._incumbents = Incumbents(self.objective)

    @property
    def generation(self) -> int:
        """How often runs were forgotten or remembered: `distinct` began anew each time."""
        return self._generation

    @property
    def runs(self) -> list[tuple[int, Run]]:
        """All runs."""
        return [(seed, run) for (seed, _), run in self._runs.items()]

    @property
    def counted(self) -> list[tuple[int, Run]]:
        """The runs that were not forgotten."""
        return [(seed, run) for seed, run in self.runs if not self.is_forgotten(seed, run)]

    @property
    def forgotten(self) -> Counter[int]:
        """How many runs of each worker were forgotten, by its seed."""
        return Counter(seed for seed, run in self.runs if self.is_forgotten(seed, run))

    @property
    def numbers(self) -> Mapping[int, Set[int]]:
        """The numbers of all runs of each worker, by its seed; one that is lost had one, too."""
        for seed, numbers in self._history.read.items():
            known = self._numbers.setdefault(seed, set())
            if len(numbers) != len(known):  # some are lost: all others were added
                known.update(numbers)
        return self._numbers

    def numbers_of(self, seed: int) -> Set[int]:
        """Those of one worker's runs."""
        return self.numbers.get(seed, frozenset())

    @property
    def recorded(self) -> Counter[int]:
        """How many runs each worker has recorded, by its seed."""
        return Counter({seed: len(numbers) for seed, numbers in self.numbers.items()})

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

    def running(self) -> list[RunningRun]:
        """The runs that were started and are not recorded, also those of workers that died."""
        started = read_running(self.study)
        return [run for run in started if run.number not in self.numbers_of(run.worker)]

    def unmade(self, runs: Sequence[RunningRun]) -> list[RunningRun]:
        """Those of the runs of which nothing is recorded that counts, each once."""
        if not runs:
            return []
        made = {run.key for _, run in self.counted}
        return list({run.key: run for run in runs if run.key not in made}.values())

    def result_of(self, key: tuple[object, ...]) -> Run | None:
        """The run with this `Run.key` that counts; one that was stopped has no result."""
        return self._results.get(key)

    def is_forgotten(self, seed: int, run: Run) -> bool:
        """Whether a run does not count."""
        return run_id(seed, run) in self.forgotten_ids

    def take_in(self) -> Iterator[tuple[int, Run, bool]]:
        """The runs that were recorded meanwhile: the worker, the run, whether it is the incumbent.

        Raises:
            UserError: the list of forgotten runs cannot be read.
        """
        self.refresh()
        for seed, run in self._history.poll():
            if self._runs.get((seed, run.details["number"])) != run:
                yield seed, run, self.add(seed, run)
            # else its file was deleted, and written again

    def refresh(self) -> None:
        """Look which runs are forgotten.

        Raises:
            UserError: the list of forgotten runs cannot be read.
        """
        if (forgotten := self._forgotten.ids()) != self.forgotten_ids:
            self._generation += 1
            self._tell_apart(forgotten)
            for seed, run in self.runs:
                self._count(seed, run)

    def add(self, seed: int, run: Run) -> bool:
        """Take in a numbered run; whether its configuration has become the incumbent."""
        self._runs[seed, run.details["number"]] = run
        self._numbers.setdefault(seed, set()).add(run.details["number"])
        return self._count(seed, run)

    def _count(self, seed: int, run: Run) -> bool:
        if self.is_forgotten(seed, run) or run.key in self._results:
            return False
        self.distinct.append(run)
        # Nobody knows how a run that was stopped would have ended.
        if run.result.status is not Status.KILLED:
            self._results[run.key] = run
        return self._incumbents.add(run)

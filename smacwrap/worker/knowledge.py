"""What a worker has learned: the runs that it knows, its engine and the incumbent."""

import logging
from collections.abc import Callable, Sequence

from smacwrap.engines import Engine, Pending, Suggestion
from smacwrap.history import Incumbents, Objective, Run
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.objective import Incumbent
from smacwrap.history.run import configuration_key
from smacwrap.pcs import to_text
from smacwrap.protocol import Status

log = logging.getLogger("smacwrap.worker")


def key_of(suggestion: Suggestion) -> tuple[object, ...]:
    """The `Run.key` of the run that comes of a suggestion."""
    configuration = configuration_key(to_text(suggestion.configuration))
    return (configuration, suggestion.instance, suggestion.seed)


class Knowledge:
    """Takes in runs, whoever made them, and asks the engine for what has not been run.

    The incumbent is the study's, not this worker's, so that all workers, the launcher and their
    files agree: the configuration that has the lowest mean cost of those with the most runs. In
    SMAC v2, too, a challenger takes over only when it has been run as often as the incumbent
    (Hutter et al. 2011, "Sequential model-based optimization for general algorithm
    configuration", procedure 2); what it has been lucky with does not help it before.

    Args:
        make_engine: makes the engine, anew when runs are forgotten.
        objective: what is minimised.
        forgotten: the runs that do not count.
    """

    def __init__(
        self, make_engine: Callable[[], Engine], objective: Objective, forgotten: Forgotten
    ) -> None:
        self._make_engine = make_engine
        self._objective = objective
        self._forgotten = forgotten
        self._runs: list[tuple[int, Run]] = []
        self._begin()

    def _begin(self) -> None:
        self._forgotten_ids = self._forgotten.ids()
        self._engine = self._make_engine()
        self._untold: list[Run] = []
        self._known: dict[tuple[object, ...], Run] = {}
        self._incumbents = Incumbents(self._objective)

    @property
    def incumbent(self) -> Incumbent | None:
        """The best configuration so far."""
        return self._incumbents.current

    def has(self, key: tuple[object, ...]) -> bool:
        """Whether a run with this `Run.key` is known."""
        return key in self._known

    def take_in(self, worker: int, run: Run) -> bool:
        """Learn from a run of a worker; whether the incumbent, or its mean cost, is another now."""
        self._runs.append((worker, run))
        return self._learn(worker, run)

    def tell_engine(self) -> None:
        """Tell the engine what it was not told yet: thousands of runs faster together."""
        self._engine.tell_all(self._untold)
        self._untold = []

    def ask(self, pending: Sequence[Pending]) -> Suggestion | None:
        """What the engine wants to have run next, among what has not been run; None at the end.

        Args:
            pending: what others are running now.
        """
        self.tell_engine()
        while suggestion := self._engine.ask(pending):
            key = key_of(suggestion)
            if key not in self._known:
                return suggestion
            log.info("already run by another worker: told the engine, asking again")
            self._engine.tell(self._known[key])
        return None

    def refresh(self) -> bool:
        """Start again if runs were forgotten or remembered; whether the incumbent is another."""
        if (ids := self._forgotten.ids()) == self._forgotten_ids:
            return False
        log.info("forgotten now: %s", ", ".join(sorted(ids)) or "none")
        before = self.incumbent
        self._begin()
        for worker, run in self._runs:
            self._learn(worker, run)
        return self.incumbent != before

    def _learn(self, worker: int, run: Run) -> bool:
        if run_id(worker, run) in self._forgotten_ids or run.key in self._known:
            return False
        self._untold.append(run)
        # Nobody knows how a run that was stopped would have ended.
        if run.result.status is Status.KILLED:
            return False
        self._known[run.key] = run
        before = self.incumbent
        self._incumbents.add(run)
        return self.incumbent is not before

"""What a worker has learned: its engine, told all runs that count."""

import logging
from collections.abc import Callable, Sequence

from smacwrap.engines import Engine, Pending, Suggestion
from smacwrap.history.view import StudyView

log = logging.getLogger("smacwrap.worker")


class Knowledge:
    """Tells an engine what the view of a study has, and asks it for what has not been run.

    The engine is made when it is needed first, for that takes seconds, and anew when runs are
    forgotten.

    Args:
        view: of the study.
        make_engine: makes the engine.
    """

    def __init__(self, view: StudyView, make_engine: Callable[[], Engine]) -> None:
        self._view = view
        self._make_engine = make_engine
        self._engine: Engine | None = None
        self._generation = 0
        self._told = 0
        self._asked: set[tuple[object, ...]] = set()

    @property
    def is_ready(self) -> bool:
        """Whether the engine has been made."""
        return self._engine is not None

    def get_ready(self) -> Engine:
        """The engine, which knows all that the view has: thousands of runs are told together."""
        if self._engine is None or self._generation != self._view.generation:
            if self._engine:
                forgotten = ", ".join(sorted(self._view.forgotten_ids))
                log.info("forgotten now: %s", forgotten or "none")
            self._engine = self._make_engine()
            self._generation, self._told, self._asked = self._view.generation, 0, set()
        self._engine.tell_all(self._view.distinct[self._told :])
        self._told = len(self._view.distinct)
        return self._engine

    def ask(self, pending: Sequence[Pending], own: Sequence[Suggestion] = ()) -> Suggestion | None:
        """What the engine wants to have run next, among what has not been run; None at the end.

        Args:
            pending: what others are running now.
            own: what this worker is running now, whoever suggested it.
        """
        engine = self.get_ready()
        unasked = [suggestion for suggestion in own if suggestion.key not in self._asked]
        pending = [*pending, *(Pending(s.configuration, s.instance, s.seed) for s in unasked)]
        running = {suggestion.key for suggestion in own}
        while suggestion := engine.ask(pending):
            self._asked.add(suggestion.key)
            if known := self._view.result_of(suggestion.key):
                log.info("already run by another worker: told the engine, asking again")
                engine.tell(known)
            elif suggestion.key not in running:
                return suggestion
        return None

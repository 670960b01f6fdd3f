"""What a worker runs next: what was interrupted, the initial incumbent, the engine's proposals."""

import logging
import time
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from smacwrap.engines import Engine, Pending, Search, Seeds, Suggestion, make_engine
from smacwrap.history.running import RunningRun
from smacwrap.history.view import StudyView
from smacwrap.pcs import DefaultTexts, from_record, parse_pcs
from smacwrap.scenario import Scenario
from smacwrap.worker.knowledge import Knowledge
from smacwrap.worker.retry import notify

if TYPE_CHECKING:
    from smacwrap.pcs.space import PcsSpace

log = logging.getLogger("smacwrap.worker")


class Agenda:
    """The suggestions that a worker follows, one after the other.

    Args:
        scenario: what is tuned; `pcs_text`: its parameters; `default`: their default values.
        engine: the engine's name.
        seed: the worker's; `workers`: how many there are, the first of which is `is_first`.
        seeds: the target algorithm's.
        view: of the study.
        repeat: runs that were started earlier, here or in another launch, and never recorded.
    """

    def __init__(
        self,
        scenario: Scenario,
        pcs_text: str,
        default: DefaultTexts,
        engine: str,
        seed: int,
        workers: int,
        seeds: Seeds,
        view: StudyView,
        repeat: Sequence[RunningRun],
        *,
        is_first: bool,
    ) -> None:
        self._scenario = scenario
        self._pcs_text = pcs_text
        self._default = default
        self._engine_name = engine
        self._seed = seed
        self._workers = workers
        self._seeds = seeds
        self._view = view
        self._repeat = list(repeat)
        self._is_first = is_first
        self._begins = is_first and not any(worker == seed for worker, _ in view.runs)
        self._warm: Suggestion | None = None
        self._knowledge = Knowledge(view, self._make_engine)

    @property
    def reserved(self) -> int:
        """How many runs are to be made that no other worker can make."""
        return len(self._repeat) + self._begins

    @property
    def is_ready(self) -> bool:
        """Whether the engine has been made."""
        return self._knowledge.is_ready

    def get_ready(self) -> None:
        """Make the engine, which takes seconds."""
        self._knowledge.get_ready()

    @cached_property
    def _space(self) -> "PcsSpace":
        return parse_pcs(self._pcs_text, self._scenario.pcs_file)

    def next(self, pending: Sequence[Pending], own: Sequence[Suggestion]) -> Suggestion | None:
        """What to run next; None where every configuration has been run, or is running.

        Args:
            pending: what others run now.
            own: what this worker runs now.
        """
        if suggestion := self._interrupted() or self._initial():
            return suggestion
        start = time.perf_counter()
        suggestion = self._knowledge.ask(pending, own)
        log.info("asked the engine: %.1f ms", 1e3 * (time.perf_counter() - start))
        return suggestion

    def _interrupted(self) -> Suggestion | None:
        while self._repeat:
            run = self._repeat.pop(0)
            if not self._view.result_of(run.key):
                from smacwrap.engines.suggest import suggest

                log.info("run %s was interrupted: it is made again", run.id)
                configuration = from_record(self._space, run.configuration)
                return suggest(configuration, run.seed, run.instance)
        return None

    def _initial(self) -> Suggestion | None:
        """The initial incumbent, with which a study begins, whatever it was warm-started with.

        So it does in SMAC v2. The default needs no engine, whose import takes longer than the
        start of a target.
        """
        if not self._begins:
            return None
        self._begins = False
        if self._scenario.warmstart:
            self._knowledge.get_ready()
            return self._warm
        if self._scenario.initial_incumbent.upper() == "DEFAULT":
            default = Suggestion(*self._default, seed=self._seeds.first)
            return None if self._view.result_of(default.key) else default
        return None

    def _make_engine(self) -> Engine:
        from smacwrap.scenario.initial import initial_configurations
        from smacwrap.worker.warmstart import warm_runs

        space, scenario = self._space, self._scenario
        initial = initial_configurations(scenario, space, self._seed) if self._is_first else ()
        engine = make_engine(
            self._engine_name,
            Search(
                space,
                self._view.objective,
                self._seed,
                budget=scenario.run_limit,
                workers=self._workers,
                initial=initial,
                seeds=self._seeds,
            ),
        )
        if folder := scenario.warmstart:
            self._warm = engine.ask() if self._is_first else None
            runs, lost = warm_runs(folder, space.tree)
            for problem in lost if self._is_first else ():
                notify(str(problem))
            engine.tell_all(runs)
            log.info("learned from %d runs of %s", len(runs), folder)
        return engine

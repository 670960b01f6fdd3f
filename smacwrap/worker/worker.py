"""A worker: one seeded optimiser process that asks, runs, records, shares and learns."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from smacwrap.engines import Engine, Pending, Suggestion, make_engine
from smacwrap.history import HistoryReader, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.gc_pause import keeping
from smacwrap.history.running import read_running
from smacwrap.history.state import Context
from smacwrap.history.study import PATIENCE
from smacwrap.pcs import from_record, parse_pcs
from smacwrap.processes import control
from smacwrap.protocol import Status
from smacwrap.scenario.initial import initial_configurations
from smacwrap.worker.budget import FIRST_RUN_CRASHED, Budget, Taken
from smacwrap.worker.claim import claim_seed
from smacwrap.worker.direction import direction_of
from smacwrap.worker.knowledge import Knowledge, key_of
from smacwrap.worker.launchers import description_of_worker
from smacwrap.worker.objective import objective_of, study_identity, target_seeds
from smacwrap.worker.overtime import time_beyond
from smacwrap.worker.records import Records
from smacwrap.worker.retry import insist, notify
from smacwrap.worker.runner import Runner
from smacwrap.worker.stopping import Stopping
from smacwrap.worker.target import Answer, Stopped, Target, target_environment
from smacwrap.worker.turn import Turn
from smacwrap.worker.voids import VoidError, Voids
from smacwrap.worker.warmstart import warm_runs

log = logging.getLogger("smacwrap.worker")

_T = TypeVar("_T")


class Worker:
    """One optimiser process of a launch.

    Args:
        study: the study that the launcher prepared.
        seed: this worker's; names its files.
        index: this worker's place in the launch, from 0; worker 0 runs what the study begins with.
    """

    def __init__(self, study: Study, seed: int, index: int) -> None:
        description, self.seeds = description_of_worker(study, seed)
        self.study = study
        self.seed = seed
        self.index = index
        self.engine_name = description.engine
        self.stopping = Stopping(study, seed, description.grace, description.detach)
        self.repeat = list(description.repeat.get(seed, ()))
        # As all was when the study was launched, whatever happened to the files since.
        self.scenario = description.load_scenario()
        self.scenario_text = description.scenario_text
        self.objective = objective_of(self.scenario)
        self.direction = direction_of(self.scenario)
        self.budget = Budget(study)
        self.turn = Turn(study, self.stopping.no_more_runs)
        os.nice(description.nice)
        self.pcs_text = description.pcs_text
        self.space = parse_pcs(self.pcs_text, self.scenario.pcs_file)
        self.first: Suggestion | None = None
        self.limit_grace = description.limit_grace
        self.longest = 0.0  # seconds of a run
        self.voids = Voids(self.budget)
        self.targets_time = 0.0
        self.start = time.monotonic()

    def work(self) -> str:
        """Work until the budget is used up; the reason for the end.

        Raises:
            Stopped: somebody said stop.
            UserError: another process works with this seed, or a file cannot be read.
        """
        self.stopping.listen()
        control.adopt_orphans()
        with self._insist(partial(claim_seed, self.study, self.seed)):
            with keeping():
                self._resume()
            try:
                return self._loop()
            finally:
                self.turn.end()
                self.records.save()
                # Where this fails, the launcher, or the next launch, counts the runs.
                with contextlib.suppress(OSError):
                    self.budget.release(self.seed, self.records.last)

    def _insist(self, write: Callable[[], _T]) -> _T:
        return insist(write, self.stopping.end_now)

    def _resume(self) -> None:
        """Take in what the study has, and what is left to repeat of it."""
        self.records = Records(
            self.study,
            self.seed,
            study_identity(self.scenario, self.pcs_text),
            Context(self.pcs_text, self.scenario_text),
            self.objective,
            self.stopping.end_now,
        )
        self.runner = Runner(
            self.seed,
            # Our own environment, and so our targets', has our share of cores and GPUs.
            Target(self.scenario, target_environment(self.scenario, self.study.runs)),
            self.space.get_default_configuration(),
            self.records,
            self.stopping,
            self.turn.end,
            self._is_late,
        )
        self.others = HistoryReader(
            self.study, skip=self.seed, patience=PATIENCE, pcs_text=self.pcs_text
        )
        self.forgotten = Forgotten(self.study)
        self.knowledge = Knowledge(self._engine, self.objective, self.forgotten)
        for run in self.records.numbered():
            self._take_in(self.seed, run, new=False)
        others = list(self.others.poll())
        for seed, run in others:
            self._take_in(seed, run, new=False)
        self.knowledge.tell_engine()
        log.info("begins with %d own runs and %d of others", len(self.records.runs), len(others))
        self._write_incumbent()
        self.repeat += [run for run in read_running(self.study) if run.worker == self.seed]
        # A run that somebody stopped is not made again either.
        recorded = {run.key for run in self._counted()}
        left = {run.key: run for run in self.repeat if run.key not in recorded}
        self.repeat = [run for run in left.values() if not self.knowledge.has(run.key)]
        self._reserve()

    def _loop(self) -> str:
        while not self.stopping.no_more_runs():
            self.turn.begin()
            # First: a run that ends meanwhile is recorded before it is pending no more.
            pending = self._pending()
            self._read_others()
            # To ask can take seconds; a budget that is used up needs no answer.
            if reason := self._end():
                return reason
            suggestion = self._interrupted() or self._first() or self._ask(pending)
            if suggestion is None:
                return "every configuration of the space has been run"
            key, read = key_of(suggestion), self.others.read
            claim = partial(self.budget.claim, self.seed, self._cpu_time(), key, read)
            try:
                if reason := self._insist(claim):
                    return reason
            except Taken:
                log.info("another worker runs this already: asking again")
                self._reserve()
                continue
            if reason := self._run(suggestion):
                return reason
        raise Stopped

    def _ask(self, pending: Sequence[Pending]) -> Suggestion | None:
        start = time.perf_counter()
        suggestion = self.knowledge.ask(pending)
        log.info("asked the engine: %.1f ms", 1e3 * (time.perf_counter() - start))
        return suggestion

    def _end(self) -> str:
        """Why there are to be no more runs, if there are not."""
        watched = self.scenario.terminate_on_delete
        if watched and not watched.exists():
            reason = f"{watched} was deleted"
            self._insist(partial(self.budget.end, reason, failed=False))
        return self.budget.nothing_left(self.seed)

    def _interrupted(self) -> Suggestion | None:
        """The next run that was started earlier, here or in another launch, and never recorded."""
        while self.repeat:
            run = self.repeat.pop(0)
            if not self.knowledge.has(run.key):
                log.info("run %s was interrupted: it is made again", run.id)
                configuration = from_record(self.space, run.configuration)
                return Suggestion(configuration, run.instance, run.seed)
            self._reserve()
        return None

    def _first(self) -> Suggestion | None:
        """The initial incumbent, with which a study begins, whatever it was warm-started with.

        So it does in SMAC v2.
        """
        first, self.first = self.first, None
        return None if self.records.runs else first

    def _pending(self) -> list[Pending]:
        """What the other workers run now."""
        running = [run for run in read_running(self.study) if run.worker != self.seed]
        return [Pending(run.configuration, run.instance, run.seed) for run in running]

    def _reserve(self) -> None:
        """Set aside as many runs as there are to repeat, and one for the initial incumbent."""
        first = self.index == 0 and not self.records.runs
        self._insist(partial(self.budget.reserve, self.seed, len(self.repeat) + first))

    def _engine(self) -> Engine:
        engine = make_engine(
            self.engine_name,
            self.space,
            self.objective,
            self.seed,
            budget=self.scenario.run_limit,
            workers=len(self.seeds),
            initial=initial_configurations(self.scenario, self.space, self.seed)
            if self.index == 0
            else (),
            seeds=target_seeds(self.scenario, self.index, self.seeds),
        )
        if folder := self.scenario.warmstart:
            self.first = engine.ask() if self.index == 0 else None
            runs, lost = warm_runs(folder, self.space.tree)
            for problem in lost if self.index == 0 else ():
                notify(str(problem))
            engine.tell_all(runs)
            log.info("learned from %d runs of %s", len(runs), folder)
        return engine

    def _run(self, suggestion: Suggestion) -> str:
        """Make a run and take it in; why it, and no other, is to be made, if that is so."""
        while True:
            try:
                run, output = self.runner.run(suggestion)
                break
            except VoidError as void:
                if reason := self._after(void.answer):
                    return reason
        self.voids.over()
        number, reason = run.details["number"], run.details.get("reason", "")
        self.targets_time += run.result.runtime
        log.info("run %d: %s", number, self._say(run))
        for warning in run.details.get("warnings", ()):
            log.warning("run %d: %s", number, warning)
        if run.result.status is Status.CRASHED:
            log.warning("run %d crashed: %s", number, reason)
            log.warning("its last output:\n%s", output)
        if self._take_in(self.seed, run):
            self._write_incumbent()
        self._insist(partial(self._check_abort, run, output))
        return ""

    def _after(self, void: Answer) -> str:
        """Wait until a run that came to no result can be made again; why it is not to be.

        Its claim stays, and so does the word that it runs: nobody else makes it meanwhile.

        Raises:
            Stopped: somebody said stop.
        """
        run = f"{self.seed}-{self.records.last + 1}"
        log.warning("run %s came to no result (%s): %s", run, void.void, void.reason)
        log.warning("its last output:\n%s", void.output)
        if not self._insist(self.budget.over):
            self._read_others()
            first = not self._counted() and not any(self.others.read.values())
            pause = self._insist(partial(self.voids.add, void, run, first))
            if self.stopping.comes_within(pause):
                raise Stopped
        if reason := self._insist(self.budget.over):
            notify(f"run {run} was interrupted: --resume makes it again")
        return reason

    def _is_late(self) -> bool:
        """Whether the time is over that a run has beyond a limit of the launch."""
        with contextlib.suppress(OSError):  # it is asked again
            left = self.budget.overtime(self._time_beyond())
            return left is not None and left <= 0
        return False

    def _time_beyond(self) -> float:
        return time_beyond(self.scenario, self.limit_grace, self.longest)

    def _check_abort(self, run: Run, output: str) -> None:
        """End the launch where SMAC v2 would: ABORT, or a crash that the scenario forbids."""
        scenario = self.scenario
        crashed = run.result.status is Status.CRASHED
        if run.result.status is Status.ABORT:
            self.budget.end("the target algorithm answered ABORT")
        elif crashed and scenario.abort_on_crash:
            self.budget.end(f"a run crashed: {run.details['reason']}")
        elif crashed and scenario.abort_on_first_run_crash and self._was_first():
            words = f"{FIRST_RUN_CRASHED}: {run.details['reason']}\n{output}"
            self.budget.end(words.strip())

    def _was_first(self) -> bool:
        """Whether the last run was the study's first, but for those that were forgotten."""
        return self.index == 0 and len(self._counted()) == 1

    def _counted(self) -> list[Run]:
        """The runs of this worker that were not forgotten."""
        ids = self.forgotten.ids()
        return [run for run in self.records.numbered() if run_id(self.seed, run) not in ids]

    def _read_others(self) -> None:
        better = self.knowledge.refresh()
        for seed, run in self.others.poll():
            log.info("read run %d of seed %d: %s", run.details["number"], seed, self._say(run))
            better |= self._take_in(seed, run)
        if better:
            self._write_incumbent()

    def _take_in(self, seed: int, run: Run, *, new: bool = True) -> bool:
        self.records.know(run, new=new)
        self.longest = max(self.longest, run.wallclock_time)
        return self.knowledge.take_in(seed, run)

    def _write_incumbent(self) -> None:
        incumbent = self.knowledge.incumbent
        if incumbent is None:
            return
        words = _words(incumbent.run.configuration)
        log.info("incumbent: mean cost %g of %d runs, %s", incumbent.cost, incumbent.runs, words)
        cpu_time = self._cpu_time()
        wallclock_time = round(time.monotonic() - self.start, 3)
        self.records.incumbent(
            incumbent, cpu_time, wallclock_time, own_cpu_time=cpu_time - self.targets_time
        )

    def _cpu_time(self) -> float:
        own = time.process_time() if self.scenario.use_cpu_time_in_tunertime else 0.0
        return self.targets_time + own

    def _say(self, run: Run) -> str:
        quality = self.direction.own(run.result.quality)
        return f"{run.result.status}, quality {quality:g}, {_words(run.configuration)}"


def _words(configuration: Mapping[str, str]) -> str:
    return " ".join(f"-{name} {value}" for name, value in configuration.items())

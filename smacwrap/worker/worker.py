"""A worker: one seeded optimiser process that asks, runs, records, shares and learns."""

import contextlib
import logging
import os
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from smacwrap.engines import Pending, Suggestion
from smacwrap.history import Run, Study
from smacwrap.history.gc_pause import keeping
from smacwrap.history.running import read_running
from smacwrap.history.state import Context
from smacwrap.history.study import PATIENCE
from smacwrap.history.view import StudyView
from smacwrap.pcs import default_texts
from smacwrap.processes import control
from smacwrap.protocol import Status
from smacwrap.protocol.run_id import format_run_id
from smacwrap.worker.agenda import Agenda
from smacwrap.worker.budget import FIRST_RUN_CRASHED, Budget, Taken
from smacwrap.worker.claim import claim_seed
from smacwrap.worker.direction import direction_of
from smacwrap.worker.flights import Flight, Flights
from smacwrap.worker.launchers import description_of_worker
from smacwrap.worker.objective import objective_of, study_identity, target_seeds
from smacwrap.worker.overtime import Overtime
from smacwrap.worker.records import Records
from smacwrap.worker.retry import insist, notify
from smacwrap.worker.runner import Runner
from smacwrap.worker.stopping import Stopping
from smacwrap.worker.study_json import Description
from smacwrap.worker.target import Answer, Stopped, Target, target_environment
from smacwrap.worker.turn import Turn
from smacwrap.worker.voids import Voids

log = logging.getLogger("smacwrap.worker")

_T = TypeVar("_T")


def work(study: Study, seed: int, index: int) -> str:
    """Work on a study until its budget is used up; the reason for the end.

    Args:
        study: the study that the launcher prepared.
        seed: this worker's; names its files.
        index: this worker's place in the launch, from 0; worker 0 runs what the study begins with.

    Raises:
        Stopped: somebody said stop.
        UserError: another process works with this seed, or a file cannot be read.
    """
    description, seeds = description_of_worker(study, seed)
    stopping = Stopping(study, seed, description.grace, description.detach)
    stopping.listen()
    control.adopt_orphans()
    os.nice(description.nice)
    with insist(partial(claim_seed, study, seed), stopping.end_now):
        with keeping():
            worker = Worker(study, description, seed, seeds, index, stopping)
        return worker.work()


class Worker:
    """One optimiser process of a launch, which has claimed its seed.

    All that it does is as it was when the study was launched, whatever happened to the files
    since.

    Args:
        study: the study that the launcher prepared.
        description: of the launch.
        seed: this worker's; names its files.
        seeds: those of all workers.
        index: this worker's place in the launch, from 0.
        stopping: says when to stop.

    Raises:
        UserError: a file of the study cannot be read.
    """

    def __init__(
        self,
        study: Study,
        description: Description,
        seed: int,
        seeds: Sequence[int],
        index: int,
        stopping: Stopping,
    ) -> None:
        self.start = time.monotonic()
        self.study = study
        self.seed = seed
        self.index = index
        self.stopping = stopping
        scenario = self.scenario = description.load_scenario()
        pcs_text, default = description.pcs_text, default_texts(description.pcs_text)
        self.direction = direction_of(scenario)
        self.budget = Budget(study)
        self.turn = Turn(study, stopping.no_more_runs)
        self.voids = Voids(self.budget)
        self.targets_time = 0.0
        self.overtime = Overtime(Budget(study), scenario, description.limit_grace)
        objective = objective_of(scenario)
        self.records = Records(
            study,
            seed,
            study_identity(scenario, pcs_text),
            Context(pcs_text, description.scenario_text),
            objective,
            stopping.end_now,
        )
        self.runner = Runner(
            seed,
            # Our own environment, and so our targets', has our share of cores and GPUs.
            Target(scenario, target_environment(scenario, study.runs), description.slots),
            default.configuration,
            description.shares[seed].split(description.slots),
            self.records,
            stopping,
            self.overtime,
        )
        self.flights = Flights(description.slots, self.runner.answer)
        self.view = StudyView(study, objective, skip=seed, patience=PATIENCE, pcs_text=pcs_text)
        others = self._take_in_study()
        log.info("begins with %d own runs and %d of others", len(self.records.runs), others)
        left = [run for run in read_running(study) if run.worker == seed]
        self.agenda = Agenda(
            scenario,
            pcs_text,
            default,
            description.engine,
            seed,
            len(seeds),
            target_seeds(scenario, index, seeds),
            self.view,
            # A run that somebody stopped is not made again either.
            self.view.unmade([*description.repeat.get(seed, ()), *left]),
            is_first=index == 0,
        )

    def _take_in_study(self) -> int:
        """Take in what the study has; how many runs others have made."""
        own = self.records.numbered()
        for run in own:
            self._know(run, new=False)
            self.view.add(self.seed, run)
        others = 0
        for _, run, _ in self.view.take_in():
            self._know(run, new=False)
            others += 1
        return others

    def work(self) -> str:
        """Work until the budget is used up; the reason for the end.

        Raises:
            Stopped: somebody said stop.
            UserError: a file cannot be read.
        """
        try:
            self._write_incumbent()
            self._reserve()
            return self._loop()
        finally:
            self.turn.end()
            if self.flights:
                self.stopping.stop()
                self.flights.join()
            self.records.save()
            # Where this fails, the launcher, or the next launch, counts the runs.
            with contextlib.suppress(OSError):
                self.budget.release(self.seed, self.records.recorded)

    def _insist(self, write: Callable[[], _T]) -> _T:
        return insist(write, self.stopping.end_now)

    def _loop(self) -> str:
        while True:
            reason = self._fill()
            self.turn.end()
            if not self.flights:
                if not reason:
                    raise Stopped
                return reason
            # While targets run there is time for the engine, whose import takes seconds.
            idle = not (self.agenda.is_ready or reason or self.stopping.no_more_runs())
            if idle and not self._end():
                self.agenda.get_ready()
            self._land(*self.flights.wait())

    def _fill(self) -> str:
        """Start runs until no slot is free; why there are to be no more, if that is so."""
        while self.flights.has_room and not self.stopping.no_more_runs():
            self.turn.begin()
            # First: a run that ends meanwhile is recorded before it is pending no more.
            pending = self._pending()
            self._read_others()
            # To ask can take seconds; a budget that is used up needs no answer.
            if reason := self._end():
                return reason
            suggestion = self.agenda.next(pending, self.flights.suggestions)
            if suggestion is None:
                return "every configuration of the space has been run"
            number = self.records.take_number()
            try:
                if reason := self._claim(suggestion, number):
                    self.records.give_back(number)
                    return reason
            except Taken:
                log.info("another worker runs this already: asking again")
                self.records.give_back(number)
                self._reserve()
                continue
            flight = self.runner.begin(suggestion, number, self.flights.free_slot)
            self.turn.end()
            self.flights.start(flight)
        return ""

    def _claim(self, suggestion: Suggestion, number: int) -> str:
        """Claim a run; an empty string, or the reason why there is none left."""
        return self._insist(
            partial(
                self.budget.claim,
                self.seed,
                number,
                self._cpu_time(),
                suggestion.key,
                self.view.numbers,
                reserved=self.agenda.reserved,
            )
        )

    def _end(self) -> str:
        """Why there are to be no more runs, if there are not."""
        watched = self.scenario.terminate_on_delete
        if watched and not watched.exists():
            reason = f"{watched} was deleted"
            self._insist(partial(self.budget.end, reason, failed=False))
        return self.budget.nothing_left(self.seed)

    def _pending(self) -> list[Pending]:
        """What the other workers run now."""
        running = [run for run in read_running(self.study) if run.worker != self.seed]
        return [Pending(run.configuration, run.instance, run.seed) for run in running]

    def _reserve(self) -> None:
        """Set aside as many runs as there are to repeat, and one for the initial incumbent."""
        self._insist(partial(self.budget.reserve, self.seed, self.agenda.reserved))

    def _land(self, flight: Flight, answer: Answer | None) -> None:
        """Take in what came of a run; None if it was stopped: a resumed launch makes it again."""
        if answer is None:
            return
        if answer.void:
            self._after_void(flight, answer)
            return
        self.voids.over()
        run = self.runner.end(flight, answer)
        number = flight.number
        self.targets_time += run.result.runtime
        log.info("run %d: %s", number, self._say(run))
        for warning in run.details.get("warnings", ()):
            log.warning("run %d: %s", number, warning)
        if run.result.status is Status.CRASHED:
            log.warning("run %d crashed: %s", number, run.details.get("reason", ""))
            log.warning("its last output:\n%s", answer.output)
        self._know(run, new=True)
        before = self.view.incumbent
        self.view.add(self.seed, run)
        if self.view.incumbent != before:
            self._write_incumbent()
        self._insist(partial(self._check_abort, run, answer.output))

    def _after_void(self, flight: Flight, void: Answer) -> None:
        """A run came to no result: make it again after a pause, unless the launch is over.

        Its claim stays, and so does the word that it runs: nobody else makes it meanwhile.
        """
        run = format_run_id(self.seed, flight.number)
        log.warning("run %s came to no result (%s): %s", run, void.void, void.reason)
        log.warning("its last output:\n%s", void.output)
        pause = 0.0
        if not self._insist(self.budget.over):
            self._read_others()
            first = not self.view.counted
            pause = self._insist(partial(self.voids.add, void, run, first))
        if self._insist(self.budget.over):
            notify(f"run {run} was interrupted: --resume makes it again")
            return
        self.flights.start(flight, pause)

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
        if self.index != 0:
            return False
        return sum(seed == self.seed for seed, _ in self.view.counted) == 1

    def _read_others(self) -> None:
        before = self.view.incumbent
        for seed, run, _ in self.view.take_in():
            number = run.details["number"]
            log.info("read run %d of seed %d: %s", number, seed, self._say(run))
            self._know(run, new=True)
        if self.view.incumbent != before:
            self._write_incumbent()

    def _know(self, run: Run, *, new: bool) -> None:
        self.records.know(run, new=new)
        self.overtime.longest = max(self.overtime.longest, run.wallclock_time)

    def _write_incumbent(self) -> None:
        incumbent = self.view.incumbent
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

"""A worker: one seeded optimiser process that asks, runs, records, shares and learns."""

import contextlib
import logging
import os
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from ConfigSpace import ConfigurationSpace
from filelock import FileLock, Timeout

from smacwrap.engines import Engine, Suggestion, make_engine
from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.history import (
    HistoryReader,
    Objective,
    Run,
    Study,
    StudyIdentity,
)
from smacwrap.history.forgotten import Forgotten
from smacwrap.history.run import details_of, with_number
from smacwrap.history.running import RunningRun, read_running
from smacwrap.history.state import Context
from smacwrap.launch.budget import Budget
from smacwrap.launch.description import read_description
from smacwrap.launch.knowledge import Knowledge
from smacwrap.launch.records import Records
from smacwrap.launch.stopping import Stopping
from smacwrap.launch.target import (
    Answer,
    Stopped,
    Target,
    killed,
    target_environment,
)
from smacwrap.launch.warmstart import warm_runs
from smacwrap.pcs import all_to_text, from_text, parse_pcs, to_text
from smacwrap.protocol import CallString, Status
from smacwrap.scenario import Scenario, load_scenario
from smacwrap.scenario.lines import read_text

log = logging.getLogger("smacwrap.worker")


def objective_of(scenario: Scenario) -> Objective:
    """What a scenario minimises."""
    penalty = {"MEAN": 1.0, "MEAN10": 10.0, "MEAN1000": 1000.0}[scenario.intra_obj]
    return Objective(scenario.run_obj, penalty, scenario.crashed_quality)


class Worker:
    """One optimiser process of a launch.

    Args:
        study: the study that the launcher prepared.
        seed: this worker's; names its files.
        index: this worker's place in the launch, from 0; worker 0 starts with the default.
    """

    def __init__(self, study: Study, seed: int, index: int) -> None:
        description = read_description(study)
        assert description, "the launcher wrote it"
        self.study = study
        self.seed = seed
        self.index = index
        self.seeds = description.seeds
        self.engine_name = description.engine
        self.stopping = Stopping(study, seed, description.grace, description.detach)
        self.repeat = list(description.repeat.get(seed, ()))
        self.scenario = load_scenario(description.scenario, description.overrides)
        self.scenario_text = read_text(self.scenario.file)
        self.objective = objective_of(self.scenario)
        self.budget = Budget(study)
        # Our own environment, and so our targets', has our share of cores and GPUs.
        self.target = Target(self.scenario, target_environment(self.scenario, study.runs))
        os.nice(description.nice)
        # As it was when the study was made, whatever happened to the file since.
        self.pcs_text = description.pcs_text
        self.space: ConfigurationSpace = parse_pcs(self.pcs_text, self.scenario.pcs_file)
        self.default = to_text(self.space.get_default_configuration())
        self.targets_time = 0.0
        self.start = time.monotonic()

    def work(self) -> str:
        """Work until the budget is used up or somebody says stop; the reason for the end.

        Raises:
            UserError: another process works with this seed, or a file cannot be read or written.
        """
        self.stopping.listen()
        processes.adopt_orphans()
        lock = FileLock(self.study.lock(f"worker-{self.seed}"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError(f"seed {self.seed} is claimed by another process") from None
        with lock:
            try:
                self._resume()
                reason = self._loop()
            except Stopped:
                reason = "stopped"
            self.records.close()
            # Where this fails, the next launch counts the runs anyway.
            with contextlib.suppress(OSError):
                self.budget.release(self.seed, len(self.records.runs))
            return reason

    def _resume(self) -> None:
        """Take in what the study has, and what is left to repeat of it."""
        self.records = Records(
            self.study,
            self.seed,
            self._identity(),
            Context(self.pcs_text, self.scenario_text),
            self.objective,
            self.stopping.end_now,
        )
        self.others = HistoryReader(self.study, skip=self.seed)
        self.knowledge = Knowledge(self._engine, self.objective, Forgotten(self.study))
        for number, run in enumerate(self.records.runs, start=1):
            self._take_in(self.seed, with_number(run, number))
        if self.records.runs:
            log.info("resumed with %d runs of this seed", len(self.records.runs))
        self._read_others()
        self.repeat += [run for run in read_running(self.study) if run.worker == self.seed]
        self.repeat = [run for run in self.repeat if not self.knowledge.has(run.key)]
        self._reserve()

    def _identity(self) -> StudyIdentity:
        return StudyIdentity(
            algo=self.scenario.algo_text,
            exec_dir=str(self.scenario.exec_dir),
            pcs_file=str(self.scenario.pcs_file),
            pcs_text=self.pcs_text,
            cutoff=self.scenario.cutoff,
            deterministic=self.scenario.deterministic,
        )

    def _loop(self) -> str:
        while not self.stopping.no_more_runs():
            self._read_others()
            # To ask can take seconds; a budget that is used up needs no answer.
            if reason := self.budget.nothing_left(self.seed):
                return reason
            suggestion = self._interrupted() or self.knowledge.ask(self._pending())
            if suggestion is None:
                return "every configuration of the space has been run"
            claim = partial(self.budget.claim, self.seed, self._cpu_time())
            if reason := self.records.insist(claim):
                return reason
            self._run(suggestion)
        return "stopped"

    def _interrupted(self) -> Suggestion | None:
        """The next run that was started earlier, here or in another launch, and never recorded."""
        while self.repeat:
            run = self.repeat.pop(0)
            if not self.knowledge.has(run.key):
                log.info("run %s was interrupted: it is made again", run.id)
                configuration = from_text(self.space, run.configuration)
                return Suggestion(configuration, run.instance, run.seed)
            self._reserve()
        return None

    def _reserve(self) -> None:
        """Set aside as many runs as there are to repeat, and one for the default configuration."""
        first = self.index == 0 and not self.records.runs
        self.records.insist(partial(self.budget.reserve, self.seed, len(self.repeat) + first))

    def _pending(self) -> list[Mapping[str, str]]:
        """What the other workers run now."""
        others = [seed for seed in self.seeds if seed != self.seed]
        return [run.configuration for run in read_running(self.study) if run.worker in others]

    def _engine(self) -> Engine:
        engine = make_engine(
            self.engine_name,
            self.space,
            self.objective,
            self.seed,
            budget=self.scenario.run_limit,
            workers=len(self.seeds),
            start_with_default=self.index == 0,
        )
        if folder := self.scenario.warmstart:
            runs = warm_runs(folder, self.space)
            for run in runs:
                engine.tell(run)
            log.info("learned from %d runs of %s", len(runs), folder)
        return engine

    def _run(self, suggestion: Suggestion) -> None:
        call = CallString(
            parameters=to_text(suggestion.configuration),
            instance=suggestion.instance,
            cutoff=self.scenario.cutoff,
            seed=suggestion.seed,
        )
        log.info("call: %s", self.target.sample_call(call))
        start = datetime.now(UTC)
        self.records.started(self._running(call, start))
        answer = self._answer(call)
        details: dict[str, object] = {
            **details_of(answer.result.additional),
            "number": len(self.records.runs) + 1,
            "start": start.isoformat(),
            "end": datetime.now(UTC).isoformat(),
            "host": platform.node(),
            "worker": os.getpid(),
        }
        if answer.reason:
            details["reason"] = answer.reason
        run = Run(
            settings=all_to_text(suggestion.configuration),
            active=tuple(call.parameters),
            result=answer.result,
            wallclock_time=round(answer.wallclock_time, 3),
            instance=suggestion.instance,
            seed=suggestion.seed,
            cutoff=self.scenario.cutoff,
            is_default=call.parameters == self.default,
            details=details,
        )
        self.records.completed(run)
        self.targets_time += run.result.runtime
        log.info("run %d: %s", len(self.records.runs), _say(run))
        if run.result.status is Status.CRASHED:
            log.warning("run %d crashed: %s", len(self.records.runs), answer.reason)
            log.warning("its last output:\n%s", answer.output)
        if self._take_in(self.seed, run):
            self._write_incumbent()
        self._check_abort(run, answer.output)

    def _answer(self, call: CallString) -> Answer:
        """What the target answers; KILLED if somebody asked to stop just this run.

        Raises:
            Stopped: the worker is to stop.
        """
        number = len(self.records.runs) + 1
        start = time.monotonic()

        def stop() -> bool:
            return self.stopping.end_now() or self.stopping.run_was_stopped(number)

        try:
            return self.target.call(call, stop)
        except Stopped:
            if self.stopping.end_now():
                raise
            seconds = time.monotonic() - start
            reason = "stopped by request"
            return Answer(killed(call, seconds), seconds, "", reason)

    def _running(self, call: CallString, start: datetime) -> RunningRun:
        return RunningRun(
            worker=self.seed,
            number=len(self.records.runs) + 1,
            configuration=call.parameters,
            instance=call.instance,
            seed=call.seed,
            cutoff=call.cutoff,
            start=start.isoformat(),
            host=platform.node(),
            pid=os.getpid(),
        )

    def _check_abort(self, run: Run, output: str) -> None:
        """End the launch where SMAC v2 would: ABORT, or a crash that the scenario forbids."""
        first = self.index == 0 and len(self.records.runs) == 1
        scenario = self.scenario
        crashed = run.result.status is Status.CRASHED
        if run.result.status is Status.ABORT:
            self.budget.end("the target algorithm answered ABORT")
        elif crashed and scenario.abort_on_crash:
            self.budget.end(f"a run crashed: {run.details['reason']}")
        elif crashed and scenario.abort_on_first_run_crash and first:
            self.budget.end(f"the first run crashed: {run.details['reason']}\n{output}".strip())

    def _read_others(self) -> None:
        better = self.knowledge.refresh()
        for seed, run in self.others.poll():
            log.info("read run %d of seed %d: %s", run.details["number"], seed, _say(run))
            better |= self._take_in(seed, run)
        if better:
            self._write_incumbent()

    def _take_in(self, seed: int, run: Run) -> bool:
        self.records.known(run)
        return self.knowledge.take_in(seed, run)

    def _write_incumbent(self) -> None:
        incumbent = self.knowledge.incumbent
        if incumbent is None:
            return
        log.info("incumbent: %s", _say(incumbent.run))
        cpu_time = self._cpu_time()
        wallclock_time = round(time.monotonic() - self.start, 3)
        self.records.incumbent(
            incumbent, cpu_time, wallclock_time, own_cpu_time=cpu_time - self.targets_time
        )

    def _cpu_time(self) -> float:
        own = time.process_time() if self.scenario.use_cpu_time_in_tunertime else 0.0
        return self.targets_time + own


def _say(run: Run) -> str:
    result = run.result
    return f"{result.status}, quality {result.quality:g}, {_words(run.configuration)}"


def _words(configuration: Mapping[str, str]) -> str:
    return " ".join(f"-{name} {value}" for name, value in configuration.items())

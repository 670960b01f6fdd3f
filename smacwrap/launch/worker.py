"""A worker: one seeded optimiser process that asks, runs, records, shares and learns."""

import contextlib
import json
import logging
import os
import platform
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from types import FrameType
from typing import TypeVar

from ConfigSpace import ConfigurationSpace
from filelock import FileLock, Timeout

from smacwrap.engines import Engine, Suggestion
from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.history import (
    HistoryReader,
    Incumbents,
    LiveRundataWriter,
    Objective,
    Run,
    Study,
    StudyIdentity,
)
from smacwrap.history.objective import Incumbent
from smacwrap.history.trajectory import TrajectoryWriter
from smacwrap.launch.budget import Budget
from smacwrap.launch.target import Stopped, Target, parse_additional, target_environment
from smacwrap.pcs import all_to_text, parse_pcs, to_text
from smacwrap.protocol import CallString, Status, format_result
from smacwrap.scenario import Scenario, load_scenario

log = logging.getLogger("smacwrap.worker")

_METRIC_LIKE = ("zip", "reason")
_PAUSE = 1.0  # seconds between attempts to write

_T = TypeVar("_T")


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
        description = json.loads(study.description.read_text(encoding="utf-8"))
        self.study = study
        self.seed = seed
        self.index = index
        self.workers = int(description["workers"])
        self.scenario = load_scenario(description["scenario"], description["overrides"])
        self.objective = objective_of(self.scenario)
        self.budget = Budget(study)
        self.launcher = os.getppid()
        self.stopping = False
        # Our own environment, and so our targets', has our share of cores and GPUs.
        self.target = Target(self.scenario, target_environment(self.scenario, study.runs))
        os.nice(int(description["nice"]))
        # As it was when the study was made, whatever happened to the file since.
        self.pcs_text: str = description["pcs_text"]
        self.space: ConfigurationSpace = parse_pcs(self.pcs_text, self.scenario.pcs_file)
        self.default = to_text(self.space.get_default_configuration())
        self.known: dict[tuple[object, ...], Run] = {}
        self.incumbents = Incumbents(self.objective)
        self.targets_time = 0.0
        self.start = time.monotonic()

    def work(self) -> str:
        """Work until the budget is used up or somebody says stop; the reason for the end.

        Raises:
            UserError: another process works with this seed, or a file cannot be read or written.
        """
        for number in processes.STOP_SIGNALS:
            signal.signal(number, self._on_signal)
        processes.adopt_orphans()
        lock = FileLock(self.study.lock(f"worker-{self.seed}"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise UserError(f"seed {self.seed} is claimed by another process") from None
        with lock:
            return self._loop()

    def _loop(self) -> str:
        scenario = self.scenario
        self.writer = LiveRundataWriter(
            self.study.live_rundata(self.seed),
            StudyIdentity(
                algo=scenario.algo_text,
                exec_dir=str(scenario.exec_dir),
                pcs_file=str(scenario.pcs_file),
                pcs_text=self.pcs_text,
                cutoff=scenario.cutoff,
                deterministic=scenario.deterministic,
            ),
        )
        self.trajectory = TrajectoryWriter(self.study.trajectory(self.seed))
        self.others = HistoryReader(self.study, skip=self.seed)
        self.engine = self._engine()
        for run in self.writer.runs:
            self._learn(run)
        if self.writer.runs:
            log.info("resumed with %d runs of this seed", len(self.writer.runs))
        while not self._should_stop():
            self._read_others()
            # To ask can take seconds; a budget that is used up needs no answer.
            if reason := self.budget.nothing_left(self.seed):
                return reason
            suggestion = self.engine.ask()
            if suggestion is None:
                return "every configuration of the space has been run"
            known = self.known.get(self._key(suggestion))
            if known:
                log.info("already run by another worker: told the engine, asking again")
                self.engine.tell(known)
                continue
            try:
                if reason := self._insist(lambda: self.budget.claim(self.seed, self._cpu_time())):
                    return reason
                self._run(suggestion)
            except Stopped:
                break
        with contextlib.suppress(OSError):  # the next launch counts the runs anew
            self.budget.release(self.seed, len(self.writer.runs))
        return "stopped"

    def _insist(self, write: Callable[[], _T]) -> _T:
        """What `write` gives; while it fails, for example on a full disk, try again.

        A run that is completed must not be lost because there is no room for it just now.

        Raises:
            Stopped: the worker is to stop.
        """
        told = False
        while True:
            try:
                return write()
            except OSError as error:
                if self._should_stop():
                    raise Stopped from None
                if not told:
                    _notify(f"cannot write to the study, trying again: {error.strerror}")
                told = True
                time.sleep(_PAUSE)

    def _engine(self) -> Engine:
        # SMAC3 takes seconds to import: nothing that does not need it should wait.
        from smacwrap.engines.smac3 import Smac3Engine

        return Smac3Engine(
            self.space,
            self.objective,
            self.seed,
            budget=self.scenario.run_limit,
            workers=self.workers,
            start_with_default=self.index == 0,
        )

    def _run(self, suggestion: Suggestion) -> None:
        call = CallString(
            parameters=to_text(suggestion.configuration),
            instance=suggestion.instance,
            cutoff=self.scenario.cutoff,
            seed=suggestion.seed,
        )
        log.info("call: %s", self.target.sample_call(call))
        start = datetime.now(UTC)
        answer = self.target.call(call, self._should_stop)
        data = parse_additional(answer.result.additional)
        details: dict[str, object] = {
            "number": len(self.writer.runs) + 1,
            "metrics": {n: v for n, v in data.items() if n not in _METRIC_LIKE},
            "start": start.isoformat(),
            "end": datetime.now(UTC).isoformat(),
            "host": platform.node(),
            "worker": os.getpid(),
        }
        if "zip" in data:
            details["zip"] = data["zip"]
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
        try:
            self._insist(lambda: self.writer.append(run))
        except Stopped:
            _notify(f"this run could not be recorded: {call}: {format_result(run.result)}")
            raise
        self.targets_time += run.result.runtime
        log.info("run %d: %s", len(self.writer.runs), _say(run))
        if run.result.status is Status.CRASHED:
            log.warning("run %d crashed: %s", len(self.writer.runs), answer.reason)
            log.warning("its last output:\n%s", answer.output)
        self._learn(run)
        self._check_abort(run, answer.output)

    def _check_abort(self, run: Run, output: str) -> None:
        """End the launch where SMAC v2 would: ABORT, or a crash that the scenario forbids."""
        first = self.index == 0 and len(self.writer.runs) == 1
        scenario = self.scenario
        crashed = run.result.status is Status.CRASHED
        if run.result.status is Status.ABORT:
            self.budget.end("the target algorithm answered ABORT")
        elif crashed and scenario.abort_on_crash:
            self.budget.end(f"a run crashed: {run.details['reason']}")
        elif crashed and scenario.abort_on_first_run_crash and first:
            self.budget.end(f"the first run crashed: {run.details['reason']}\n{output}".strip())

    def _read_others(self) -> None:
        for seed, run in self.others.poll():
            number = run.details.get("number", "?")
            log.info("read run %s of seed %d: %s", number, seed, _say(run))
            self._learn(run)

    def _learn(self, run: Run) -> None:
        if run.key in self.known:
            return
        self.known[run.key] = run
        self.engine.tell(run)
        if self.incumbents.add(run) and (incumbent := self.incumbents.current):
            self._insist(partial(self._write_incumbent, incumbent))
            log.info("incumbent: %s", _say(run))

    def _write_incumbent(self, incumbent: Incumbent) -> None:
        cpu_time = self._cpu_time()
        self.trajectory.append(
            incumbent,
            cpu_time=cpu_time,
            wallclock_time=round(time.monotonic() - self.start, 3),
            own_cpu_time=cpu_time - self.targets_time,
        )

    def _key(self, suggestion: Suggestion) -> tuple[object, ...]:
        configuration = tuple(to_text(suggestion.configuration).items())
        return (configuration, suggestion.instance, suggestion.seed)

    def _cpu_time(self) -> float:
        own = time.process_time() if self.scenario.use_cpu_time_in_tunertime else 0.0
        return self.targets_time + own

    def _should_stop(self) -> bool:
        # A launcher that was killed cannot say stop.
        return self.stopping or os.getppid() != self.launcher

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True


def _notify(message: str) -> None:
    """Say something to the person at the launcher, which reads our standard output."""
    log.warning("%s", message)
    with contextlib.suppress(OSError):
        print(" ".join(message.split()), flush=True)


def _say(run: Run) -> str:
    result = run.result
    return f"{result.status}, quality {result.quality:g}, {_words(run.configuration)}"


def _words(configuration: Mapping[str, str]) -> str:
    return " ".join(f"-{name} {value}" for name, value in configuration.items())

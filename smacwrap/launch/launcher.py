"""The launcher: prepares the study, starts the workers, watches them, and stops them."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType

from filelock import FileLock, Timeout

from smacwrap import __version__
from smacwrap.errors import Problem, UserError
from smacwrap.executors import processes
from smacwrap.history import HistoryReader, Incumbents, Run, Study
from smacwrap.history.objective import Incumbent
from smacwrap.launch.budget import Budget
from smacwrap.launch.target import check_target, target_environment
from smacwrap.launch.worker import objective_of
from smacwrap.pcs import read_pcs
from smacwrap.scenario import Scenario

_POLL = 0.1  # seconds
_PATIENCE = 15.0  # seconds for a worker to end its target and itself
_RESTARTS = 3


@dataclass(frozen=True)
class LaunchOptions:
    """What the command line says of a launch.

    `seed` is the first worker's, None for 1 or, with `resume`, the study's own; `overrides`
    are scenario options by name; `limits_per_process` gives every worker the whole run limit.
    """

    parallel: int = 1
    seed: int | None = None
    resume: bool = False
    overwrite: bool = False
    overrides: Mapping[str, str] = field(default_factory=dict)
    limits_per_process: bool = False


@dataclass(frozen=True)
class Ending:
    """How a launch ended: why, with what, and whether that was the plan."""

    reason: str
    runs: Sequence[tuple[int, Run]]
    incumbent: Incumbent | None
    failed: bool = False
    interrupted: bool = False


class Observer:
    """Told what happens in a launch; does nothing by itself."""

    def started(self, run_limit: int, already: int, seeds: Sequence[int]) -> None:
        """The workers are starting; the study has `already` runs."""

    def finished(self, seed: int, run: Run, incumbent: Incumbent | None, new: bool) -> None:
        """A run was recorded; `new` says that it changed the incumbent."""

    def tick(self) -> None:
        """Some time has passed."""

    def note(self, message: str) -> None:
        """Something that a person should know."""


def launch(scenario: Scenario, study: Study, options: LaunchOptions, observer: Observer) -> Ending:
    """Run a launch to its end.

    Raises:
        UserError: the scenario cannot be launched, the study exists and nothing was said about
            it, or another launch has it.
    """
    environment = target_environment(scenario, study.runs)
    _check(scenario, environment)
    try:
        study.runs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot create the study: {error.strerror}: {error.filename}"
        raise UserError(Problem(message)) from None
    lock = FileLock(study.lock("launch"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UserError(f"{study.folder}: another launch is at work on this study") from None
    with lock:
        seeds = _prepare(scenario, study, options)
        return _Launch(scenario, study, options, seeds, observer).run()


def _check(scenario: Scenario, environment: Mapping[str, str]) -> None:
    read_pcs(scenario.pcs_file)
    check_target(scenario, environment)
    missing = []
    if scenario.use_instances:
        missing.append("runs on instances are not supported yet: set use-instances = false")
    if not scenario.deterministic:
        missing.append("several seeds a configuration are not supported yet: deterministic = true")
    if missing:
        raise UserError(*(Problem(message, scenario.file) for message in missing))


def _prepare(scenario: Scenario, study: Study, options: LaunchOptions) -> list[int]:
    """Make the study ready for this launch; the seeds of its workers."""
    existing = study.description.exists() or bool(study.seeds())
    if existing and options.overwrite:
        study.clear()
    elif existing and not options.resume:
        raise UserError(
            f"the study {study.folder} exists: say --resume to go on with it, "
            "or --overwrite to delete its runs and start anew"
        )
    pcs_text = scenario.pcs_file.read_text(encoding="utf-8")
    first = options.seed
    if options.resume and study.description.exists():
        before = json.loads(study.description.read_text(encoding="utf-8"))
        if before["pcs_text"] != pcs_text:
            raise UserError(
                f"the study {study.folder} was made with other parameters than "
                f"{scenario.pcs_file} has now: its runs would mislead; launch it with --overwrite, "
                "or into another folder with --rungroup NAME"
            )
        first = min(before["seeds"]) if first is None else first
        study.remove_leftovers()
    first = 1 if first is None else first
    seeds = [first + i for i in range(options.parallel)]
    study.description.write_text(
        json.dumps(
            {
                "smacwrap": __version__,
                "scenario": str(scenario.file),
                "overrides": dict(options.overrides),
                "cwd": str(Path.cwd()),
                "pcs_text": pcs_text,
                "seeds": seeds,
                "workers": options.parallel,
            },
            indent=2,
        ),
        encoding="utf-8",
    )
    return seeds


class _Launch:
    """The watching half: workers by seed, and what came of them."""

    def __init__(
        self,
        scenario: Scenario,
        study: Study,
        options: LaunchOptions,
        seeds: Sequence[int],
        observer: Observer,
    ) -> None:
        self.scenario = scenario
        self.study = study
        self.seeds = seeds
        self.observer = observer
        self.budget = Budget(study)
        self.history = HistoryReader(study)
        self.incumbents = Incumbents(objective_of(scenario))
        self.runs: list[tuple[int, Run]] = []
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.restarts: dict[int, int] = {}
        self.signals = 0
        self.run_limit = scenario.run_limit * (len(seeds) if options.limits_per_process else 1)

    def run(self) -> Ending:
        for seed, run in self.history.poll():
            self.runs.append((seed, run))
            self.incumbents.add(run)
        recorded = {seed: self.recorded(seed) for seed in self.study.seeds()}
        self.budget.open(
            recorded, self.run_limit, self.scenario.wallclock_limit, self.scenario.cputime_limit
        )
        self.observer.started(self.run_limit, len(self.runs), self.seeds)
        with _Signals(self.on_signal):
            try:
                if not self.budget.nothing_left():
                    for seed in self.seeds:
                        self.start(seed)
                while self.workers:
                    time.sleep(_POLL)
                    self.watch()
            finally:
                self.stop()
        self.take_in()
        return self.ending()

    def start(self, seed: int) -> None:
        command = [sys.executable, "-m", "smacwrap", "worker", str(self.study.folder)]
        command += ["--seed", str(seed), "--index", str(self.seeds.index(seed))]
        with self.study.worker_log(seed).open("ab") as log:
            self.workers[seed] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C in the terminal is for the launcher, which tells the workers.
                start_new_session=True,
                env={
                    # SMAC3 iterates over sets: without this a seed would not repeat its runs.
                    "PYTHONHASHSEED": "0",
                    **target_environment(self.scenario, self.study.runs, len(self.seeds)),
                },
            )

    def watch(self) -> None:
        self.take_in()
        self.observer.tick()
        for seed, process in list(self.workers.items()):
            if (exit_code := process.poll()) is not None:
                del self.workers[seed]
                self.take_in()
                if exit_code != 0 and not self.signals:
                    self.replace(seed, exit_code)
        if self.signals or (self.workers and self.budget.ended()):
            self.stop()

    def take_in(self) -> None:
        for seed, run in self.history.poll():
            self.runs.append((seed, run))
            new = self.incumbents.add(run)
            self.observer.finished(seed, run, self.incumbents.current, new)

    def replace(self, seed: int, exit_code: int) -> None:
        """A worker died: free what it had claimed, and start it again while there is work."""
        self.budget.release(seed, self.recorded(seed))
        log = self.study.worker_log(seed)
        last = log.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        self.observer.note(f"worker {seed} died (exit code {exit_code}): {last} (see {log})")
        self.restarts[seed] = self.restarts.get(seed, 0) + 1
        if self.budget.nothing_left():
            return
        if self.restarts[seed] > _RESTARTS:
            self.observer.note(f"worker {seed} died {_RESTARTS + 1} times, it is given up")
            return
        self.start(seed)

    def recorded(self, seed: int) -> int:
        return sum(1 for other, _ in self.runs if other == seed)

    def stop(self) -> None:
        """Ask all workers to end, and make sure that they and their targets are gone."""
        for process in self.workers.values():
            process.terminate()
        deadline = time.monotonic() + _PATIENCE
        while self.workers and time.monotonic() < deadline and self.signals < 2:
            for seed, process in list(self.workers.items()):
                if processes.wait(process, _POLL) is not None:
                    del self.workers[seed]
            self.observer.tick()
        left = [process.pid for process in self.workers.values()]
        if left:
            processes.end_tree(lambda: left, 0.0)
            self.workers.clear()

    def on_signal(self) -> None:
        self.signals += 1
        if self.signals == 1:
            self.observer.note("stopping: ending the running targets (once more: at once)")

    def ending(self) -> Ending:
        ended = self.budget.ended()
        given_up = not self.signals and any(n > _RESTARTS for n in self.restarts.values())
        if self.signals:
            reason = "interrupted"
        elif given_up and not self.budget.nothing_left():
            reason = "its workers died; the logs in the study tell why"
        else:
            reason = self.budget.nothing_left() or "every configuration of the space has been run"
        return Ending(
            reason=reason,
            runs=self.runs,
            incumbent=self.incumbents.current,
            failed=bool(ended) or given_up,
            interrupted=bool(self.signals),
        )


class _Signals:
    """While it is entered, SIGINT, SIGTERM and SIGHUP call a function and nothing else."""

    def __init__(self, on_signal: Callable[[], None]) -> None:
        self.on_signal = on_signal
        self.before: dict[signal.Signals, object] = {}

    def __enter__(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.before[number] = signal.signal(number, self._handle)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, number: int, frame: FrameType | None) -> None:
        self.on_signal()

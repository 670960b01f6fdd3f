"""The workers of a launch: started, watched, started again when they die, and stopped."""

import contextlib
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType

from smacwrap.executors import processes
from smacwrap.history import HistoryReader, Incumbents, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.history.objective import Incumbent
from smacwrap.history.requests import Requests
from smacwrap.history.running import read_running
from smacwrap.launch.budget import Budget
from smacwrap.launch.crew import Crew
from smacwrap.launch.description import Description
from smacwrap.launch.worker import objective_of
from smacwrap.scenario import Scenario

_POLL = 0.1  # seconds
_PATIENCE = 15.0  # seconds for a worker to end its target and itself


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


class Fleet:
    """The workers of one launch, by seed, and what came of them.

    Args:
        scenario: what to tune.
        study: prepared for this launch, and locked.
        description: of this launch, as the workers find it in the study.
        crew: starts them.
        observer: told what happens.
    """

    def __init__(
        self,
        scenario: Scenario,
        study: Study,
        description: Description,
        crew: Crew,
        observer: Observer,
    ) -> None:
        self.scenario = scenario
        self.study = study
        self.description = description
        self.crew = crew
        self.seeds = list(description.seeds)
        self.observer = observer
        self.budget = Budget(study)
        self.history = HistoryReader(study)
        self.incumbents = Incumbents(objective_of(scenario))
        self.forgotten = Forgotten(study)
        self.forgotten_ids = self.forgotten.ids()
        self.runs: list[tuple[int, Run]] = []
        self.workers: dict[int, subprocess.Popen[bytes]] = {}
        self.deaths: dict[int, int] = {}  # since the worker's last run
        self.restart_at: dict[int, float] = {}
        self.given_up: set[int] = set()
        self.dead: dict[int, int] = {}
        self.signals = 0
        self.requests = Requests(study)
        self.limits_per_process = description.limits_per_process

    def run(self) -> Ending:
        """Start the workers, watch them until the last one has ended, and say how it was."""
        self.runs = list(self.history.poll())
        self._choose_incumbent()
        recorded = {seed: self._recorded(seed) for seed in self.study.seeds()}
        self.requests.clear()
        self.budget.open(
            self.seeds,
            recorded,
            self.scenario,
            reserved=self._reserved() if self.crew.claims else {},
            per_process=self.limits_per_process,
        )
        # What a worker that was killed leaves behind becomes ours, and can be ended.
        processes.adopt_orphans()
        self.observer.started(self._run_limit(), len(self.runs), self.seeds)
        with _Signals(self._on_signal):
            try:
                if not self.budget.nothing_left():
                    for seed in self.seeds:
                        self.workers[seed] = self.crew.start(seed)
                while self.workers or self.dead or self.restart_at:
                    time.sleep(_POLL)
                    self._watch()
            finally:
                self._stop()
        self._take_in()
        return self._ending()

    def _reserved(self) -> dict[int, int]:
        """The runs that no other worker may take: interrupted ones, and the default's."""
        known = {run.key for _, run in self.runs}
        reserved = {
            seed: sum(run.key not in known for run in self.description.repeat.get(seed, ()))
            for seed in self.seeds
        }
        if not self.runs:
            reserved[self.seeds[0]] += 1
        return reserved

    def _run_limit(self) -> int:
        """How many runs the study can have at the end of this launch."""
        limit = self.scenario.run_limit
        if not self.limits_per_process:
            return limit
        return len(self.runs) + sum(max(0, limit - self._recorded(seed)) for seed in self.seeds)

    def _watch(self) -> None:
        self._take_in()
        self.observer.tick()
        for seed, process in list(self.workers.items()):
            exit_code = process.poll()
            self._pass_on_notices(seed, process)
            if exit_code is not None:
                self._forget(seed)
                self._take_in()
                if exit_code != 0:
                    self.dead[seed] = exit_code
        for seed, exit_code in list(self.dead.items()):
            # Where the disk is full, this has to be tried again.
            with contextlib.suppress(OSError):
                self._mourn(seed, exit_code)
                del self.dead[seed]
        for seed, due in list(self.restart_at.items()):
            if time.monotonic() >= due:
                del self.restart_at[seed]
                self.workers[seed] = self.crew.start(seed)
        if not self.signals and self.requests.stopped():
            self._on_signal()
        watched = self.scenario.terminate_on_delete
        if watched and not watched.exists():
            self.budget.end(f"{watched} was deleted", failed=False)
        if self.signals or (self.workers and self.budget.ended()):
            self._stop()

    def _pass_on_notices(self, seed: int, process: "subprocess.Popen[bytes]") -> None:
        """Tell the observer what a worker prints: a line each that a person should know."""
        while process.stdout and select.select([process.stdout], [], [], 0)[0]:
            line = process.stdout.readline()
            if not line:
                return
            self.observer.note(f"worker {seed}: {line.decode(errors='replace').rstrip()}")

    def _forget(self, seed: int) -> None:
        """Let go of a worker that has ended."""
        process = self.workers.pop(seed)
        if process.stdout:
            process.stdout.close()

    def _choose_incumbent(self) -> None:
        self.incumbents = Incumbents(self.incumbents.objective)
        for seed, run in self.runs:
            if run_id(seed, run) not in self.forgotten_ids:
                self.incumbents.add(run)

    def _take_in(self) -> None:
        if (ids := self.forgotten.ids()) != self.forgotten_ids:
            self.forgotten_ids = ids
            self._choose_incumbent()
        for seed, run in self.history.poll():
            self.runs.append((seed, run))
            self.deaths[seed] = 0
            if not self.crew.claims:
                self.budget.release(seed, self._recorded(seed))
            new = self.incumbents.add(run)
            self.observer.finished(seed, run, self.incumbents.current, new)

    def _mourn(self, seed: int, exit_code: int) -> None:
        """A worker died: free what it had claimed, and have it started again if there is work.

        Raises:
            OSError: the study cannot be written now.
        """
        self._end_orphans()
        interrupted = sum(run.worker == seed for run in read_running(self.study))
        self.budget.release(seed, self._recorded(seed), reserved=interrupted)
        log = self.study.worker_log(seed)
        words = f"worker {seed} died (exit code {exit_code}): {_last_line(log)} (see {log})"
        deaths = self.deaths[seed] = self.deaths.get(seed, 0) + 1
        if self.signals or self.budget.nothing_left(seed):
            self.observer.note(words)
        elif deaths > self.crew.restarts:
            self.given_up.add(seed)
            self.budget.reserve(seed, 0)
            self.observer.note(f"{words}; it died {deaths} times in a row and is given up")
        else:
            pause = 2 ** (deaths - 1) - 1
            self.restart_at[seed] = time.monotonic() + pause
            self.observer.note(f"{words}; it is started again" + (f" in {pause} s" * bool(pause)))

    def _recorded(self, seed: int) -> int:
        return sum(1 for other, _ in self.runs if other == seed)

    def _stop(self) -> None:
        """Ask all workers to end, and make sure that they and their targets are gone."""
        for process in self.workers.values():
            process.terminate()
        deadline = time.monotonic() + self.description.grace + _PATIENCE
        while self.workers and time.monotonic() < deadline and self.signals < 2:
            for seed, process in list(self.workers.items()):
                ended = processes.wait(process, _POLL) is not None
                self._pass_on_notices(seed, process)
                if ended:
                    self._forget(seed)
            self._take_in()
            self.observer.tick()
        left = [process.pid for process in self.workers.values()]
        if left:
            processes.end_tree(lambda: left, 0.0)
            for seed in list(self.workers):
                self._forget(seed)
        self._end_orphans()
        self.dead.clear()
        self.restart_at.clear()

    def _end_orphans(self) -> None:
        workers = {process.pid for process in self.workers.values()}
        processes.end_tree(lambda: set(processes.children()) - workers, 0.0)

    def _on_signal(self) -> None:
        self.signals += 1
        if self.signals == 1:
            self.observer.note(
                f"stopping: running targets have {self.description.grace:g} s to end "
                "(Ctrl-C once more: at once)"
            )

    def _ending(self) -> Ending:
        given_up = bool(self.given_up) and not self.signals
        if self.signals:
            reason = "interrupted"
        elif given_up and not self.budget.nothing_left():
            reason = "its workers died; the logs in the study tell why"
        else:
            reason = self.budget.nothing_left() or self.crew.reason
        return Ending(
            reason=reason,
            runs=self.runs,
            incumbent=self.incumbents.current,
            failed=self.budget.failed() or given_up,
            interrupted=bool(self.signals),
        )


def _last_line(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4096))
        return file.read().decode(errors="replace").strip().rpartition("\n")[2]


class _Signals:
    """While it is entered, the signals to stop call a function and nothing else."""

    def __init__(self, on_signal: Callable[[], None]) -> None:
        self.on_signal = on_signal
        self.before: dict[signal.Signals, object] = {}

    def __enter__(self) -> None:
        for number in processes.STOP_SIGNALS:
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

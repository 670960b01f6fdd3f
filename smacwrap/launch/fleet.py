"""The workers of a launch: started, watched, started again when they die, and stopped."""

import contextlib
import math
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from smacwrap.errors import Problem, UserError
from smacwrap.history import Run, Study
from smacwrap.history.gc_pause import keeping
from smacwrap.history.objective import Incumbent
from smacwrap.history.requests import Requests
from smacwrap.history.study import PATIENCE as READ_PATIENCE
from smacwrap.history.view import StudyView
from smacwrap.launch.crew import STOPPED, Crew
from smacwrap.launch.member import End, Member
from smacwrap.launch.observer import Observer
from smacwrap.launch.prepost import before_and_after
from smacwrap.processes import control
from smacwrap.processes.signals import listening
from smacwrap.scenario import Scenario
from smacwrap.worker.budget import Budget
from smacwrap.worker.objective import objective_of
from smacwrap.worker.overtime import time_beyond
from smacwrap.worker.study_json import Description, write_description

_POLL = 0.1  # seconds
_SAME_MOMENT = 0.2  # seconds between two signals that are meant as one
_LOOK_FOR_DEAD = 2.0  # seconds between two looks at the workers of other launchers

PATIENCE = 15.0
"""Seconds for a worker to end its target and itself, beyond the grace that its target has."""


@dataclass(frozen=True)
class Ending:
    """How a launch ended: why, with what, and whether that was the plan.

    `others` says that other launchers, which joined it or were there before, still go on.
    """

    reason: str
    runs: Sequence[tuple[int, Run]]
    incumbent: Incumbent | None
    failed: bool = False
    interrupted: bool = False
    others: bool = False


class Fleet:
    """The workers of one launch, by seed, and what came of them.

    Args:
        scenario: what to tune.
        study: prepared for this launch, and locked.
        description: of this launch, as the workers find it in the study.
        crew: starts them.
        observer: told what happens.
        leave: called once no worker is left; whether other launchers go on.
        joins: the launch was begun by another launcher.
    """

    def __init__(
        self,
        scenario: Scenario,
        study: Study,
        description: Description,
        crew: Crew,
        observer: Observer,
        leave: Callable[[], bool],
        *,
        joins: bool = False,
    ) -> None:
        self.scenario = scenario
        self.study = study
        self.description = description
        self.crew = crew
        self.observer = observer
        self.leave = leave
        self.joins = joins
        self.others = False
        self.budget = Budget(study)
        self.requests = Requests(study)
        self.view = StudyView(
            study, objective_of(scenario), patience=READ_PATIENCE, pcs_text=description.pcs_text
        )
        self.members = {seed: Member(seed) for seed in description.seeds}
        self.signals = 0
        self.signalled_at = -math.inf
        self.longest = 0.0  # seconds of a run
        self.overtime_told = False
        self.looked_for_dead = time.monotonic()

    def run(self) -> Ending:
        """Start the workers, watch them until the last one has ended, and say how it was.

        Raises:
            OSError: the study cannot be written at the start, or was deleted.
            UserError: a file of the study cannot be read.
        """
        try:
            with listening(self._on_signal), self._before_and_after():
                self._work()
        finally:
            self.others = self.leave()
        self._take_in()
        return self._ending()

    def _before_and_after(self) -> contextlib.AbstractContextManager[None]:
        if self.crew.has_commands or self.joins:
            return contextlib.nullcontext()
        return before_and_after(self.scenario, self.observer, self._times_told)

    def _work(self) -> None:
        before = self._read_all()
        if self.joins:
            self.budget.join(self.description.seeds)
        else:
            self.budget.open(
                self.description.seeds,
                self.view.recorded,
                self.scenario,
                reserved=self._reserved() if self.crew.claims else {},
                per_process=self.description.limits_per_process,
            )
        # What a worker that was killed leaves behind becomes ours, and can be ended.
        control.adopt_orphans()
        self.observer.started(self._run_limit(), before, self.description.seeds)
        try:
            if not self._times_told() and not self.budget.nothing_left():
                for member in self.members.values():
                    member.process = self.crew.start(member.seed)
            while any(member.is_busy for member in self.members.values()):
                time.sleep(_POLL)
                self._watch()
        finally:
            self._stop()
            with contextlib.suppress(OSError):
                self._restore_description()

    def _restore_description(self) -> None:
        """Write study.json again if it was deleted, and not with all the rest."""
        gone = self.study.budget.exists() and not self.study.description.exists()
        if gone and not self.joins:
            write_description(self.study, self.description)
            self.observer.note(f"{self.study.description} was deleted: it is written again")

    def _read_all(self) -> int:
        """Take in what the study has, and what other machines wrote just now; how many runs."""
        with keeping():
            count = 0
            for _, run, _ in self.view.take_in():
                count += 1
                self.longest = max(self.longest, run.wallclock_time)
        if waits_for := self.view.waits_for:
            names = ", ".join(path.name for path in waits_for)
            self.observer.note(f"waiting for {names}: not all of it can be read yet")
        while self.view.waits_for and not self._times_told():
            time.sleep(_POLL)
            count += sum(1 for _ in self.view.take_in())
        self._say_what_is_lost()
        return count

    def _reserved(self) -> dict[int, int]:
        """The runs that no other worker may take: interrupted ones, and the default's."""
        seeds, repeat = self.description.seeds, self.description.repeat
        reserved = {seed: len(self.view.unmade(repeat.get(seed, ()))) for seed in seeds}
        if not self.view.runs:
            reserved[seeds[0]] += 1
        return reserved

    def _run_limit(self) -> int:
        """How many runs the study can have at the end of this launch."""
        limit, recorded = self.scenario.run_limit, self.view.recorded
        forgotten = self.view.forgotten
        if not self.description.limits_per_process:
            return limit + forgotten.total()
        seeds = self.description.seeds
        left = sum(max(0, limit - recorded[seed] + forgotten[seed]) for seed in seeds)
        return recorded.total() + left

    def _watch(self) -> None:
        study = self.study
        if not study.budget.exists():  # to wait for it would be in vain
            gone = study.budget if study.description.exists() else study.folder
            message = "was deleted while a launch was at work, which ends with it"
            raise UserError(Problem(message, gone))
        self._take_in()
        with contextlib.suppress(OSError):
            self.budget.tell_time()
            self._free_claims_of_the_dead()
        self.observer.tick()
        for member in self.members.values():
            self._watch_member(member)
        if self._times_told():
            self.observer.note(
                f"stopping: running targets have {self.description.grace:g} s to end "
                "(Ctrl-C once more: at once)"
            )
        if self.signals or (self._at_work() and (self.budget.failed() or self._is_late())):
            self._stop()

    def _watch_member(self, member: Member) -> None:
        """See whether a worker has ended, and start it again when it is to be."""
        if member.process:
            exit_code = member.process.poll()
            self._pass_on_notices(member)
            if exit_code is not None:
                member.leave()
                self._take_in()
                member.exit_code = exit_code or None
        if member.exit_code is not None:
            # Where the study cannot be written now, this is tried again.
            with contextlib.suppress(OSError):
                self._mourn(member, member.exit_code)
                member.exit_code = None
        if member.restart_at is not None and time.monotonic() >= member.restart_at:
            member.restart_at = None
            self._restore_description()
            member.process = self.crew.start(member.seed)

    def _at_work(self) -> dict[int, Member]:
        """The workers that have a process, by their seeds."""
        return {seed: member for seed, member in self.members.items() if member.process}

    def _is_late(self) -> bool:
        """Whether the time is over that runs have beyond a limit; once it begins, people are told.

        Our own workers look at it, too, and end their runs by themselves.
        """
        beyond = time_beyond(self.scenario, self.description.limit_grace, self.longest)
        left = self.budget.overtime(beyond)
        if left is None:
            return False
        workers = self._at_work()
        running = [run for run in self.view.running() if run.worker in workers]
        count = len(running) if self.crew.claims else len(workers)
        if count and not self.overtime_told:
            until = time.strftime("%H:%M:%S", time.localtime(time.time() + left))
            what = "1 run" if count == 1 else f"{count} runs"
            self.observer.note(
                f"{self.budget.over()}: {what} may go on until {until}, and would be interrupted "
                "then (--limit-grace)"
            )
        self.overtime_told = True
        return left <= (-PATIENCE if self.crew.claims else 0.0)

    def _pass_on_notices(self, member: Member) -> None:
        """Tell the observer what a worker prints: a line each that a person should know."""
        process = member.process
        while process and process.stdout and control.readable([process.stdout.fileno()], 0):
            line = process.stdout.readline()
            if not line:
                return
            self.observer.note(f"worker {member.seed}: {line.decode(errors='replace').rstrip()}")

    def _take_in(self) -> None:
        for seed, run, new in self.view.take_in():
            if seed in self.members:
                self.members[seed].deaths = 0
            self.longest = max(self.longest, run.wallclock_time)
            # Nobody claimed the runs of SMAC v2, also of one that somebody started by himself.
            if not (self.crew.claims and self._takes_part(seed)):
                with contextlib.suppress(OSError):
                    self.budget.release(seed, self.view.numbers_of(seed))
            self.observer.finished(seed, run, self.view.incumbent, new)
        self._say_what_is_lost()

    def _say_what_is_lost(self) -> None:
        for problem in self.view.new_losses():
            self.observer.note(str(problem))

    def _free_claims_of_the_dead(self) -> None:
        """A machine that dies takes a launcher along: nobody else takes back what it claimed."""
        if time.monotonic() - self.looked_for_dead < _LOOK_FOR_DEAD:
            return
        self.looked_for_dead = time.monotonic()
        for seed in self.budget.unrecorded(self.view.recorded):
            own = seed in self.description.seeds
            if not (own or self.study.is_locked(f"worker-{seed}")):
                self._take_in()  # what it recorded before it let go of its lock
                self.budget.release(seed, self.view.numbers_of(seed))

    def _takes_part(self, seed: int) -> bool:
        return seed in self.description.seeds or seed in self.budget.seeds()

    def _mourn(self, member: Member, exit_code: int) -> None:
        """A worker did not work to the end: free what it had claimed, and restart one that died.

        Raises:
            OSError: the study cannot be written now.
        """
        self._end_orphans()
        seed, deaths = member.seed, member.deaths + 1
        restart = exit_code != STOPPED and deaths <= self.crew.restarts
        interrupted = sum(run.worker == seed for run in self.view.running())
        recorded = self.view.numbers_of(seed)
        self.budget.release(seed, recorded, reserved=interrupted if restart else 0)
        if exit_code == STOPPED:
            member.end = End.STOPPED
            self.observer.note(f"worker {seed} was stopped")
            return
        member.deaths = deaths
        words = f"worker {seed} died, {self._cause(seed, exit_code)}"
        if self.signals or self.budget.nothing_left(seed):
            self.observer.note(words)
        elif restart:
            pause = 2 ** (deaths - 1) - 1
            member.restart_at = time.monotonic() + pause
            self.observer.note(f"{words}; it is started again" + (f" in {pause} s" * bool(pause)))
        else:
            member.end = End.GIVEN_UP
            self.observer.note(f"{words}; it died {deaths} times in a row and is given up")

    def _cause(self, seed: int, exit_code: int) -> str:
        """Why a worker died, as far as its exit code and the end of its log tell."""
        log = self.study.worker_log(seed)
        if exit_code < 0:
            name = control.signal_name(-exit_code)
            guess = " (as when memory runs out)" if -exit_code == signal.SIGKILL else ""
            return f"killed by {name}{guess}: see {log}"
        try:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - 4096))
                end = file.read().decode(errors="replace")
        except OSError as error:
            return f"exit code {exit_code} (its log {log} cannot be read: {error.strerror})"
        return f"exit code {exit_code}: {self.crew.last_words(end)} (see {log})"

    def _stop(self) -> None:
        """Ask all workers to end, and make sure that they and their targets are gone."""
        for member in self._at_work().values():
            assert member.process
            member.process.terminate()
        deadline = time.monotonic() + self.description.grace + PATIENCE
        try:
            while self._at_work() and time.monotonic() < deadline and self.signals < 2:
                for member in self._at_work().values():
                    assert member.process
                    ended = control.wait(member.process, _POLL) is not None
                    self._pass_on_notices(member)
                    if ended:
                        member.leave()
                self._take_in()
                self.observer.tick()
        finally:
            if left := self._pids():
                control.end_tree(lambda: left, 0.0)
            self._end_orphans()
            for member in self.members.values():
                member.leave()
                member.exit_code = member.restart_at = None

    def _pids(self) -> set[int]:
        """The workers' processes."""
        processes = (member.process for member in self.members.values())
        return {process.pid for process in processes if process}

    def _end_orphans(self) -> None:
        control.end_tree(lambda: set(control.children()) - self._pids(), 0.0)

    def _times_told(self) -> int:
        """How often somebody said stop."""
        if not self.signals and self.requests.stopped():
            self.signals = 1
        return self.signals

    def _on_signal(self) -> None:
        # It may come in the middle of printing: whoever waits looks at it. Some send TERM and HUP
        # together, which is not said twice.
        now = time.monotonic()
        self.signals += now - self.signalled_at > _SAME_MOMENT
        self.signalled_at = now

    def _ending(self) -> Ending:
        limit = self.budget.nothing_left()
        ends = {member.end for member in self.members.values()}
        given_up = End.GIVEN_UP in ends and not self.signals
        stopped = End.STOPPED in ends and not limit and not given_up
        interrupted = bool(self.signals) or stopped
        if interrupted:
            reason = "interrupted"
        elif given_up and not limit:
            reason = "all workers died; see worker-*.log"
        else:
            reason = limit or self.crew.reason
        return Ending(
            reason=reason,
            runs=self.view.runs,
            incumbent=self.view.incumbent,
            failed=self.budget.failed() or given_up,
            interrupted=interrupted,
            others=self.others,
        )

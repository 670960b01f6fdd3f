"""Progress of a launch on a terminal: a bar, finished runs, and the incumbent as it changes."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from smacwrap.history import Run
from smacwrap.history.forgotten import run_id
from smacwrap.history.objective import Incumbent
from smacwrap.launch.observer import Observer
from smacwrap.protocol import NO_CUTOFF, Status
from smacwrap.protocol.direction import Direction

_MINIMISED = Direction()
_UNLIMITED = 2**31 - 1  # no one has the time for more runs: the scenario sets no limit


class TerminalProgress(Observer):
    """Shows a launch on a console; without a terminal it prints the same lines, and no bar.

    Args:
        console: where.
        wallclock_limit: of the launch, in seconds.
        direction: of the quality, which is shown in the target's own terms.
        command: what a run's job started, for a run that crashed; empty for a target without job.
    """

    def __init__(
        self,
        console: Console,
        wallclock_limit: float = NO_CUTOFF,
        direction: Direction = _MINIMISED,
        command: Callable[[Run], str] = lambda _: "",
    ) -> None:
        self.console = console
        self.direction = direction
        self.command = command
        self.wallclock_limit = wallclock_limit
        self.start = time.monotonic()
        self.total: int | None = None
        self.already = self.done = 0
        self.has_begun = False
        self.warnings: dict[str, Counter[str]] = {}
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("runs"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("starting", total=None, left="")

    def __enter__(self) -> "TerminalProgress":
        self.bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.bar.stop()
        for kind, texts in self.warnings.items():
            if texts.total() > 1:
                warning = kind if len(texts) > 1 else next(iter(texts))
                self.note(f"{texts.total()} runs had the warning: {warning}")

    def started(self, run_limit: int, already: int, seeds: Sequence[int]) -> None:
        """See `Observer.started`."""
        self.has_begun = True
        self.total = run_limit if run_limit < _UNLIMITED else None
        self.already = self.done = already
        words = f"{len(seeds)} worker{'s' if len(seeds) > 1 else ''}, seeds "
        limit = f"at most {run_limit} runs" if self.total else "no limit of runs"
        resumed = f", going on after {already}" if already else ""
        self.bar.console.print(
            f"{words}{', '.join(map(str, seeds))}, {limit}{resumed}; {self.direction}",
            markup=False,
        )
        self.bar.update(self.task, description="tuning", total=self.total, completed=already)

    def finished(self, seed: int, run: Run, incumbent: Incumbent | None, new: bool) -> None:
        """See `Observer.finished`."""
        self.done += 1
        of = f"/{self.total}" if self.total else ""
        words = " ".join(f"{name}={_short(value)}" for name, value in run.configuration.items())
        style = "" if run.result.status.decided else "red"
        own = self.direction.own(run.result.quality)
        quality = f"{own:<9.5g}" if run.result.status.decided else " " * 9
        self.bar.console.print(
            f"{self.done:>4}{of}  run {run_id(seed, run):<5} {run.result.status:<7} {quality} "
            f"{run.wallclock_time:5.1f} s  {words}{self._left_without_bar()}",
            style=style,
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
        if reason := run.details.get("reason"):
            self.note(f"      {reason}")
        if run.result.status is Status.CRASHED and (command := self.command(run)):
            self.note(f"      its command: {command}")
        for warning in run.details.get("warnings", ()):
            self._warn(warning)
        if new and incumbent:
            self.bar.console.print(
                f"      new incumbent: {incumbent.words(self.direction)}",
                style="bold green",
                markup=False,
                highlight=False,
            )
        self.tick()

    def _warn(self, warning: str) -> None:
        """Show a warning if none of its kind, which may differ in numbers, was shown before."""
        kind = re.sub(r"-?\d+(?:[.,]\d+)*", "…", warning)
        if kind not in self.warnings:
            self.note(f"      warning: {warning}")
        self.warnings.setdefault(kind, Counter())[warning] += 1

    def tick(self) -> None:
        """See `Observer.tick`."""
        left = self._seconds_left()
        text = "" if left is None else f"about {_clock(left)} left"
        self.bar.update(self.task, completed=self.done, left=text)

    def note(self, message: str) -> None:
        """See `Observer.note`."""
        self.bar.console.print(message, style="yellow", markup=False, highlight=False)

    def _left_without_bar(self) -> str:
        left = None if self.console.is_terminal else self._seconds_left()
        return "" if left is None else f"  (about {_clock(left)} left)"

    def _seconds_left(self) -> float | None:
        """Until the run limit, at the pace so far, or the wall-clock limit if that is sooner."""
        elapsed = time.monotonic() - self.start
        fresh = self.done - self.already
        left = max(0, self.total - self.done) if self.total else 0  # SMAC v2 may make more
        by_runs = left * elapsed / fresh if self.total and fresh else None
        limited = self.wallclock_limit < 2**31 - 1
        by_clock = max(0.0, self.wallclock_limit - elapsed) if limited else None
        return min((s for s in (by_runs, by_clock) if s is not None), default=None)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _short(value: str) -> str:
    """A real with the digits that a person reads; everything else as it is."""
    try:
        return f"{float(value):.4g}" if "." in value or "e" in value else value
    except ValueError:
        return value

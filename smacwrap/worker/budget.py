"""The launch's budget: limits that hold for all workers together, exactly, and no run twice."""

import contextlib
import hashlib
import math
import platform
import time
from collections.abc import Container, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from smacwrap.history import Study
from smacwrap.history.forgotten import Forgotten
from smacwrap.protocol.run_id import format_run_id, parse_run_id
from smacwrap.scenario import Scenario
from smacwrap.worker.ledger import Ledger

FIRST_RUN_CRASHED = "the first run crashed"
"""How the reason begins with which such a launch ends."""


class Taken(Exception):  # noqa: N818  (not an error: there are other runs to make)
    """Another worker has claimed just this run."""


class Budget:
    """A worker claims every run before it starts it; a lock makes claims exclusive.

    A claim is kept when its run is recorded, so the claims of a seed are its recorded runs and
    those that it runs now. When a worker dies, the launcher takes its unused claims back. What is
    reserved for a worker no other can claim.

    Raises:
        OSError: as do all methods, when the study cannot be read or written, or another process
            keeps the lock; nothing is changed then.
    """

    # The ledger has the limits, the workers' `seeds`, the launch's `start` on the monotonic clock
    # of each machine, in seconds, and by seed (as text, for JSON) what is `claimed`, `reserved`
    # and used of `cpu_time`. With `per_process` the limits hold for each worker by itself. `runs`
    # has the IDs of all runs that are claimed, by a digest of what is run. While it is not
    # `is_open`, a launch begins, and no other launcher can join. `deadline` is when runs end that
    # are running at a limit of time, in seconds since the start.
    #
    # Clocks of the time of day differ between machines, and jump. So a machine that is new to the
    # launch has `asked` for the time since the start, and one that knows it has `told` it.

    def __init__(self, study: Study) -> None:
        self._ledger = Ledger(study.budget, study.lock("budget"))
        self._forgotten = Forgotten(study)
        self._machine = _machine()

    def open(
        self,
        seeds: Sequence[int],
        recorded: Mapping[int, int],
        scenario: Scenario,
        *,
        reserved: Mapping[int, int] | None = None,
        per_process: bool = False,
    ) -> None:
        """Begin a launch.

        Args:
            seeds: the workers'.
            recorded: how many runs the study has, by seed, those of other launches included.
            scenario: has the limits.
            reserved: how many runs are set aside, by seed.
            per_process: each worker has the whole of them.
        """
        self._ledger.begin(
            {
                "run_limit": scenario.run_limit,
                "wallclock_limit": scenario.wallclock_limit,
                "cputime_limit": scenario.cputime_limit,
                "per_process": per_process,
                "seeds": list(seeds),
                "start": {self._machine: time.monotonic()},
                "asked": {},
                "told": {},
                "is_open": True,
                "claimed": {str(seed): count for seed, count in recorded.items()},
                "reserved": {str(seed): count for seed, count in (reserved or {}).items()},
                "cpu_time": {},
                "runs": {},
                "ended": "",
                "failed": False,
            }
        )

    def close(self) -> None:
        """No launcher can join before the next launch has begun."""
        with contextlib.suppress(FileNotFoundError), self._ledger.changing() as (_, changes):
            changes["is_open"] = False

    def is_open(self) -> bool:
        """Whether a launch has begun, so that others can join."""
        with contextlib.suppress(FileNotFoundError):
            return bool(self._ledger.values().get("is_open"))
        return False

    def ask_for_time(self) -> bool:
        """Ask how long ago the launch began, on a machine that is new to it; whether that is known.

        Who wants to join asks until it is.
        """
        now = self._ledger.values()
        if self._machine in now["start"]:
            return True
        with self._ledger.changing() as (now, changes):
            if self._machine not in now["asked"]:
                changes["asked"] = {self._machine: True}
            elif (elapsed := now["told"].get(self._machine)) is not None:
                changes["start"] = {self._machine: time.monotonic() - elapsed}
                return True
        return False

    def tell_time(self) -> None:
        """Say how long ago the launch began, if somebody has asked."""
        now = self._ledger.values()
        if now["asked"].keys() == now["told"].keys() or self._machine not in now["start"]:
            return
        with self._ledger.changing() as (now, changes):
            elapsed = time.monotonic() - now["start"][self._machine]
            changes["told"] = {who: elapsed for who in now["asked"] if who not in now["told"]}

    def join(self, seeds: Sequence[int]) -> None:
        """More workers take part."""
        with self._ledger.changing() as (now, changes):
            changes["seeds"] = [*now["seeds"], *seeds]

    def seeds(self) -> Sequence[int]:
        """The seeds of all workers that take part, or did."""
        return list(self._ledger.values()["seeds"])

    def unrecorded(self, recorded: Mapping[int, int]) -> list[int]:
        """The seeds that have claimed more runs than those that are `recorded` of them."""
        claimed = self._ledger.values()["claimed"].items()
        return [int(seed) for seed, runs in claimed if runs > recorded.get(int(seed), 0)]

    def first_run_crashed(self) -> bool:
        """Whether the last launch ended since its first run crashed."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            return str(self._ledger.values()["ended"]).startswith(FIRST_RUN_CRASHED)
        return False

    def claim(
        self,
        seed: int,
        number: int,
        cpu_time: float,
        key: tuple[object, ...],
        read: Mapping[int, Container[int]],
        reserved: int = 0,
    ) -> str:
        """Claim a run; an empty string, or the reason why there is none left.

        Args:
            seed: the worker's.
            number: the run's, if it is to be made.
            cpu_time: seconds that this worker and its targets used in this launch so far.
            key: the `Run.key` of what it is to run.
            read: the numbers of the runs of each other worker that it has read, by their seeds.
            reserved: how many more runs are to be set aside for it.

        Raises:
            Taken: another worker has claimed it, and this one has not read yet what came of it.
        """
        own, digest = str(seed), _digest(key)
        with self._ledger.changing() as (now, changes):
            used = {**now["cpu_time"], own: cpu_time}
            changes["cpu_time"] = {own: cpu_time}
            reason = now["ended"] or self._exhausted({**now, "cpu_time": used}, seed)
            if not reason:
                if _is_taken(now["runs"].get(digest), seed, read):
                    raise Taken
                changes["claimed"] = {own: now["claimed"].get(own, 0) + 1}
                changes["runs"] = {digest: format_run_id(seed, number)}
                if now["reserved"].get(own, 0) != reserved:
                    changes["reserved"] = {own: reserved}
            return str(reason)

    def reserve(self, seed: int, runs: int) -> None:
        """Set aside so many runs, no more and no fewer, for a worker."""
        with self._ledger.changing() as (_, changes):
            changes["reserved"] = {str(seed): runs}

    def release(self, seed: int, recorded: Set[int], reserved: int = 0) -> None:
        """Take back what a worker claimed and did not record, and set some runs aside for it.

        Args:
            seed: the worker's.
            recorded: the numbers of its recorded runs.
            reserved: how many are set aside.
        """
        with self._ledger.changing() as (now, changes):
            if now["claimed"].get(str(seed), 0) > len(recorded):
                changes["runs"] = {
                    digest: None
                    for digest, run in now["runs"].items()
                    if run and _is_unrecorded(run, seed, recorded)
                }
            changes["claimed"] = {str(seed): len(recorded)}
            changes["reserved"] = {str(seed): reserved}

    def end(self, reason: str, *, failed: bool = True) -> None:
        """End the launch: no run can be claimed any more. The first reason stays."""
        with self._ledger.changing() as (now, changes):
            if not now["ended"]:
                changes |= {"ended": reason, "failed": failed}

    def failed(self) -> bool:
        """Whether the launch was ended for a reason that is a failure."""
        return bool(self._ledger.values()["failed"])

    def over(self) -> str:
        """Why even a run that is claimed already is not to be started; empty while it is."""
        now = self._ledger.values()
        # Of its own CPU time, a worker has had enough for what it claimed.
        cpu_time = 0.0 if now["per_process"] else sum(now["cpu_time"].values())
        return str(now["ended"] or self._out_of_time(now, cpu_time))

    def overtime(self, seconds: float) -> float | None:
        """How many seconds running runs still have at the launch's end; None while it is not over.

        Args:
            seconds: what they have from now on, if nobody has said that yet.
        """
        now = self._ledger.values()
        if "deadline" not in now:
            if seconds == math.inf or not self.over():
                return None
            with self._ledger.changing() as (now, changes):
                if "deadline" not in now:
                    changes["deadline"] = self._elapsed(now) + seconds
            now = self._ledger.values()
        return float(now["deadline"]) - self._elapsed(now)

    def nothing_left(self, seed: int | None = None) -> str:
        """Why `seed`, or with None any worker, can claim no run; an empty string while one can."""
        now = self._ledger.values()
        if now["ended"]:
            return str(now["ended"])
        reasons = [self._exhausted(now, s) for s in (now["seeds"] if seed is None else [seed])]
        return reasons[0] if all(reasons) else ""

    def _exhausted(self, now: Mapping[str, Any], seed: int) -> str:
        own, forgotten = str(seed), self._forgotten.ids()
        claimed, cpu_time = sum(now["claimed"].values()), sum(now["cpu_time"].values())
        if now["per_process"]:
            claimed, cpu_time = now["claimed"].get(own, 0), now["cpu_time"].get(own, 0.0)
            forgotten = frozenset(name for name in forgotten if name.startswith(f"{own}-"))
        elif not now["reserved"].get(own):
            claimed += sum(now["reserved"].values())
        if claimed - len(forgotten) >= now["run_limit"]:
            return f"algorithm run limit ({now['run_limit']} runs) has been reached"
        return self._out_of_time(now, cpu_time)

    def _out_of_time(self, now: Mapping[str, Any], cpu_time: float) -> str:
        if self._elapsed(now) >= now["wallclock_limit"]:
            return f"wallclock limit ({now['wallclock_limit']:g} s) has been reached"
        if cpu_time >= now["cputime_limit"]:
            return f"CPU time limit ({now['cputime_limit']:g} s) has been reached"
        return ""

    def _elapsed(self, now: Mapping[str, Any]) -> float:
        """Seconds since the launch began."""
        return time.monotonic() - float(now["start"][self._machine])


def _machine() -> str:
    """What has a monotonic clock of its own: a machine since it was started, or a container."""
    names = [platform.node()]
    with contextlib.suppress(OSError):
        names.append(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip())
        names.append(str(Path("/proc/self/ns/time").readlink()))
    return " ".join(names)


def _digest(key: tuple[object, ...]) -> str:
    return hashlib.blake2b(repr(key).encode(), digest_size=8).hexdigest()


def _is_taken(run: str | None, seed: int, read: Mapping[int, Container[int]]) -> bool:
    """Whether a run is another worker's, not given back, and not among those that were read."""
    if run is None:
        return False
    worker, number = parse_run_id(run)
    return worker != seed and number not in read.get(worker, ())


def _is_unrecorded(run: str, seed: int, recorded: Set[int]) -> bool:
    worker, number = parse_run_id(run)
    return worker == seed and number not in recorded

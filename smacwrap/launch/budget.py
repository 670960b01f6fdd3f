"""The launch's budget: limits that hold for all workers together, exactly."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from smacwrap.history import Study
from smacwrap.launch.ledger import Ledger
from smacwrap.scenario import Scenario


class Budget:
    """A worker claims every run before it starts it; a lock makes claims exclusive.

    A claim is kept when its run is recorded, so the claims of a seed are its recorded runs and
    the one that it runs now. When a worker dies, the launcher takes the unused claim back. What
    is reserved for a worker no other can claim.

    Raises:
        OSError: as do all methods, when the study cannot be read or written, or another process
            keeps the lock; nothing is changed then.
    """

    # The ledger has the limits, the workers' `seeds`, the launch's `start` on this machine's
    # monotonic clock, in seconds, and by seed (as text, for JSON) what is `claimed`, `reserved`
    # and used of `cpu_time`. With `per_process` the limits hold for each worker by itself.

    def __init__(self, study: Study) -> None:
        self._ledger = Ledger(study.budget, study.lock("budget"))

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
                "start": time.monotonic(),
                "claimed": {str(seed): count for seed, count in recorded.items()},
                "reserved": {str(seed): count for seed, count in (reserved or {}).items()},
                "cpu_time": {},
                "ended": "",
                "failed": False,
            }
        )

    def claim(self, seed: int, cpu_time: float) -> str:
        """Claim one run; an empty string, or the reason why there is none left.

        Args:
            seed: the worker's.
            cpu_time: seconds that this worker and its targets used in this launch so far.
        """
        own = str(seed)
        with self._ledger.changing() as (now, changes):
            used = {**now["cpu_time"], own: cpu_time}
            reason = now["ended"] or _exhausted({**now, "cpu_time": used}, seed)
            if not reason:
                changes["cpu_time"] = {own: cpu_time}
                changes["claimed"] = {own: now["claimed"].get(own, 0) + 1}
                if reserved := now["reserved"].get(own):
                    changes["reserved"] = {own: reserved - 1}
            return str(reason)

    def reserve(self, seed: int, runs: int) -> None:
        """Set aside so many runs, no more and no fewer, for a worker."""
        with self._ledger.changing() as (_, changes):
            changes["reserved"] = {str(seed): runs}

    def release(self, seed: int, recorded: int, reserved: int = 0) -> None:
        """Take back what a worker claimed beyond its `recorded` runs, and set some aside for it."""
        with self._ledger.changing() as (_, changes):
            changes["claimed"] = {str(seed): recorded}
            changes["reserved"] = {str(seed): reserved}

    def end(self, reason: str, *, failed: bool = True) -> None:
        """End the launch: no run can be claimed any more. The first reason stays."""
        with self._ledger.changing() as (now, changes):
            if not now["ended"]:
                changes |= {"ended": reason, "failed": failed}

    def failed(self) -> bool:
        """Whether the launch was ended for a reason that is a failure."""
        return bool(self._ledger.values()["failed"])

    def nothing_left(self, seed: int | None = None) -> str:
        """Why `seed`, or with None any worker, can claim no run; an empty string while one can."""
        now = self._ledger.values()
        if now["ended"]:
            return str(now["ended"])
        reasons = [_exhausted(now, s) for s in (now["seeds"] if seed is None else [seed])]
        return reasons[0] if all(reasons) else ""


def _exhausted(now: Mapping[str, Any], seed: int) -> str:
    own = str(seed)
    claimed, cpu_time = sum(now["claimed"].values()), sum(now["cpu_time"].values())
    if now["per_process"]:
        claimed, cpu_time = now["claimed"].get(own, 0), now["cpu_time"].get(own, 0.0)
    elif not now["reserved"].get(own):
        claimed += sum(now["reserved"].values())
    if claimed >= now["run_limit"]:
        return f"algorithm run limit ({now['run_limit']} runs) has been reached"
    if time.monotonic() - now["start"] >= now["wallclock_limit"]:
        return f"wallclock limit ({now['wallclock_limit']:g} s) has been reached"
    if cpu_time >= now["cputime_limit"]:
        return f"CPU time limit ({now['cputime_limit']:g} s) has been reached"
    return ""

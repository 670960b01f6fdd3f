"""The launch's budget: limits that hold for all workers together, exactly."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from filelock import FileLock

from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.scenario import Scenario


@dataclass
class _State:
    """What budget.json holds. `start` is on this machine's monotonic clock, in seconds.

    The limits hold for all workers together, or with `per_process` for each by itself.
    """

    run_limit: int
    wallclock_limit: float
    cputime_limit: float
    per_process: bool
    seeds: list[int]
    start: float
    claimed: dict[str, int] = field(default_factory=dict)
    reserved: dict[str, int] = field(default_factory=dict)
    cpu_time: dict[str, float] = field(default_factory=dict)
    ended: str = ""
    failed: bool = False


class Budget:
    """A worker claims every run before it starts it; a lock makes claims exclusive.

    A claim is kept when its run is recorded, so the claims of a seed are its recorded runs and
    the one that it runs now. When a worker dies, the launcher takes the unused claim back. What
    is reserved for a worker no other can claim.
    """

    def __init__(self, study: Study) -> None:
        self._file: Path = study.budget
        self._lock = FileLock(study.lock("budget"))

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
        state = _State(
            run_limit=scenario.run_limit,
            wallclock_limit=scenario.wallclock_limit,
            cputime_limit=scenario.cputime_limit,
            per_process=per_process,
            seeds=list(seeds),
            start=time.monotonic(),
            claimed={str(seed): count for seed, count in recorded.items()},
            reserved={str(seed): count for seed, count in (reserved or {}).items()},
        )
        with self._lock:
            self._write(state)

    def claim(self, seed: int, cpu_time: float) -> str:
        """Claim one run; an empty string, or the reason why there is none left.

        Args:
            seed: the worker's.
            cpu_time: seconds that this worker and its targets used in this launch so far.
        """
        with self._changing() as state:
            state.cpu_time[str(seed)] = cpu_time
            reason = state.ended or _exhausted(state, seed)
            if not reason:
                state.claimed[str(seed)] = state.claimed.get(str(seed), 0) + 1
                state.reserved[str(seed)] = max(0, state.reserved.get(str(seed), 0) - 1)
            return reason

    def reserve(self, seed: int, runs: int) -> None:
        """Set aside so many runs, no more and no fewer, for a worker."""
        with self._changing() as state:
            state.reserved[str(seed)] = runs

    def release(self, seed: int, recorded: int, reserved: int = 0) -> None:
        """Take back what a worker claimed beyond its `recorded` runs, and set some aside for it."""
        with self._changing() as state:
            state.claimed[str(seed)] = recorded
            state.reserved[str(seed)] = reserved

    def end(self, reason: str, *, failed: bool = True) -> None:
        """End the launch: no run can be claimed any more. The first reason stays."""
        with self._changing() as state:
            if not state.ended:
                state.ended, state.failed = reason, failed

    def ended(self) -> str:
        """The reason for which the launch was ended, or an empty string."""
        return self._locked_read().ended

    def failed(self) -> bool:
        """Whether the launch was ended for a reason that is a failure."""
        return self._locked_read().failed

    def nothing_left(self, seed: int | None = None) -> str:
        """Why `seed`, or with None any worker, can claim no run; an empty string while one can."""
        state = self._locked_read()
        if state.ended:
            return state.ended
        reasons = [_exhausted(state, s) for s in (state.seeds if seed is None else [seed])]
        return reasons[0] if all(reasons) else ""

    def _locked_read(self) -> _State:
        with self._lock:
            return self._read()

    @contextmanager
    def _changing(self) -> Iterator[_State]:
        with self._lock:
            state = self._read()
            yield state
            self._write(state)

    def _read(self) -> _State:
        return _State(**json.loads(self._file.read_text(encoding="utf-8")))

    def _write(self, state: _State) -> None:
        replace_text(self._file, json.dumps(asdict(state)), durable=False)


def _exhausted(state: _State, seed: int) -> str:
    own = str(seed)
    claimed, cpu_time = sum(state.claimed.values()), sum(state.cpu_time.values())
    if state.per_process:
        claimed, cpu_time = state.claimed.get(own, 0), state.cpu_time.get(own, 0.0)
    elif not state.reserved.get(own):
        claimed += sum(state.reserved.values())
    if claimed >= state.run_limit:
        return f"algorithm run limit ({state.run_limit} runs) has been reached"
    if time.monotonic() - state.start >= state.wallclock_limit:
        return f"wallclock limit ({state.wallclock_limit:g} s) has been reached"
    if cpu_time >= state.cputime_limit:
        return f"CPU time limit ({state.cputime_limit:g} s) has been reached"
    return ""

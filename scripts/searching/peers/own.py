"""Our own engines: one worker, or several that know what the others are running."""

import heapq

import numpy as np
from searching.problem import Target

from smacwrap.engines import Pending, Search, Suggestion, make_engine
from smacwrap.history import Objective, Run
from smacwrap.pcs import from_text
from smacwrap.protocol import Result, Status

_CRASHED = 1e9


def search(target: Target, seed: int, *, variant: str, workers: int = 1) -> None:
    """Lets workers ask one after the other, each as soon as its last run has ended.

    Args:
        variant: the engine's name.
        workers: how many share the budget. Their runs take times of their own, drawn by chance;
            each is told of every run that ends, as in shared-model mode.
    """
    engines = [
        make_engine(
            variant,
            Search(
                target.space,
                Objective("QUALITY", crashed_quality=_CRASHED),
                1000 * seed + worker,
                budget=target.runs,
                workers=workers,
                initial=[target.space.get_default_configuration()] if worker == 0 else [],
            ),
        )
        for worker in range(workers)
    ]
    random = np.random.default_rng([seed, 6])
    running: list[tuple[float, int, Suggestion]] = []
    free, now, started = list(range(workers)), 0.0, 0
    while not target.done:
        for worker in free:
            pending = [Pending(own.configuration) for _, _, own in running]
            suggestion = engines[worker].ask(pending) if started < target.runs else None
            if suggestion is not None:
                end = now + random.lognormal(0.0, 0.5)
                heapq.heappush(running, (end, worker, suggestion))
                started += 1
        if not running:
            return
        now, worker, suggestion = heapq.heappop(running)
        configuration = from_text(target.space, suggestion.configuration)
        run = _run_of(suggestion, target.run(configuration))
        for engine in engines:
            engine.tell(run)
        free = [worker]


def _run_of(suggestion: Suggestion, cost: float | None) -> Run:
    crashed = Result(Status.CRASHED, 0.1, 0, _CRASHED, -1)
    return Run(
        settings=suggestion.settings,
        active=suggestion.active,
        result=crashed if cost is None else Result(Status.SAT, 0.1, 0, cost, -1),
        wallclock_time=0.1,
    )

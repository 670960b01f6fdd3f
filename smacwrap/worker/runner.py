"""Makes runs: calls the target algorithm, and records that a run started and how it ended."""

import logging
import os
import platform
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from smacwrap.engines import Suggestion
from smacwrap.history import Run
from smacwrap.history.run import details_of
from smacwrap.history.running import RunningRun
from smacwrap.protocol import CallString
from smacwrap.protocol.additional import INTERRUPTED
from smacwrap.protocol.run_id import format_run_id
from smacwrap.worker.flights import Flight
from smacwrap.worker.overtime import Overtime
from smacwrap.worker.records import Records
from smacwrap.worker.resources import Share
from smacwrap.worker.stopping import Stopping
from smacwrap.worker.target import Answer, Stopped, Target, killed
from smacwrap.wrapper.place import RUN_VARIABLE

log = logging.getLogger("smacwrap.worker")


class Runner:
    """Makes the runs of one worker: each `begin`s, has its `answer`, and is to `end`.

    Args:
        seed: the worker's.
        target: what to call.
        default: the default configuration's values, of the active parameters.
        shares: what the runs in each slot may use.
        records: where runs are recorded.
        stopping: says when one is to be ended.
        overtime: says when the time is over that runs have beyond the launch's limits.
    """

    def __init__(
        self,
        seed: int,
        target: Target,
        default: Mapping[str, str],
        shares: list[Share],
        records: Records,
        stopping: Stopping,
        overtime: Overtime,
    ) -> None:
        self._seed = seed
        self._target = target
        self._default = default
        self._shares = shares
        self._records = records
        self._stopping = stopping
        self._overtime = overtime
        self._host = platform.node()

    def begin(self, suggestion: Suggestion, number: int, slot: int) -> Flight:
        """Announce a run: when this returns, others can see it.

        Raises:
            Stopped: the worker is to stop.
        """
        call = CallString(
            parameters=suggestion.configuration,
            instance=suggestion.instance,
            cutoff=min(suggestion.cutoff, self._target.scenario.cutoff),
            seed=suggestion.seed,
        )
        start = datetime.now(UTC).isoformat()
        log.info("call: %s", self._target.sample_call(call))
        self._records.started(
            RunningRun(
                worker=self._seed,
                number=number,
                configuration=call.parameters,
                instance=call.instance,
                seed=call.seed,
                cutoff=call.cutoff,
                start=start,
                host=self._host,
                pid=os.getpid(),
            )
        )
        return Flight(suggestion, call, number, slot, start)

    def answer(self, flight: Flight, pause: float) -> Answer:
        """Call the target, after a pause in seconds; KILLED if somebody asked to stop just this.

        This may go on in several threads at once.

        Raises:
            Stopped: the worker is to stop; the run is not recorded, and can be made again.
        """
        if pause and self._stopping.comes_within(pause):
            raise Stopped
        if pause and self._overtime.has_begun():
            result = killed(flight.call, 0.0)
            return Answer(result, 0.0, "", "the launch is over", void=INTERRUPTED)
        answer = self._answer(flight)
        if self._stopping.ended(answer):
            raise Stopped
        return answer

    def end(self, flight: Flight, answer: Answer) -> Run:
        """Record a run; it, as it is recorded.

        Raises:
            Stopped: it cannot be recorded, and the worker is to stop.
        """
        details: dict[str, object] = {
            **details_of(answer.result.additional),
            "number": flight.number,
            "start": flight.start,
            "end": datetime.now(UTC).isoformat(),
            "host": self._host,
            "worker": os.getpid(),
        }
        if answer.reason:
            details["reason"] = answer.reason
        if answer.warnings:
            details["warnings"] = list(answer.warnings)
        suggestion, call = flight.suggestion, flight.call
        run = Run(
            settings=suggestion.settings,
            active=tuple(call.parameters),
            result=answer.result,
            wallclock_time=round(answer.wallclock_time, 3),
            instance=call.instance,
            seed=call.seed,
            cutoff=call.cutoff,
            is_default=call.parameters == self._default,
            details=details,
        )
        self._records.completed(run)
        return run

    def _answer(self, flight: Flight) -> Answer:
        start = time.monotonic()

        def stop() -> bool:
            stopping = self._stopping
            stopped = stopping.end_now() or stopping.run_was_stopped(flight.number)
            return stopped or self._overtime.is_over()

        share = self._shares[flight.slot].environment(os.environ)
        more = {**share, RUN_VARIABLE: format_run_id(self._seed, flight.number)}
        try:
            return self._target.call(flight.call, stop, more=more)
        except Stopped:
            if self._stopping.end_now():
                raise
            seconds = time.monotonic() - start
            if not self._stopping.run_was_stopped(flight.number):
                reason = "still running when its time beyond the limit was over"
                return Answer(killed(flight.call, seconds), seconds, "", reason, void=INTERRUPTED)
            return Answer(killed(flight.call, seconds), seconds, "", "stopped by request")

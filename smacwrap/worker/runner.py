"""Makes one run: calls the target algorithm, and records that it started and how it ended."""

import logging
import os
import platform
import time
from collections.abc import Callable
from datetime import UTC, datetime

from ConfigSpace import Configuration

from smacwrap.engines import Suggestion
from smacwrap.history import Run
from smacwrap.history.run import details_of
from smacwrap.history.running import RunningRun
from smacwrap.pcs import all_to_text, to_text
from smacwrap.protocol import CallString
from smacwrap.protocol.additional import INTERRUPTED
from smacwrap.worker.records import Records
from smacwrap.worker.stopping import Stopping
from smacwrap.worker.target import Answer, Stopped, Target, killed
from smacwrap.worker.voids import VoidError

log = logging.getLogger("smacwrap.worker")


class Runner:
    """Makes the runs of one worker.

    Args:
        seed: the worker's.
        target: what to call.
        default: the default configuration.
        records: where runs are recorded.
        stopping: says when one is to be ended.
        announced: called when others can see that a run has started.
        is_late: whether the time is over that a run has beyond the launch's limits.
    """

    def __init__(
        self,
        seed: int,
        target: Target,
        default: Configuration,
        records: Records,
        stopping: Stopping,
        announced: Callable[[], None],
        is_late: Callable[[], bool],
    ) -> None:
        self._announced = announced
        self._seed = seed
        self._target = target
        self._default = to_text(default)
        self._records = records
        self._stopping = stopping
        self._is_late = is_late
        self._host = platform.node()

    def run(self, suggestion: Suggestion) -> tuple[Run, str]:
        """Make a run; it, as it is recorded, and the last lines that the target printed.

        Raises:
            Stopped: the worker is to stop; the run is not recorded, and can be made again.
            VoidError: it came to no result; it is not recorded, and can be made again.
        """
        call = CallString(
            parameters=to_text(suggestion.configuration),
            instance=suggestion.instance,
            cutoff=self._target.scenario.cutoff,
            seed=suggestion.seed,
        )
        number = self._records.last + 1
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
        self._announced()
        answer = self._answer(call, number)
        if self._stopping.ended(answer):
            raise Stopped
        if answer.void:
            raise VoidError(answer)
        details: dict[str, object] = {
            **details_of(answer.result.additional),
            "number": number,
            "start": start,
            "end": datetime.now(UTC).isoformat(),
            "host": self._host,
            "worker": os.getpid(),
        }
        if answer.reason:
            details["reason"] = answer.reason
        if answer.warnings:
            details["warnings"] = list(answer.warnings)
        run = Run(
            settings=all_to_text(suggestion.configuration),
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
        return run, answer.output

    def _answer(self, call: CallString, number: int) -> Answer:
        """What the target answers; KILLED if somebody asked to stop just this run."""
        start = time.monotonic()

        def stop() -> bool:
            stopping = self._stopping
            return stopping.end_now() or stopping.run_was_stopped(number) or self._is_late()

        try:
            return self._target.call(call, stop)
        except Stopped:
            if self._stopping.end_now():
                raise
            seconds = time.monotonic() - start
            if not self._stopping.run_was_stopped(number):
                reason = "still running when its time beyond the limit was over"
                return Answer(killed(call, seconds), seconds, "", reason, void=INTERRUPTED)
            return Answer(killed(call, seconds), seconds, "", "stopped by request")

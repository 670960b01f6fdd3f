"""One run as a wrapper's methods see it, and the result that they make of it."""

import math
import signal
from argparse import Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smacwrap.executors import Completion
from smacwrap.protocol import CallString, Result, Status, comma_hint, parse_result_line
from smacwrap.wrapper.outcome import CRASHED_QUALITY, Outcome, crashed, failure

_LONGEST_CUTOFF = 2**31 - 1  # seconds, as in GenericWrapper4AC


@dataclass
class Data:
    """One run, as a wrapper's methods see it in `self.data`; they may change it.

    `cutoff` is in whole seconds, rounded up; `config` has the parameters' names with their dash.
    `specifics` and `runlength` are None in AClib 2's form of the call string, `new_format`. The
    result is in `status`, `cost` (None is the run time), `time` in seconds, and `additional`.
    `runsolver`, `tmp_dir`, `mem_limit` (MB) and `max_quality` are the wrapper's options.
    """

    instance: str
    specifics: str | None
    cutoff: int
    runlength: int | None
    seed: int
    config: dict[str, str]
    new_format: bool
    status: str = "CRASHED"
    cost: float | None = None
    time: float = 0.0
    additional: str = ""
    exit_code: int = 0
    exceeded: bool = False
    runsolver: str | None = None
    tmp_dir: str = "."
    mem_limit: int = 0
    max_quality: float = CRASHED_QUALITY

    @classmethod
    def of(cls, call: CallString, args: Namespace) -> "Data":
        """The run that a call string and the wrapper's options ask for."""
        return cls(
            runsolver=args.runsolver,
            tmp_dir=args.tmp_dir or ".",
            mem_limit=args.mem_limit,
            max_quality=args.max_quality,
            instance=call.instance,
            specifics=None if call.aclib else call.instance_info,
            cutoff=math.ceil(min(call.cutoff, _LONGEST_CUTOFF)),
            runlength=None if call.aclib else call.run_length,
            seed=call.seed,
            config={f"-{name}": value for name, value in call.parameters.items()},
            new_format=call.aclib,
        )

    def take(self, completion: Completion, call: CallString) -> None:
        """Take over what was measured of the command."""
        self.time = completion.cpu_time
        self.exit_code = completion.exit_code or 0
        if completion.exceeded:
            self.exceeded = True
            self.exit_code = -signal.SIGTERM
            self.status = "TIMEOUT"
            self.time = min(self.time, call.cutoff)
            self.additional = f"the limit of {completion.exceeded} was reached"

    def take_results(self, returned: object, mapping: Mapping[str, str]) -> None:
        """Take over what `process_results` returned.

        Args:
            returned: a dict, as described there.
            mapping: other words for statuses.

        Raises:
            TypeError: it is no dict.
            ResultLineError: the status is none.
        """
        if not isinstance(returned, Mapping):
            raise TypeError(f"process_results returned {returned!r}, expected a dict")
        status = str(returned.get("status", self.status))
        status = mapping.get(status, status)
        # A target that was ended can have said all that counts, but it did not fail by itself.
        if _status(status).decided or not self.exceeded:
            self.status = status
        self.time = returned.get("runtime", self.time)
        self.cost = returned.get("cost", returned.get("quality", self.cost))
        texts = [self.additional, str(returned.get("misc", ""))]
        self.additional = "; ".join(text for text in texts if text)

    def outcome(self, call: CallString, args: Namespace, output: str = "") -> Outcome:
        """The outcome that the data say.

        Args:
            call: what was asked for.
            args: the wrapper's options.
            output: the end of what the command printed.
        """
        try:
            status = _status(self.status)
            runtime = max(0.0, _finite("runtime", self.time))
            if status is Status.TIMEOUT and call.has_cutoff:
                runtime = call.cutoff
            no_cost = self.cost is None and (status.decided or call.aclib)
            cost = runtime if no_cost or args.overwrite_cost_runtime else self.cost
            quality = _finite("quality", self.max_quality if cost is None else cost)
        except (TypeError, ValueError) as error:
            return crashed(call, f"the wrapper's result: {error}")
        additional, reason = self.additional, ""
        if status.failed:
            said = [failure(self.exit_code, output), additional]
            reason = "; ".join(text for text in said if text) or f"the wrapper's status is {status}"
            additional = ""
        return Outcome(Result(status, runtime, 0, quality, call.seed, additional), reason=reason)


def _status(word: str) -> Status:
    return parse_result_line(f"Result of algorithm run: {word}, 0, 0, 0, 0").status


def _finite(what: str, value: Any) -> float:
    try:
        number = float(value)
    except ValueError:
        raise ValueError(f"{what} is not a number: {value!r}{comma_hint(str(value))}") from None
    if not math.isfinite(number):
        raise ValueError(f"{what} is not a finite number: {number}")
    return number

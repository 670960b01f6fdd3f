"""Result lines: the one line on standard output with which a wrapper answers SMAC.

    Result of algorithm run: STATUS, RUNTIME, RUNLENGTH, QUALITY, SEED[, ADDITIONAL RUN DATA]

AClib 2 writes the same after `Result of this algorithm run:` as a JSON object.
"""

import math
import re
from collections.abc import Iterable
from enum import StrEnum

from smacwrap.frozen import Frozen
from smacwrap.protocol.commas import comma_hint, find_decimal_comma


class Status(StrEnum):
    """How a run ended, in SMAC v2's words. KILLED is SMAC's own: no wrapper may print it."""

    SAT = "SAT"
    UNSAT = "UNSAT"
    TIMEOUT = "TIMEOUT"
    CRASHED = "CRASHED"
    ABORT = "ABORT"
    KILLED = "KILLED"

    @property
    def decided(self) -> bool:
        """Whether the run's quality and runtime count as reported."""
        return self in (Status.SAT, Status.UNSAT)

    @property
    def failed(self) -> bool:
        """Whether the run says nothing about its configuration's quality."""
        return self in (Status.CRASHED, Status.ABORT, Status.KILLED)


class Result(Frozen):
    """What a result line says.

    `runtime` is in seconds; `seed` echoes the call string's; `additional` is free text without
    commas, by convention `name=value;name=value`.
    """

    status: Status
    runtime: float
    run_length: float
    quality: float
    seed: int
    additional: str = ""


class ResultLineError(ValueError):
    """A line that starts like a result but cannot be read; the message says why."""


_PREFIX = (
    r"(?:Result\s+of\s+(?:this\s+)?[Aa]lgorithm\s*[Rr]un"
    r"|(?:Final\s+)?Result\s+(?:for|of)\s+(?:ParamILS|SMAC|HAL|this\s+wrapper))\s*:\s*"
)

_STATUSES = {
    "SATISFIABLE": Status.SAT,
    "SUCCESS": Status.SAT,
    "UNSATISFIABLE": Status.UNSAT,
    **{status.value: status for status in Status if status is not Status.KILLED},
}


def format_result(result: Result) -> str:
    """The result line, without a newline; what would break it in `additional` is replaced.

    Numbers are written as SMAC v2 reads them: Java's `Infinity`, not `inf`. It takes no NaN.
    """
    additional = re.sub(r"[\s,]+", " ", result.additional).strip()
    fields = [
        result.status.value,
        _text(result.runtime),
        _text(int(result.run_length) if _is_whole(result.run_length) else result.run_length),
        _text(result.quality),
        str(result.seed),
    ]
    return "Result of algorithm run: " + ", ".join(fields + ([additional] if additional else []))


def _text(number: float) -> str:
    return repr(number).replace("inf", "Infinity")


def _is_whole(number: float) -> bool:
    return float(number).is_integer()


def format_aclib_result(result: Result) -> str:
    """The result line in AClib 2's form: a JSON object."""
    import json  # few runs need it

    status = {Status.SAT: "SUCCESS", Status.UNSAT: "SUCCESS"}.get(result.status, result.status)
    return "Result of this algorithm run: " + json.dumps(
        {
            "status": str(status),
            "cost": result.quality,
            "runtime": result.runtime,
            "misc": result.additional,
        }
    )


def format_answer(result: Result, *, aclib: bool) -> str:
    """The lines with which a wrapper answers: SMAC's, and before it AClib 2's if that was asked."""
    lines = [format_aclib_result(result)] if aclib else []
    return "".join(f"{line}\n" for line in [*lines, format_result(result)])


def find_result(lines: Iterable[str], seed: int | None = None) -> Result | None:
    """The result that the first result line among `lines` gives, or None where there is none.

    Args:
        lines: the lines.
        seed: see `parse_result_line`.

    Raises:
        ResultLineError: that line cannot be read.
    """
    return next((parse_result_line(line, seed) for line in lines if is_result_line(line)), None)


def is_result_line(line: str) -> bool:
    """Whether SMAC takes a line of a wrapper's output for its result."""
    # A cheap test first: outputs can be long, results are one line.
    return "Result" in line and re.search(_PREFIX, line) is not None


def parse_result_line(line: str, seed: int | None = None) -> Result:
    """Read one result line, in SMAC's form or AClib 2's.

    Args:
        line: the line.
        seed: the one that was sent, by which decimal commas are told from additional run data.

    Raises:
        ResultLineError: no prefix, an unknown status, a missing or wrong number, a decimal comma.
    """
    prefix = re.search(_PREFIX, line)
    if prefix is None:
        raise ResultLineError(f"not a result line: '{line.strip()}'")
    text = line[prefix.end() :].strip()
    if text.startswith("{"):
        return _parse_aclib(text)
    try:
        result = _parse_fields(text)
    except ResultLineError:
        if with_commas := find_decimal_comma(text, seed, None):
            raise ResultLineError(with_commas) from None
        raise
    if seed is not None and (with_commas := find_decimal_comma(text, seed, result.seed)):
        raise ResultLineError(with_commas)
    return result


def _parse_fields(text: str) -> Result:
    fields = [part.strip() for part in text.split(",", 5)]
    if len(fields) < 5:
        raise ResultLineError(
            f"expected 'STATUS, RUNTIME, RUNLENGTH, QUALITY, SEED', found '{text}'"
        )
    return Result(
        status=_status(fields[0]),
        runtime=max(0.0, _number("runtime", fields[1])),
        run_length=_run_length(fields[2]),
        quality=_number("quality", fields[3]),
        seed=_seed(fields[4]),
        additional=fields[5] if len(fields) == 6 else "",
    )


def _parse_aclib(text: str) -> Result:
    import json

    try:
        fields = json.loads(text)
        status = _status(str(fields["status"]))
        if not status.decided:
            fields = {"cost": 0, "runtime": 0, **fields}
        return Result(
            status=status,
            runtime=max(0.0, _number("runtime", str(fields["runtime"]))),
            run_length=0,
            quality=_number("cost", str(fields["cost"])),
            seed=-1,
            additional=str(fields.get("misc", "")),
        )
    except ResultLineError:
        raise
    except (KeyError, ValueError, RecursionError):
        expected = "a JSON object with status, cost and runtime"
        raise ResultLineError(f"expected {expected}, found '{text}'") from None


def _status(word: str) -> Status:
    status = _STATUSES.get(word.upper())
    if status is None:
        raise ResultLineError(f"'{word}' is not a status; a wrapper may print {_status_names()}")
    return status


def _status_names() -> str:
    return ", ".join(status.value for status in Status if status is not Status.KILLED)


def _number(what: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise ResultLineError(f"{what} '{text}' is not a number{comma_hint(text)}")
    return number


def _run_length(text: str) -> float:
    number = _number("run length", text)
    if number < 0 and number != -1:
        raise ResultLineError(f"run length '{text}' is negative")
    return number


def _seed(text: str) -> int:
    number = _number("seed", text)
    if not number.is_integer():
        raise ResultLineError(f"seed '{text}' is not an integer")
    try:
        return int(text)
    except ValueError:
        return int(number)

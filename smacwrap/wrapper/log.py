"""What a target's output says: result lines, metrics, JSON objects and statuses, in one pass."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smacwrap.protocol import Result, ResultLineError, Status, is_result_line, parse_result_line
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.patience import Patience, StuckError
from smacwrap.wrapper.sources import TABBED_NAME, JsonPlace

# An output may be endless, and hard for a pattern: what is kept and done is bounded.
_LONGEST_LINE = 1 << 20  # characters; a longer one is read in pieces
_MOST_METRICS = 1000
_PATIENCE = 5.0  # seconds of CPU time for the patterns on one line

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"  # colours, links
_TABBED = rf"({TABBED_NAME})\t([^\t]{{1,1000}})"


class Reading:
    """What has been found in an output.

    `result` is what the first result line says, or why it cannot be read; `aclib` tells whether
    it is in AClib 2's form, which has no seed, and `repeated` whether there is a second one.
    `metrics` are texts by name, the last of each; `status` is the first that a pattern of the
    job's `statuses` found. `stuck` says which pattern took too long; what follows is not read.
    """

    def __init__(self) -> None:
        self.result: Result | ResultLineError | None = None
        self.aclib = False
        self.repeated = False
        self.metrics: dict[str, str] = {}
        self.status: Status | None = None
        self.stuck = ""


def read_log(job: Job, log: Path) -> Reading:
    """Read what a target printed; memory does not grow with the length of the output."""
    reading = Reading()
    with Patience(_PATIENCE) as patience:
        try:
            _read_lines(job, log, reading, patience)
        except StuckError:
            number, name = patience.step
            reading.stuck = f"the search for '{name}' in line {number} of the output takes too long"
    return reading


def _read_lines(job: Job, log: Path, reading: Reading, patience: Patience) -> None:
    patterns = {n: source for n, source in job.metrics.items() if isinstance(source, re.Pattern)}
    places = {n: source for n, source in job.metrics.items() if isinstance(source, JsonPlace)}
    named = {job.quality, job.runtime}
    for number, line in enumerate(_lines(log), start=1):
        patience.step = number, "a result"
        if is_result_line(line):
            _add_result(reading, line)
        tabbed = re.fullmatch(_TABBED, line.strip()) if "\t" in line else None
        if tabbed and tabbed[2].isprintable():
            name = tabbed[1]
            if name in named or name in reading.metrics or len(reading.metrics) < _MOST_METRICS:
                reading.metrics[name] = tabbed[2].strip()
        for name, pattern in patterns.items():
            patience.step = number, name
            if match := pattern.search(line):
                reading.metrics[name] = match[1] or ""
        if reading.status is None:
            patience.step = number, "statuses"
            found = (status for status, p in job.statuses.items() if p.search(line))
            reading.status = next(found, None)
        if places and not job.json and line.strip().startswith("{"):
            reading.metrics |= _at_places(line, places)


def read_json(job: Job, file: Path) -> dict[str, str]:
    """The metrics of a job that are places in a JSON file; none if it is not JSON."""
    places = {n: source for n, source in job.metrics.items() if isinstance(source, JsonPlace)}
    return _at_places(file.read_bytes(), places)


def _at_places(text: str | bytes, places: Mapping[str, JsonPlace]) -> dict[str, str]:
    import json  # few jobs need it

    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found = {name: place.find(document) for name, place in places.items()}
    return {name: value for name, value in found.items() if value is not None}


def _add_result(reading: Reading, line: str) -> None:
    aclib = "{" in line
    try:
        result: Result | ResultLineError = parse_result_line(line)
    except ResultLineError as error:
        result = error
    if reading.result is None:
        reading.result, reading.aclib = result, aclib
    elif aclib == reading.aclib or not _same(reading.result, result):
        reading.repeated = True


def _same(one: Result | ResultLineError, other: Result | ResultLineError) -> bool:
    """Whether AClib 2's form and SMAC's say the same; some wrappers print both."""
    if not (isinstance(one, Result) and isinstance(other, Result)):
        return False
    same_status = (one.status.decided, one.status.failed) == (
        other.status.decided,
        other.status.failed,
    )
    return same_status and (one.runtime, one.quality) == (other.runtime, other.quality)


def _lines(log: Path) -> Iterator[str]:
    # UTF-16 shows as zeros between the letters of its ASCII part.
    with log.open(encoding="utf-8", errors="replace") as text:
        while line := text.readline(_LONGEST_LINE):
            line = line.replace("\0", "")
            yield re.sub(_ESCAPES, "", line) if "\x1b" in line else line

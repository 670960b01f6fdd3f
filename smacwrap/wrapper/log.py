"""What a target's output says: result lines, metrics, JSON objects and statuses, in one pass."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smacwrap.protocol import ResultLines, Status
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.pattern_timeout import Patience, StuckError
from smacwrap.wrapper.sources import TABBED_NAME, JsonPlace

# An output may be endless, and hard for a pattern: what is kept and done is bounded.
_LONGEST_LINE = 1 << 20  # characters; a longer one is read in pieces
_MOST_METRICS = 1000
_PATIENCE = 5.0  # seconds of CPU time for the patterns on one line

_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"  # colours, links
_TABBED = rf"({TABBED_NAME})\t([^\t]{{1,1000}})"


class Reading:
    """What has been found in an output.

    `answer` is what its result lines say. `metrics` are texts by name, the last of each; `cut`
    are those that end in front of a comma and a digit, with these. `status` is the first that a
    pattern of the job's `statuses` found. `stuck` says which pattern took too long; what follows
    is not read.
    """

    def __init__(self, seed: int) -> None:
        self.answer = ResultLines(seed)
        self.metrics: dict[str, str] = {}
        self.cut: dict[str, str] = {}
        self.status: Status | None = None
        self.stuck = ""


def read_log(job: Job, log: Path, seed: int) -> Reading:
    """Read what a target printed; memory does not grow with the length of the output.

    Args:
        job: how to read it.
        log: the output.
        seed: the one that the target was given.
    """
    reading = Reading(seed)
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
        reading.answer.add(line)
        tabbed = re.fullmatch(_TABBED, line.strip()) if "\t" in line else None
        if tabbed and tabbed[2].isprintable():
            name = tabbed[1]
            if name in named or name in reading.metrics or len(reading.metrics) < _MOST_METRICS:
                reading.metrics[name] = tabbed[2].strip()
        for name, pattern in patterns.items():
            patience.step = number, name
            if match := pattern.search(line):
                reading.metrics[name] = match[1] or ""
                reading.cut.pop(name, None)
                if re.fullmatch(r"[-+]?\d+", reading.metrics[name]):
                    # Of a list, such as 3,4,5, the first may be meant.
                    rest = re.match(r",\d+(?!\d*,)", line[match.end(1) :])
                    reading.cut |= {name: reading.metrics[name] + rest[0]} if rest else {}
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


def _lines(log: Path) -> Iterator[str]:
    # UTF-16 shows as zeros between the letters of its ASCII part.
    with log.open(encoding="utf-8", errors="replace") as text:
        while line := text.readline(_LONGEST_LINE):
            line = line.replace("\0", "")
            yield re.sub(_ESCAPES, "", line) if "\x1b" in line else line

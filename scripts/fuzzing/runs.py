"""Runs inputs through a reader: how long each takes, which fail, and the least that fails."""

import contextlib
import os
import resource
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from fuzzing.targets import ROOT, Format

_PACKAGE = ROOT / "smacwrap"

_MEMORY = 6 * 2**30
"""Bytes of address space: a reader that wants more fails with a MemoryError."""

_SECONDS = 1.0
_SECONDS_PER_LINE = 0.0002
"""What a file of many lines may take for each that is not blank."""

_KILLED_AFTER = 10
_GROWTH = 64 * 2**20
_GROWTH_PER_BYTE = 150
_REDUCING_SECONDS = 20.0


class TooSlowError(BaseException):
    """Raised by a timer inside of a reader. No Exception, lest the reader handles it."""


@dataclass(frozen=True)
class Failure:
    """An input that a reader failed at, the place where, and what it raised or took."""

    format: str
    place: str
    reason: str
    data: bytes


@dataclass
class Report:
    """What came of some inputs. `slowest` is in seconds of CPU time, `slowest_bytes` its input's
    size, `growth` the largest growth of the peak memory by one input, in bytes."""

    inputs: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    slowest_bytes: int = 0
    growth: int = 0
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        """Counts the other's inputs in."""
        if other.slowest > self.slowest:
            self.slowest, self.slowest_bytes = other.slowest, other.slowest_bytes
        self.inputs += other.inputs
        self.seconds += other.seconds
        self.growth = max(self.growth, other.growth)
        known = {(failure.format, failure.place) for failure in self.failures}
        self.failures += [f for f in other.failures if (f.format, f.place) not in known]


def run_inputs(name: str, form: Format, inputs: Iterable[bytes]) -> Report:
    """Reads each input in a folder of its own; of failures at one place only the first is kept."""
    report = Report()
    before = Path.cwd()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    handler = signal.signal(signal.SIGPROF, _stop)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, limits[1]))
            os.chdir(folder)
            # Scenarios name it.
            Path("params.pcs").write_text("x [0, 1] [0]\n")
            # What the reader imports is not the first input's fault.
            _failure(form, form.corpus()[0], 60)
            for data in inputs:
                report.add(_run(name, form, data))
        finally:
            os.chdir(before)
            resource.setrlimit(resource.RLIMIT_AS, limits)
            signal.signal(signal.SIGPROF, handler)
    return report


def _run(name: str, form: Format, data: bytes) -> Report:
    allowed = _SECONDS + _SECONDS_PER_LINE * sum(map(bool, map(bytes.strip, data.splitlines())))
    failed, seconds, growth = _measured(form, data, allowed)
    if failed is None and seconds > allowed:
        # A machine that was busy is not the reader's fault.
        failed, seconds, growth = _measured(form, data, allowed)
    if failed is None and seconds > allowed:
        failed = "time", f"took {seconds:.1f} s"
    if failed is None and growth > _GROWTH + _GROWTH_PER_BYTE * len(data):
        failed = "memory", f"took {growth / 2**20:.0f} MiB"
    failures = [Failure(name, *failed, data)] if failed else []
    return Report(1, seconds, seconds, len(data), growth, failures)


def _measured(
    form: Format, data: bytes, allowed: float
) -> tuple[tuple[str, str] | None, float, int]:
    """Reads an input: its failure if any, the seconds and the bytes of memory that it took."""
    memory = _reset_peak()
    start = time.process_time()
    failed = _failure(form, data, _KILLED_AFTER * allowed)
    return failed, time.process_time() - start, _peak() - memory


def _failure(form: Format, data: bytes, seconds: float) -> tuple[str, str] | None:
    """The place and the reason of a failure, or None."""
    path = Path("input")
    path.write_bytes(data)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        form.read(data, path)
    except form.errors as error:
        # People are to see it: that must work too.
        str(error).encode(errors="surrogateescape")
    except Exception as error:
        return _place(error), f"{type(error).__name__}: {error}"[:200]
    except TooSlowError as error:
        return _place(error), f"takes more than {seconds:.0f} s"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return None


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooSlowError


def _place(error: BaseException) -> str:
    """Where in smacwrap the error came from; for one that was too slow, roughly."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    frame = (ours or frames)[-1]
    return frame.name if isinstance(error, TooSlowError) else f"{frame.name}:{frame.lineno}"


def _reset_peak() -> int:
    """Has the system forget the peak of this process's memory, on Linux; returns the memory."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _peak()


def _peak() -> int:
    """The peak of this process's memory in bytes; without Linux, never reset."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def reduced(failure: Failure, form: Format) -> bytes:
    """The least of an input that fails at the same place: ddmin, for some seconds."""
    end = time.monotonic() + _REDUCING_SECONDS

    def fails(data: bytes) -> bool:
        report = run_inputs(failure.format, form, [data])
        return any(other.place == failure.place for other in report.failures)

    return minimise(failure.data, fails, lambda: time.monotonic() > end)


def minimise(data: bytes, fails: Callable[[bytes], bool], late: Callable[[], bool]) -> bytes:
    """Takes pieces, smaller and smaller ones, out of `data` as long as it fails without them."""
    pieces = 2
    while len(data) > 1 and not late():
        length = -(-len(data) // pieces)
        for start in range(0, len(data), length):
            shorter = data[:start] + data[start + length :]
            if late() or fails(shorter):
                break
        else:
            if length == 1:
                break
            pieces = min(len(data), pieces * 2)
            continue
        if late():
            break
        data = shorter
        pieces = max(2, pieces - 1)
    return data

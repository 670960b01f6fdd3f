"""A wrapper as a process: the signals that ask it to end, and what it prints."""

import contextlib
import os
import signal
import sys
from types import FrameType

from smacwrap.executors import processes
from smacwrap.protocol import CallString, Result, format_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_STANDARD_ERROR = 2


class StoppedError(BaseException):
    """A signal asked the wrapper to end; the message is its name."""


def catch_stop_signals() -> "dict[signal.Signals, Any]":
    """Raise `StoppedError` at the first signal that asks the process to end; ignore later ones.

    Returns:
        The handlers of before.
    """
    return {number: signal.signal(number, _stop) for number in processes.heeded_stop_signals()}


def ignore_stop_signals() -> None:
    """Have the process go on whatever asks it to end."""
    for number in processes.STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, frame: FrameType | None) -> None:
    ignore_stop_signals()
    raise StoppedError(signal.Signals(number).name)


def echo(output: bytes) -> None:
    """Show people what a target prints; SMAC does not read the standard error."""
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.flush()
    _write(_STANDARD_ERROR, output)


def write_answer(output: int, call: CallString, result: Result) -> None:
    """Write the result line to a file descriptor, in every form that the call asks for."""
    # Arguments may hold bytes that are no UTF-8; Python has them as lone surrogates.
    _write(output, format_answer(result, aclib=call.aclib).encode("utf-8", "backslashreplace"))


def _write(descriptor: int, data: bytes) -> None:
    with contextlib.suppress(BrokenPipeError):  # a run is the same if nobody listens
        while data:
            data = data[os.write(descriptor, data) :]

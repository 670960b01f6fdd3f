"""A wrapper as a process: the signals that ask it to end, and what it prints."""

import contextlib
import os
import signal
import sys
from types import FrameType

from smacwrap.processes import control
from smacwrap.protocol import CallString, Result, format_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_STANDARD_ERROR = 2
_SOON = 0.01  # seconds
_PATIENCE = 1.0  # seconds in which somebody reads the standard error


class StoppedError(BaseException):
    """A signal asked the wrapper to end; the message is its name."""


_lost: list[StoppedError] = []


def catch_stop_signals() -> "dict[signal.Signals, Any]":
    """Raise `StoppedError` at the first signal that asks the process to end; ignore later ones.

    Returns:
        The handlers of before.
    """
    sys.unraisablehook = _stop_soon
    return {number: signal.signal(number, _stop) for number in control.heeded_stop_signals()}


def ignore_stop_signals() -> None:
    """Have the process go on whatever asks it to end."""
    if signal.getsignal(signal.SIGALRM) is _stop_late:
        signal.setitimer(signal.ITIMER_REAL, 0)
    for number in control.stop_signals():
        # Python complains of a second signal of the same moment where SIG_IGN takes its handler.
        signal.signal(number, lambda number, frame: None)


def _stop(number: int, frame: FrameType | None) -> None:
    ignore_stop_signals()
    raise StoppedError(signal.Signals(number).name)


def _stop_soon(unraisable: "sys.UnraisableHookArgs") -> None:
    """Raise a `StoppedError` again that came where Python drops what is raised, as in `__del__`."""
    error = unraisable.exc_value
    if not isinstance(error, StoppedError):
        sys.__unraisablehook__(unraisable)
        return

    _lost.append(error)
    signal.signal(signal.SIGALRM, _stop_late)
    signal.setitimer(signal.ITIMER_REAL, _SOON)


def _stop_late(number: int, frame: FrameType | None) -> None:
    raise _lost.pop()


def echo(output: bytes) -> None:
    """Show people what a target prints; SMAC does not read the standard error."""
    with contextlib.suppress(OSError):  # a run is the same if nobody can read it
        sys.stderr.flush()
        _write(_STANDARD_ERROR, output, _PATIENCE)


def write_answer(output: int, call: CallString, result: Result) -> None:
    """Write the result line to a file descriptor, in every form that the call asks for."""
    write_text(output, format_answer(result, aclib=call.aclib))


def write_text(output: int, answer: str) -> None:
    """Write an answer to a file descriptor."""
    with contextlib.suppress(BrokenPipeError):  # a run is the same if nobody listens
        # Arguments may hold bytes that are no UTF-8; Python has them as lone surrogates.
        _write(output, answer.encode("utf-8", "backslashreplace"))


def _write(descriptor: int, data: bytes, patience: float | None = None) -> None:
    """Write all of `data`, also to a descriptor that does not block.

    Raises:
        OSError: it cannot be written, or not within `patience` seconds.
    """
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:
            if not control.writable(descriptor, patience):
                raise

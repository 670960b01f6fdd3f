"""The signals that ask a launch, or a worker, to end: Ctrl-C, kill, a batch job's end."""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from smacwrap.errors import UserError, did_you_mean
from smacwrap.processes import control

_Handlers = dict[signal.Signals, object]

_UNFIT = {
    **dict.fromkeys(("KILL", "STOP"), "no process can take it"),
    **dict.fromkeys(("ALRM", "CHLD", "CLD", "CONT", "PIPE"), "smacwrap uses it itself"),
    **dict.fromkeys(("ABRT", "BUS", "FPE", "ILL", "IOT", "SEGV", "SYS", "TRAP"), "it is an error"),
}
"""Signals that cannot ask to end, and why."""


def heed_too(names: Iterable[str]) -> None:
    """From now on take more signals as a request to end, here and in all processes started here.

    Args:
        names: such as `XCPU` or `SIGXCPU`.

    Raises:
        UserError: there is no such signal, or it cannot be taken.
    """
    found = []
    known = [name.removeprefix("SIG") for name in signal.Signals.__members__]
    for name in names:
        short = name.upper().removeprefix("SIG")
        if short not in known:
            hint = did_you_mean(short, known)
            raise UserError(f"--stop-signal: no signal has the name '{name}'{hint}")
        if reason := _UNFIT.get(short):
            raise UserError(f"--stop-signal: {short} cannot stop a launch: {reason}")
        found.append(f"SIG{short}")
    if found:
        os.environ[control.STOP_VARIABLE] = " ".join(found)


def listen(on_signal: Callable[[], None]) -> _Handlers:
    """From now on have the signals call a function and nothing else; what they did before."""
    return {
        number: signal.signal(number, lambda *_: on_signal())
        for number in control.heeded_stop_signals()
    }


@contextmanager
def listening(on_signal: Callable[[], None]) -> Iterator[None]:
    """For a while have the signals call a function and nothing else."""
    before = listen(on_signal)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

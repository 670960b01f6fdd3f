"""The signals that ask a launch, or a worker, to end: Ctrl-C, kill, a closed terminal."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from smacwrap.executors import processes

_Handlers = dict[signal.Signals, object]


def listen(on_signal: Callable[[], None]) -> _Handlers:
    """From now on have the signals call a function and nothing else; what they did before."""
    return {
        number: signal.signal(number, lambda *_: on_signal())
        for number in processes.heeded_stop_signals()
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

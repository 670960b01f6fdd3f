"""The runs that a worker has in the air: each waits for its target in a thread of its own."""

import contextlib
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from smacwrap.engines import Suggestion
from smacwrap.protocol import CallString
from smacwrap.worker.target import Answer, Stopped

_LOOK = 0.5  # seconds


@dataclass(frozen=True)
class Flight:
    """A run that was started: what to run, by which call, and its number.

    `slot` is its place among those of its worker, from 0; `start` is ISO 8601.
    """

    suggestion: Suggestion
    call: CallString
    number: int
    slot: int
    start: str


class Flights:
    """Up to so many runs at once.

    A thread does nothing but wait for its target: whatever is decided or written is done by who
    takes what has landed.

    Args:
        slots: how many.
        answer: gives the answer of a target, after a pause in seconds; raises Stopped.
    """

    def __init__(self, slots: int, answer: Callable[[Flight, float], Answer]) -> None:
        self._answer = answer
        self._free = list(range(slots))
        self._landed: queue.SimpleQueue[tuple[Flight, Answer | BaseException]] = queue.SimpleQueue()
        self._flying: dict[int, tuple[Flight, threading.Thread]] = {}

    def __len__(self) -> int:
        return len(self._flying)

    @property
    def has_room(self) -> bool:
        """Whether one more can start."""
        return bool(self._free)

    @property
    def suggestions(self) -> list[Suggestion]:
        """What is running."""
        return [flight.suggestion for flight, _ in self._flying.values()]

    @property
    def free_slot(self) -> int:
        """The slot of the next."""
        return min(self._free)

    def start(self, flight: Flight, pause: float = 0.0) -> None:
        """Start a run in its slot, which is free."""
        thread = threading.Thread(target=self._fly, args=(flight, pause))
        self._free.remove(flight.slot)
        self._flying[flight.slot] = (flight, thread)
        thread.start()

    def _fly(self, flight: Flight, pause: float) -> None:
        try:
            self._landed.put((flight, self._answer(flight, pause)))
        except BaseException as error:
            self._landed.put((flight, error))

    def wait(self) -> tuple[Flight, Answer | None]:
        """The next that lands, and its answer; None if it was stopped. Its slot is free then."""
        while True:
            # Signals are taken by this thread, whichever gets them: it must not wait for long.
            with contextlib.suppress(queue.Empty):
                flight, answer = self._landed.get(timeout=_LOOK)
                break
        _, thread = self._flying.pop(flight.slot)
        thread.join()
        self._free.append(flight.slot)
        if isinstance(answer, Stopped):
            return flight, None
        if isinstance(answer, BaseException):
            raise answer
        return flight, answer

    def join(self) -> None:
        """Wait until all have landed; what came of them is lost."""
        for _, thread in self._flying.values():
            thread.join()
        self._flying.clear()

"""Messages between a wrapper and the guard of its run: values of Python over a pipe."""

import marshal
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CANCEL, DONE = False, None  # orders, beside what a run is given
_LENGTH = 8  # bytes before each message that give its length


def send(pipe: int, message: "Any") -> None:
    """Write a message: numbers, texts, None, and tuples and dictionaries of them.

    Raises:
        BrokenPipeError: nobody reads any more.
    """
    data = marshal.dumps(message)
    data = len(data).to_bytes(_LENGTH, "big") + data
    while data:
        data = data[os.write(pipe, data) :]


def receive(pipe: int) -> "Any":
    """Read the next message, and wait for it.

    Raises:
        EOFError: nobody writes any more.
    """
    return marshal.loads(_read(pipe, int.from_bytes(_read(pipe, _LENGTH), "big")))


def _read(pipe: int, size: int) -> bytes:
    data = b""
    while len(data) < size:
        new = os.read(pipe, size - len(data))
        if not new:
            raise EOFError
        data += new
    return data

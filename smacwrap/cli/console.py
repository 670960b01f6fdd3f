"""The console that commands print on."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TextIO, cast

from rich.console import Console


def plain_console(*, lasting: bool = False) -> Console:
    """A console on standard output; in a file or a pipe no line is broken or cut.

    Args:
        lasting: where it cannot be written (a closed terminal, a broken pipe, a full disk), what
            is printed is lost, and no reason to end.
    """
    file = cast(IO[str], _Lasting(sys.stdout)) if lasting else sys.stdout
    console = Console(file=file, highlight=False)
    if not console.is_terminal:
        console.width = 1000
    return console


class _Lasting:
    """A text file that takes everything, written or not: a launch outlives its terminal."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with self._surviving():
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with self._surviving():
            self._file.flush()

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    @contextmanager
    def _surviving(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in (errno.EPIPE, errno.EIO):  # gone for good
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._file.fileno())
                os.close(nowhere)

"""A file that grows by whole pieces: one that cannot be written as a whole leaves no trace."""

import os
from contextlib import suppress
from pathlib import Path

from smacwrap.errors import Problem, UserError

_TAIL = 64  # bytes by which what was written last is known again


class OverwrittenError(UserError):
    """Somebody else wrote to a file that one process appends to, or cut it off."""


class AppendedFile:
    """A file to which one process appends, and which others read meanwhile.

    It is opened for each piece and closed again: on a network file system, that is what makes
    others see it.

    Args:
        path: the file; it is created if need be.
        size: how much of it is whole, in bytes; what follows is cut off when something is appended.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._tail = b""

    def append(self, piece: bytes, *, durable: bool = False) -> None:
        """Append a piece.

        Args:
            durable: wait until it is on disk, so that it survives a power failure.

        Raises:
            OSError: it cannot be written; what the file had before is as it was.
            OverwrittenError: somebody else wrote to the file; nothing is changed.
        """
        with self._path.open("ab+", buffering=0) as file:
            found = os.fstat(file.fileno()).st_size
            if found < self._size:
                message = f"has {found} bytes of the {self._size} that were written to it"
                raise OverwrittenError(Problem(message, self._path))
            if os.pread(file.fileno(), len(self._tail), self._size - len(self._tail)) != self._tail:
                message = "was written to by another process"
                raise OverwrittenError(Problem(message, self._path))
            if found > self._size:  # half a piece, which a crash or a full disk left
                file.truncate(self._size)
            try:
                rest = piece
                while rest:
                    rest = rest[file.write(rest) :]
                if durable:
                    os.fsync(file.fileno())
            except OSError:
                with suppress(OSError):
                    file.truncate(self._size)
                raise
        self._size += len(piece)
        self._tail = (self._tail + piece)[-_TAIL:]

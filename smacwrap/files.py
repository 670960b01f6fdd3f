"""Files that readers see whole or not at all."""

import os
from pathlib import Path

from smacwrap.errors import Problem, UserError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


def read_at_most(path: Path, most: int) -> bytes:
    """The content of a file that should not be large; a device that never ends is not read on.

    Args:
        path: the file.
        most: how many bytes it may have.

    Raises:
        OSError: it cannot be read.
        UserError: it has more bytes.
    """
    with path.open("rb") as file:
        return read_stream(file, most, path)


def read_stream(file: "BinaryIO", most: int, name: Path | str) -> bytes:
    """The rest of an open file that should not be large; `name` is for messages.

    Raises:
        OSError: it cannot be read.
        UserError: it has more than `most` bytes.
    """
    content = file.read(most + 1)
    if len(content) > most:
        raise UserError(Problem(f"more than {most:,} bytes: is it the right file?", name))
    return content


def replace_text(path: Path, text: str, *, durable: bool = True) -> None:
    """Write a file in one step: until it is complete, the old one stays.

    Args:
        path: the file.
        text: its new content.
        durable: wait until it is on disk, so that it survives a power failure too.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise

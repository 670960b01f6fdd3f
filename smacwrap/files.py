"""Files that readers see whole or not at all."""

import os
from pathlib import Path


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

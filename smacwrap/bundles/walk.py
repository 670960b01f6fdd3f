"""Walks through folders, links followed: files, folders, and what is neither."""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from smacwrap.frozen import Frozen

_KINDS = {stat.S_IFSOCK: "a socket", stat.S_IFIFO: "a FIFO"}


class Entry(Frozen):
    """What a walk comes by: its name below the folder where the walk began, and its path.

    `strange` says what it is if it is neither a file nor a folder; such an entry has no `status`.
    """

    name: str
    path: Path
    status: os.stat_result | None
    strange: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, or a link to one."""
        return self.status is not None and stat.S_ISDIR(self.status.st_mode)


def walk(top: Path, enter: Callable[[Path], bool] = lambda folder: True) -> Iterator[Entry]:
    """Everything in a folder, folders before what is in them; what vanishes meanwhile is left out.

    Args:
        top: the folder.
        enter: says whether a folder, and all that is in it, is wanted.

    Raises:
        OSError: `top` is no folder, or something cannot be read.
    """
    real = Path(os.path.realpath(top))
    around = tuple(_identity(folder.stat()) for folder in (real, *real.parents))
    waiting = [(str(top), "", around)]
    for folder, prefix, above in waiting:  # which grows
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except FileNotFoundError:
            if not prefix:
                raise
            continue
        for found_entry in entries:
            entry = _look_at(found_entry, prefix)
            if entry is None:
                continue
            if entry.is_folder and entry.status:
                identity = _identity(entry.status)
                if identity in above:
                    entry = Entry(entry.name, entry.path, None, "a link to a folder around it")
                elif not enter(entry.path):
                    continue
                else:
                    waiting.append((found_entry.path, f"{entry.name}/", (*above, identity)))
            yield entry


def look_at(path: Path) -> Entry:
    """The entry of a single file or folder, under its own name.

    Raises:
        OSError: there is none, or it may not be looked at.
    """
    return _entry(path.name, path, path.stat())


def _look_at(found: "os.DirEntry[str]", prefix: str) -> Entry | None:
    name, path = prefix + found.name, Path(found.path)
    try:
        return _entry(name, path, found.stat())
    except OSError as error:
        if found.is_symlink():
            return Entry(name, path, None, "a link that leads nowhere")
        if isinstance(error, FileNotFoundError):
            return None
        raise


def _entry(name: str, path: Path, status: os.stat_result) -> Entry:
    if stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode):
        return Entry(name, path, status)
    return Entry(name, path, None, _KINDS.get(stat.S_IFMT(status.st_mode), "a device"))


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino

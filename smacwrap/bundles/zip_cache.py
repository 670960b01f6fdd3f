"""Zips of inputs that several runs share: made by the first one, linked or named by the others."""

import contextlib
import os
from pathlib import Path

from smacwrap.bundles.copying import copy_file


def store_zip(folder: Path, made: Path) -> bool:
    """Make the zip `made` of what is in `folder`, unless it exists or another process makes it.

    The file that is being written is also the lock: it is renamed when it is whole, and the
    kernel unlocks it if its writer dies.

    Returns:
        Whether this process made it.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    part = made.with_suffix(".part")
    while not made.exists():
        import fcntl  # only the first run needs it

        made.parent.mkdir(mode=0o700, exist_ok=True)
        with part.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_at(lock.fileno(), part):
                continue  # who had it before is done, or gave up
            try:
                _pack(folder, part)
                os.fsync(lock.fileno())
                part.chmod(0o400)
                part.replace(made)
            except BaseException:
                part.unlink(missing_ok=True)
                with contextlib.suppress(OSError):
                    made.parent.rmdir()  # if it is a new cache
                raise
        return True
    return False


def _pack(folder: Path, path: Path) -> None:
    from smacwrap.bundles.bundle import write_zip  # loads zipfile, which takes 5 ms

    write_zip(folder, path)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def forget_old(cache: Path, pattern: str, keep: int) -> None:
    """Remove all but the newest files of a cache; bundles that are links keep their content."""
    with contextlib.suppress(FileNotFoundError):  # another process does the same
        files = sorted(cache.glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[keep:]:
            path.unlink()


def link_zip(made: Path, bundle: Path) -> bool:
    """Make `bundle` a link to a zip, or a copy; False if the zip was forgotten meanwhile.

    Raises:
        OSError: there can be neither.
    """
    try:
        bundle.hardlink_to(made)
    except FileNotFoundError:
        return False
    except FileExistsError:
        raise
    except OSError:  # a file system without links
        part = bundle.with_suffix(".part")
        try:
            copy_file(made, part)
            part.replace(bundle)
        finally:
            part.unlink(missing_ok=True)
    return True

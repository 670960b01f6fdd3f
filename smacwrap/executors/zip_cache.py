"""Zips of inputs that several runs share: made by the first one, linked by the others."""

import contextlib
import os
from pathlib import Path

from smacwrap.executors.copying import copy_file

_KEPT = 4  # zips for later runs: of other inputs, or of earlier contents


def link_zip(folder: Path, key: str, cache: Path, bundle: Path) -> None:
    """Make `bundle` a link to the zip that `cache` keeps for `key`: of what is in `folder`.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    while not _is_linked(_packed_once(folder, key, cache), bundle):
        pass


def _packed_once(folder: Path, key: str, cache: Path) -> Path:
    """The zip in `cache` for `key`, made now unless it exists or another process makes it.

    The file that is being written is also the lock: it is renamed when it is whole, and the
    kernel unlocks it if its writer dies.
    """
    made = cache / f"{key}.zip"
    part = cache / f"{key}.part"
    while not made.exists():
        import fcntl  # only the first run needs it

        cache.mkdir(mode=0o700, exist_ok=True)
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
                    cache.rmdir()
                raise
        _forget_old(cache)
    return made


def _pack(folder: Path, path: Path) -> None:
    from smacwrap.executors.bundle import write_zip  # loads zipfile, which takes 5 ms

    write_zip(folder, path)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _forget_old(cache: Path) -> None:
    # Bundles that are links to a zip keep its content.
    with contextlib.suppress(FileNotFoundError):  # another process does the same
        zips = sorted(cache.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in zips[_KEPT:]:
            path.unlink()


def _is_linked(made: Path, bundle: Path) -> bool:
    """Make `bundle` a link to a zip, or a copy; False if the zip was forgotten meanwhile."""
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

"""A run's inputs: copied and packed, but only once as long as they stay the same."""

import contextlib
import fcntl
import os
import shutil
import stat
import time
import zlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import NoReturn

from smacwrap.executors.bundle import copy_file, pack, write_zip

_IGNORED = "__pycache__"
_WORTHWHILE = 1 << 17  # bytes from which on it is faster to look for a zip than to make one
_BLOCK = 1 << 12  # bytes that every file counts at least, for it is opened and closed
_KEPT = 4  # zips for later runs: of other inputs, or of earlier contents
_TICK = 100_000_000  # nanoseconds in which a file may change twice, by a file system's clock


class _ChangedError(Exception):
    """The inputs changed while they were copied."""


def pack_inputs(
    inputs: Collection[Path],
    folder: Path,
    bundle: Path,
    cache: Path,
    leave_out: Collection[str] = (),
) -> None:
    """Pack the contents of folders, and files under their own names, into the new zip `bundle`.

    Larger inputs are packed once: their zip is kept in `cache`, and the bundles of all runs with
    the same inputs are links to it. A bundle is therefore not to be written to, only replaced, as
    `smacwrap.executors.bundle.add` does.

    Args:
        inputs: folders and files.
        folder: an empty folder to copy the inputs to, if they are to be packed.
        bundle: in the same file system as `cache`.
        cache: the folder of zips, made when it is needed.
        leave_out: files that are not to be packed, by their names in the bundle.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    facts = _facts(inputs, leave_out)

    def build(path: Path) -> None:
        copy_inputs(inputs, folder, leave_out)
        if _facts(inputs, leave_out) != facts:
            raise _ChangedError
        write_zip(folder, path)

    if not _is_worth_keeping(facts):
        copy_inputs(inputs, folder, leave_out)
        pack(folder, bundle)
        return
    try:
        while not _is_linked(_packed_once(_key(facts), cache, build), bundle):
            pass
    except _ChangedError:
        pack(folder, bundle)


def copy_inputs(inputs: Collection[Path], folder: Path, leave_out: Collection[str] = ()) -> None:
    """Copy the contents of folders, and files under their own names, into `folder`.

    Files keep their permissions; folders do not, so that a run can write to all of them.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    for name, path in _members(inputs, leave_out):
        if path.is_dir():
            (folder / name).mkdir(exist_ok=True)
        else:
            shutil.copy2(path, folder / name)


def find_input(inputs: Collection[Path], name: str) -> Path | None:
    """The input that has `name` in the bundle, if any."""
    paths = [path / name if path.is_dir() else path for path in inputs]
    found = [path for path in paths if path.is_file() and path.parts[-1] == Path(name).name]
    return found[-1] if found else None


def _members(inputs: Collection[Path], leave_out: Collection[str]) -> Iterator[tuple[str, Path]]:
    """What is to be packed, folders before what is in them, with its name in the bundle."""
    for path in inputs:
        if not path.is_dir():
            yield path.name, path
            continue
        for parent, folders, files in os.walk(path, onerror=_raise, followlinks=True):
            folders[:] = sorted(name for name in folders if name != _IGNORED)
            inside = os.path.relpath(parent, path)
            for file in (*folders, *sorted(files)):
                name = file if inside == os.curdir else f"{inside}/{file}"
                if name not in leave_out:
                    yield name, Path(parent, file)


def _raise(error: OSError) -> NoReturn:
    raise error


_Facts = list[tuple[str, int, int, int, int, int]]
"""Of every file its name, mode, size, times of change and inode; zeros of a folder.

They tell a content from an earlier one without reading it.
"""


def _facts(inputs: Collection[Path], leave_out: Collection[str]) -> _Facts:
    facts = []
    for name, path in _members(inputs, leave_out):
        s = path.stat()
        if stat.S_ISDIR(s.st_mode):
            facts.append((name, 0, 0, 0, 0, 0))
        else:
            times = s.st_mtime_ns, s.st_ctime_ns
            facts.append((name, s.st_mode, s.st_size, *times, s.st_ino))
    return facts


def _is_worth_keeping(facts: _Facts) -> bool:
    # What changed just now may change again, and nobody could see it.
    return _size(facts) >= _WORTHWHILE and _newest(facts) < time.time_ns() - _TICK


def _key(facts: _Facts) -> str:
    """A name for what the facts are of.

    A checksum is enough beside the size and the time of the last change in nanoseconds; for a
    cryptographic one, a library would be loaded that takes longer than all the rest.
    """
    checksum = zlib.crc32(repr(facts).encode(errors="surrogateescape"))
    return f"{_newest(facts):x}-{_size(facts):x}-{checksum:08x}"


def _newest(facts: _Facts) -> int:
    return max((max(fact[3:5]) for fact in facts), default=0)


def _size(facts: _Facts) -> int:
    return sum(max(fact[2], _BLOCK) for fact in facts)


def _packed_once(key: str, cache: Path, build: Callable[[Path], None]) -> Path:
    """The zip in `cache` for `key`, built now unless it exists or another process builds it.

    The file that is being written is also the lock: it is renamed when it is whole, and the
    kernel unlocks it if its writer dies.
    """
    made = cache / f"{key}.zip"
    part = cache / f"{key}.part"
    while not made.exists():
        cache.mkdir(mode=0o700, exist_ok=True)
        with part.open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_at(lock.fileno(), part):
                continue  # who had it before is done, or gave up
            try:
                build(part)
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


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _forget_old(cache: Path) -> None:
    # Bundles that are links to a zip keep its content.
    zips = sorted(cache.glob("*.zip"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in zips[_KEPT:]:
        path.unlink(missing_ok=True)


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

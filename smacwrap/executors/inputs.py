"""A run's inputs: its own copy of them, and the bundle, which equal inputs of other runs share."""

import errno
import os
import stat
import time
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from smacwrap.executors.copying import copy_file
from smacwrap.executors.zip_cache import link_zip
from smacwrap.frozen import Frozen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# What running leaves in a folder. Each run would be packed with all that the last one packed.
_IGNORED = ("__pycache__", "smac-output", "smacwrap-runs")
_TICK = 100_000_000  # nanoseconds in which a file may change twice, by a file system's clock


class _Member(Frozen):
    """A file or folder among the inputs: its name in the bundle, and where it is.

    `facts` are mode, size, times of change and inode of a file, zeros of a folder: they tell a
    content from an earlier one without reading it.
    """

    name: str
    path: Path
    facts: tuple[int, int, int, int, int]


def prepare_inputs(
    inputs: Collection[Path],
    folder: Path,
    bundle: Path,
    cache: Path,
    leave_out: Collection[str] = (),
) -> None:
    """Copy the contents of folders, and files under their own names, to a folder and a zip.

    Equal inputs are packed once: their zip is kept in `cache`, and the bundles of all runs with
    the same inputs are links to it. A bundle is therefore not to be written to, only replaced, as
    `smacwrap.executors.bundle.add` does.

    Files keep their permissions but can be written to; a run can write to all folders, too.
    Folders named `__pycache__`, `smac-output` or `smacwrap-runs` are no inputs, nor is that of the
    bundle.

    Args:
        inputs: folders and files.
        folder: an empty folder, into which the inputs are copied.
        bundle: the zip to write, in the same file system as `cache`.
        cache: the folder of zips, made when it is needed.
        leave_out: files that are not inputs, by their names in the bundle.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    members = list(_members(inputs, leave_out, bundle.parent))
    for member in members:
        _copy(member, folder / member.name)
    settled = _newest(members) < time.time_ns() - _TICK
    if settled and members == list(_members(inputs, leave_out, bundle.parent)):
        link_zip(folder, _key(members), cache, bundle)
    else:
        # Somebody works on them, and may change them again before a clock could tell.
        from smacwrap.executors.bundle import pack

        pack(folder, bundle)


def find_input(inputs: Collection[Path], name: str) -> Path | None:
    """The input file that has `name` in the bundle, if any; of several the last, which stays."""
    found = None
    for path in inputs:
        source = path / name if path.is_dir() else path
        if (source is not path or path.name == str(PurePath(name))) and exists(source):
            found = source
    return found if found and found.is_file() else None


def exists(path: Path) -> bool:
    """Whether there is such a file or folder, as far as one may know."""
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False


def _members(inputs: Collection[Path], leave_out: Collection[str], runs: Path) -> Iterator[_Member]:
    """What there is, folders before what is in them."""
    for path in inputs:
        if not path.is_dir():
            yield _member(path.name, path)
            continue
        for parent, folders, files in os.walk(path, onerror=_raise, followlinks=True):
            folders[:] = sorted(name for name in folders if _is_input(Path(parent, name), runs))
            inside = os.path.relpath(parent, path)
            for file in (*folders, *sorted(files)):
                name = file if inside == os.curdir else f"{inside}/{file}"
                if name not in leave_out:
                    yield _member(name, Path(parent, file))


def _is_input(folder: Path, runs: Path) -> bool:
    is_runs = folder.name == runs.name and folder.samefile(runs)
    return folder.name not in _IGNORED and not is_runs


def _member(name: str, path: Path) -> _Member:
    s = path.stat()
    if stat.S_ISDIR(s.st_mode):
        return _Member(name, path, (0, 0, 0, 0, 0))
    return _Member(name, path, (s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino))


def _raise(error: OSError) -> "NoReturn":
    raise error


def _copy(member: _Member, target: Path) -> None:
    mode, _, modified, *_ = member.facts
    if not mode:
        target.mkdir(exist_ok=True)
        return
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "neither a file nor a folder", str(member.path))
    copy_file(member.path, target)
    target.chmod(stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR)
    os.utime(target, ns=(modified, modified))


def _key(members: Collection[_Member]) -> str:
    """A name for what the members hold.

    A checksum is enough beside the size and the time of the last change in nanoseconds; for a
    cryptographic one, a library would be loaded that takes longer than all the rest.
    """
    facts = [(member.name, *member.facts) for member in members]
    checksum = zlib.crc32(repr(facts).encode(errors="surrogateescape"))
    size = sum(member.facts[1] for member in members)
    return f"{_newest(members):x}-{size:x}-{checksum:08x}"


def _newest(members: Collection[_Member]) -> int:
    return max((max(member.facts[2:4]) for member in members), default=0)

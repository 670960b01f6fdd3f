"""A run's inputs: its own copy of them, what they hold, and the zip that equal inputs share."""

import contextlib
import os
import stat
import time
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path, PurePath

from smacwrap.bundles.copying import copy_file
from smacwrap.bundles.fingerprint import (
    Fingerprint,
    fingerprint_of,
    manifest_of,
    write_manifest,
)
from smacwrap.bundles.walk import Entry, look_at, walk
from smacwrap.bundles.zip_cache import forget_old, link_zip, store_zip
from smacwrap.frozen import Frozen
from smacwrap.processes.folders import remove_tree

# What running leaves in a folder. Each run would be packed with all that the last one packed.
_IGNORED = ("__pycache__", "smac-output", "smacwrap-runs")
_TICK = 100_000_000  # nanoseconds in which a file may change twice, by a file system's clock
_ATTEMPTS, _PAUSE = 3, 0.05  # copies of inputs that somebody works on, and seconds between them
_SMALL = 1 << 20  # bytes of inputs that every run can have in its own zip
_KEPT = 4  # zips and hashes for later runs: of other inputs, or of earlier contents
_EMPTY_ZIP = b"PK\5\6" + bytes(18)


class Inputs(Frozen):
    """What a run is to get.

    Attributes:
        paths: folders, whose contents are taken, and files, taken under their own names.
        filled: names of files that are filled in for each run: they count as inputs, but are
            neither copied nor packed.
        leave_out: names of files that are no inputs.
    """

    paths: Collection[Path]
    filled: Collection[str] = ()
    leave_out: Collection[str] = ()


class Prepared(Frozen):
    """Inputs that are in place: their hash (empty for none), and the zip that has them.

    `stored` is None where the run's own bundle has them. `strange` are names of what is neither a
    file nor a folder, and was left out, each with what it is.
    """

    hash: str
    stored: Path | None = None
    strange: tuple[tuple[str, str], ...] = ()


class Member(Frozen):
    """A file or folder among the inputs: its name in the bundle, and where it is.

    `facts` are mode, size, times of change and inode of a file, zeros of a folder: they tell a
    content from an earlier one without reading it.
    """

    name: str
    path: Path
    facts: tuple[int, int, int, int, int]

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return not self.facts[0]


class Listing(Frozen):
    """Inputs as they are now; `strange` as in `Prepared`."""

    members: tuple[Member, ...]
    strange: tuple[tuple[str, str], ...]


def prepare_inputs(inputs: Inputs, folder: Path, bundle: Path, cache: Path) -> Prepared:
    """Copy inputs into a run's folder, and see to it that a zip has them.

    Equal inputs are packed once. Small ones are in the bundle of every run, which begins as a link
    to the zip in `cache`; so it is not to be written to, only replaced, as `additions.add` does.
    Large ones stay in a zip beside the bundle, `inputs-<hash>.zip`, and the bundle begins empty.
    `inputs-<hash>.json` lists what they hold in either case.

    Files keep their permissions but can be written to; a run can write to all folders, too.
    Folders named `__pycache__`, `smac-output` or `smacwrap-runs` are no inputs, nor is that of the
    bundle. What is neither a file nor a folder (an editor's lock, a socket) is left out.

    Args:
        inputs: what to copy.
        folder: an empty folder, into which the inputs are copied.
        bundle: the zip to write, in the same file system as `cache`.
        cache: the folder of zips, made when it is needed.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    runs = bundle.parent
    listing, is_settled = _copy_all(inputs, folder, runs)
    members = listing.members
    if not members:
        bundle.write_bytes(_EMPTY_ZIP)
        return Prepared("", None, listing.strange)
    known = cache / f"{_key(members)}.hash" if is_settled else None
    hash_ = _recall(known)
    if not (hash_ and manifest_of(runs, hash_).exists()):
        fingerprint = _fingerprint(members, inputs.filled, folder)
        write_manifest(runs, fingerprint)
        hash_ = fingerprint.hash
        if known:
            _remember(known, hash_)
    size = sum(member.facts[1] for member in members if member.name not in inputs.filled)
    if size > _SMALL:
        stored = runs / f"inputs-{hash_}.zip"
        store_zip(folder, stored)
        bundle.write_bytes(_EMPTY_ZIP)
        return Prepared(hash_, stored, listing.strange)
    shared = cache / f"inputs-{hash_}.zip"
    while True:
        if store_zip(folder, shared):
            forget_old(cache, "*.zip", _KEPT)
        if link_zip(shared, bundle):
            return Prepared(hash_, None, listing.strange)


def fingerprint_now(inputs: Inputs, runs: Path) -> Fingerprint | None:
    """What the inputs of a run that started now would hold; None if there are none.

    Args:
        inputs: what a run is to get.
        runs: the folder of the runs.

    Raises:
        OSError: something cannot be read.
    """
    members = list_inputs(inputs, runs).members
    everything = [member.name for member in members]
    return _fingerprint(members, everything, Path()) if members else None


def list_inputs(inputs: Inputs, runs: Path) -> Listing:
    """What there is, folders before what is in them.

    Args:
        inputs: what a run is to get.
        runs: the folder of the runs, which is no input.

    Raises:
        OSError: something cannot be read.
    """
    members, strange = [], []
    for entry in _entries(inputs, runs):
        if entry.name in inputs.leave_out:
            continue
        if entry.status is None:
            strange.append((entry.name, entry.strange))
        else:
            members.append(Member(entry.name, entry.path, _facts(entry.status)))
    return Listing(tuple(members), tuple(strange))


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


def _copy_all(inputs: Inputs, folder: Path, runs: Path) -> tuple[Listing, bool]:
    """Copy what there is until nothing changes meanwhile, or often enough.

    An editor that saves a file may have it vanish for a moment.

    Returns:
        What was copied; and whether its facts are sure to tell it from any other content.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE)
            remove_tree(str(folder))
            folder.mkdir()
        try:
            listing = list_inputs(inputs, runs)
            for member in listing.members:
                if member.name not in inputs.filled:
                    _copy(member, folder / member.name)
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise
            continue
        if listing.members == list_inputs(inputs, runs).members:
            # What changed just now may change again before a clock could tell.
            return listing, _newest(listing.members) < time.time_ns() - _TICK
    return listing, False


def _entries(inputs: Inputs, runs: Path) -> Iterator[Entry]:
    def enter(folder: Path) -> bool:
        is_runs = folder.name == runs.name and folder.samefile(runs)
        return folder.name not in _IGNORED and not is_runs

    for path in inputs.paths:
        if path.is_dir():
            yield from walk(path, enter)
        elif path.name not in inputs.leave_out:
            yield look_at(path)


def _facts(s: os.stat_result) -> tuple[int, int, int, int, int]:
    if stat.S_ISDIR(s.st_mode):
        return (0, 0, 0, 0, 0)
    return (s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino)


def _copy(member: Member, target: Path) -> None:
    mode, _, modified, *_ = member.facts
    if not mode:
        target.mkdir(exist_ok=True)
        return
    copy_file(member.path, target)
    target.chmod(stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR)
    os.utime(target, ns=(modified, modified))


def _fingerprint(members: Collection[Member], filled: Collection[str], folder: Path) -> Fingerprint:
    """The fingerprint of members as they were copied, or for those to be filled in as they are."""
    files = []
    for member in members:
        mode = member.facts[0]
        copy = member.path if member.name in filled else folder / member.name
        files.append((member.name, copy if mode else None, bool(mode & stat.S_IXUSR)))
    return fingerprint_of(files)


def _recall(known: Path | None) -> str:
    if known:
        with contextlib.suppress(OSError, ValueError):
            return known.read_text()
    return ""


def _remember(known: Path, hash_: str) -> None:
    part = known.with_name(f"{known.name}.{os.getpid()}.part")
    with contextlib.suppress(OSError):  # it is found out again
        known.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            part.write_text(hash_)
            part.replace(known)
        finally:
            part.unlink(missing_ok=True)
        forget_old(known.parent, "*.hash", _KEPT)


def _key(members: Collection[Member]) -> str:
    """A name for what the members hold.

    A checksum is enough beside the size and the time of the last change in nanoseconds; for a
    cryptographic one, a library would be loaded that takes longer than all the rest.
    """
    facts = [(member.name, *member.facts) for member in members]
    checksum = zlib.crc32(repr(facts).encode(errors="surrogateescape"))
    size = sum(member.facts[1] for member in members)
    return f"{_newest(members):x}-{size:x}-{checksum:08x}"


def _newest(members: Collection[Member]) -> int:
    return max((max(member.facts[2:4]) for member in members), default=0)

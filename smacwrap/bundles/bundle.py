"""Bundles: the zip that carries a run's inputs to where it runs, and later all it left."""

import errno
import shutil
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from smacwrap.bundles.errors import BundleError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

# What zipfile raises for a damaged archive, or one that needs a password.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)

_MOST_MEMBERS = 1_000_000
_SAMPLE = 1 << 16  # bytes that tell whether a file can be compressed


def pack(folder: Path, bundle: Path) -> None:
    """Write everything in `folder` to the zip `bundle`, which appears only when it is whole.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    part = bundle.with_suffix(".part")
    try:
        write_zip(folder, part)
        part.replace(bundle)
    finally:
        part.unlink(missing_ok=True)


def write_zip(folder: Path, path: Path) -> None:
    """Write everything in `folder` to a new zip at `path`."""
    with _Zip(path, "w") as archive:
        for member in sorted(folder.rglob("*")):
            archive.add(member, str(member.relative_to(folder)))


def append(archive: Path, files: Mapping[str, Path], texts: Iterable[tuple[str, str]]) -> None:
    """Add files and texts, each with its name in the archive, to a zip that nobody reads yet.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    # A sparse file takes no disk until it is read.
    _require_space(archive.parent, sum(path.stat().st_size for path in files.values()))
    with _Zip(archive, "a") as zip_file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, path in files.items():
            zip_file.add(path, name)
        for name, text in texts:
            zip_file.writestr(name, text)


def unpack(bundle: Path, folder: Path) -> None:
    """Extract `bundle` into `folder`, with its permissions.

    Raises:
        BundleError: not a zip, or one that is not safe: a member would land outside of `folder`,
            or is a link, or there are more of them than any folder has.
        OSError: the disk is full, or too small for what the archive says it holds.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            members = archive.infolist()
            _check(bundle, members)
            # No member can be larger than it says: zipfile reads no more than that.
            _require_space(folder, sum(member.file_size for member in members))
            for member in members:
                extracted = archive.extract(member, folder)
                mode = member.external_attr >> 16
                if mode and not member.is_dir():
                    Path(extracted).chmod(mode & 0o777 | stat.S_IRUSR | stat.S_IWUSR)
    except _DAMAGED as error:
        raise BundleError(f"{bundle}: not a zip archive, or damaged: {error}") from None


def _check(bundle: Path, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MOST_MEMBERS:
        raise BundleError(f"{bundle}: {len(members):,} files, at most are {_MOST_MEMBERS:,}")
    for member in members:
        path = PurePosixPath(member.filename)
        if not path.name:
            raise BundleError(f"{bundle}: a file without a name")
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
            raise BundleError(f"{bundle}: '{member.filename}' leads out of the folder")
        if stat.S_ISLNK(member.external_attr >> 16):
            raise BundleError(f"{bundle}: '{member.filename}' is a link")


def _require_space(folder: Path, size: int) -> None:
    if size > shutil.disk_usage(folder).free:
        raise OSError(errno.ENOSPC, f"no space left for {size / 1e6:.1f} MB", str(folder))


class _Zip(zipfile.ZipFile):
    """A zip to write: fast, and with no objection to any file."""

    def __init__(self, path: Path, mode: 'Literal["w", "a"]') -> None:
        # Without strict_timestamps, a file that claims to be older than 1980 would stop the run.
        super().__init__(path, mode, zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False)

    def add(self, path: Path, name: str) -> None:
        """Add a file or folder; what cannot be made smaller is not compressed."""
        name = name.encode(errors="replace").decode()  # it may be no UTF-8
        self.write(path, name, None if _compresses(path) else zipfile.ZIP_STORED)


def _compresses(path: Path) -> bool:
    if not path.is_file():
        return True
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    return len(zlib.compress(sample, 1)) < 0.9 * len(sample)

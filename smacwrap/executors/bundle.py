"""Bundles: the zip that carries a run's inputs to where it runs, and later all it left."""

import os
import shutil
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Literal

# What zipfile raises for a damaged archive, or one that needs a password.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, ValueError)


class BundleError(Exception):
    """An archive that cannot be unpacked safely; the message names the member."""


def copy_inputs(inputs: Iterable[Path], folder: Path) -> None:
    """Copy the contents of folders, and files under their own names, into `folder`.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    for path in inputs:
        if path.is_dir():
            _copy_contents(path, folder)
        else:
            shutil.copy2(path, folder / path.name)


def _copy_contents(source: Path, folder: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    try:
        shutil.copytree(source, folder, dirs_exist_ok=True, ignore=ignored)
    except shutil.Error as error:
        # A list of all that went wrong, as (source, copy, reason); the first says enough.
        path, _, reason = error.args[0][0]
        raise OSError(f"cannot copy {path}: {reason}") from None
    # What is read-only for its owner could be neither added to nor removed.
    for path, _, _ in os.walk(folder):
        Path(path).chmod(Path(path).stat().st_mode | stat.S_IRWXU)


def pack(folder: Path, bundle: Path) -> None:
    """Write everything in `folder` to the zip `bundle`, which appears only when it is whole.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    part = bundle.with_suffix(".part")
    try:
        with _open_zip(part, "w") as archive:
            for path in sorted(folder.rglob("*")):
                archive.write(path, path.relative_to(folder))
        part.replace(bundle)
    finally:
        part.unlink(missing_ok=True)


def add(bundle: Path, files: Iterable[tuple[str, Path]], texts: Iterable[tuple[str, str]]) -> None:
    """Add files and texts, each with its name in the archive, to `bundle`: all of them or none.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    part = bundle.with_suffix(".part")
    try:
        shutil.copyfile(bundle, part)
        with _open_zip(part, "a") as archive, warnings.catch_warnings():
            # Where an input has the name of a file of ours, both stay; ours is the later one.
            warnings.filterwarnings("ignore", "Duplicate name")
            for name, path in dict(files).items():
                archive.write(path, name)
            for name, text in texts:
                archive.writestr(name, text)
        part.replace(bundle)
    finally:
        part.unlink(missing_ok=True)


def unpack(bundle: Path, folder: Path) -> None:
    """Extract `bundle` into `folder`, with its permissions.

    Raises:
        BundleError: not a zip, or a member that would land outside of `folder` or is a link.
        OSError: the disk is full.
    """
    try:
        with zipfile.ZipFile(bundle) as archive:
            for member in archive.infolist():
                path = PurePosixPath(member.filename)
                mode = member.external_attr >> 16
                if path.is_absolute() or ".." in path.parts or "\\" in member.filename:
                    raise BundleError(f"{bundle}: '{member.filename}' leads out of the folder")
                if stat.S_ISLNK(mode):
                    raise BundleError(f"{bundle}: '{member.filename}' is a link")
                extracted = archive.extract(member, folder)
                if mode and not member.is_dir():
                    Path(extracted).chmod(mode & 0o777 | stat.S_IRUSR | stat.S_IWUSR)
    except _DAMAGED as error:
        raise BundleError(f"{bundle}: not a zip archive, or damaged: {error}") from None


def _open_zip(path: Path, mode: Literal["w", "a"]) -> zipfile.ZipFile:
    # Without strict_timestamps, a file that claims to be older than 1980 would stop the run.
    return zipfile.ZipFile(
        path, mode, zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False
    )

"""Bundles: the zip that carries a run's inputs to where it runs, and later all it left."""

import shutil
import stat
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Literal


class BundleError(Exception):
    """An archive that cannot be unpacked safely; the message names the member."""


def copy_inputs(inputs: Iterable[Path], folder: Path) -> None:
    """Copy the contents of folders, and files under their own names, into `folder`.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    for path in inputs:
        if path.is_dir():
            shutil.copytree(
                path, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy2(path, folder / path.name)


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
        with _open_zip(part, "a") as archive:
            for name, path in files:
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
                    Path(extracted).chmod(stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR)
    except zipfile.BadZipFile as error:
        raise BundleError(f"{bundle}: not a zip archive: {error}") from None


def _open_zip(path: Path, mode: Literal["w", "a"]) -> zipfile.ZipFile:
    # Without strict_timestamps, a file that claims to be older than 1980 would stop the run.
    return zipfile.ZipFile(
        path, mode, zipfile.ZIP_DEFLATED, compresslevel=1, strict_timestamps=False
    )

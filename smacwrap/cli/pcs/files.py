"""Reads the files that authors name and writes them without ever losing one."""

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from smacwrap.errors import Problem, UserError
from smacwrap.files import read_at_most, read_stream
from smacwrap.lookup import unreadable
from smacwrap.pcs.lines import LARGEST_FILE
from smacwrap.pcs.reader import decode_pcs
from smacwrap.pcs.sources import Source, parse_source
from smacwrap.pcs.tree import Tree

STDIN = Path("-")

LARGEST_SCRIPT = 1_000_000
"""Bytes of a Python script: to parse one that is ten times as large takes gigabytes."""


def shown(path: Path) -> Path | str:
    """What messages call a file."""
    return "standard input" if path == STDIN else path


def read_bytes(path: Path, most: int = LARGEST_FILE) -> bytes:
    """The content of a file; of standard input for `-`.

    Raises:
        UserError: it cannot be read, or has more than `most` bytes.
    """
    try:
        if path == STDIN:
            return read_stream(sys.stdin.buffer, most, shown(path))
        return read_at_most(path, most)
    except (OSError, ValueError) as error:  # ValueError: a null in the name
        raise unreadable(path, error) from None


def decode(content: bytes, path: Path) -> str:
    """The text of a PCS file; bytes of comments that are not UTF-8 come back in `encode`.

    Raises:
        UserError: it is no text; with the line.
    """
    return decode_pcs(content, shown(path), "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes of what `decode` gave."""
    return text.encode(errors="surrogateescape")


def read_text(path: Path) -> str:
    """The text of a PCS file; of standard input for `-`.

    Raises:
        UserError: it cannot be read, is far too large, or no text.
    """
    return decode(read_bytes(path), path)


def read_tree(path: Path) -> Tree:
    """What a PCS file or ConfigSpace's JSON says; standard input for `-`.

    What of JSON a PCS file has no place for is a warning on standard error.

    Raises:
        UserError: it cannot be read, or has errors.
    """
    return warned(parse_source(read_text(path), shown(path)), path).tree


def warned(source: Source, path: Path) -> Source:
    """The same, once its warnings are on standard error."""
    for warning in source.warnings:
        click.echo(f"{shown(path)}: warning: {warning}", err=True)
    return source


def flags(settings: Mapping[str, str]) -> str:
    """`-name value …` for a shell."""
    return shlex.join(word for name, value in settings.items() for word in (f"-{name}", value))


def replace_file(path: Path, content: bytes) -> None:
    """Puts new content into an existing file, or into the one that a link points to.

    The file keeps its mode, and at any moment holds either the old content or the new.

    Raises:
        UserError: it cannot be written; the old content is still there.
    """
    target = Path(os.path.realpath(path))
    if not os.access(target, os.W_OK):
        raise UserError(Problem("cannot be written: it is read-only", path))
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            shutil.copymode(target, name)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise UserError(Problem(f"cannot be written: {_reason(error)}", path)) from None


def write_output(text: str, path: Path | None, *, force: bool) -> None:
    """Writes to a new file, or to standard output for None or `-`.

    Raises:
        UserError: the file exists and is not to be overwritten, or cannot be written.
    """
    content = encode(text)
    if path is None or path == STDIN:
        click.echo(content, nl=False)
        return
    if force and path.is_file():
        replace_file(path, content)
        return
    try:
        with path.open("wb" if force else "xb") as file:
            file.write(content)
    except FileExistsError:
        hint = "" if path.is_dir() else ": choose another name, or say --force"
        raise UserError(Problem(f"exists already{hint}", path)) from None
    except (OSError, ValueError) as error:
        raise UserError(Problem(f"cannot be written: {_reason(error)}", path)) from None


def _reason(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)

"""Adds to a bundle what a run left.

To load and use `zipfile` takes 5 ms of a short run's 42 (measured); so a log and some small files
are added without it, in the format of PKWARE's APPNOTE.TXT, section 4.3.
"""

import os
import struct
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from smacwrap.bundles.copying import copy_file
from smacwrap.frozen import Frozen

_SMALL = 1 << 20  # bytes of all files together
_MOST_MEMBERS, _LARGEST = 60_000, 1 << 31  # beyond that, the format has other records

# Of a member: version, flags, method, time, date, checksum, both sizes, lengths of names.
_FACTS = struct.Struct("<5H3L2H")
# In the directory: length of a comment, disk, two attributes, offset.
_PLACE = struct.Struct("<3H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _UTF_8 = 20, 1 << 11
_MADE_ON_UNIX = struct.pack("<H", 3 << 8 | _VERSION)
_STORED, _DEFLATED = 0, 8


class _Member(Frozen):
    name: str
    content: bytes
    mode: int
    time: float


def add(
    bundle: Path, files: Iterable[tuple[str, Path]], texts: Iterable[tuple[str, str]] = ()
) -> None:
    """Add files, empty folders and texts, each with its name in the archive: all of them or none.

    Where an input has the name of a file of ours, both stay; ours is the later one.

    Raises:
        OSError: something cannot be read, or the disk is full.
    """
    by_name, texts = dict(files), list(texts)
    small = sum(path.stat().st_size for path in by_name.values()) <= _SMALL
    part = bundle.with_suffix(".part")
    try:
        copy_file(bundle, part)
        if not (small and _append(part, _read(by_name.items(), texts))):
            from smacwrap.bundles.bundle import append

            append(part, by_name, texts)
        part.replace(bundle)
    finally:
        part.unlink(missing_ok=True)


def _read(files: Iterable[tuple[str, Path]], texts: Iterable[tuple[str, str]]) -> Iterator[_Member]:
    for name, path in files:
        facts, is_folder = path.stat(), path.is_dir()
        content = b"" if is_folder else path.read_bytes()
        yield _Member(f"{name}/" if is_folder else name, content, facts.st_mode, facts.st_mtime)
    for name, text in texts:
        yield _Member(name, text.encode(), 0o100600, time.time())


def _append(archive: Path, members: Iterable[_Member]) -> bool:
    """Add members to a zip; False, and nothing is done, if that takes more than the usual."""
    with archive.open("r+b") as file:
        file.seek(-_END.size, os.SEEK_END)
        signature, _, _, _, count, size, start, comment = _END.unpack(file.read())
        usual = signature == b"PK\5\6" and not comment
        if not usual or count > _MOST_MEMBERS or start + size > _LARGEST:
            return False
        file.seek(start)
        directory = [file.read(size)]
        file.seek(start)
        for member in members:
            name = member.name.encode(errors="replace")
            method, packed = _packed(member.content)
            sizes = zlib.crc32(member.content), len(packed), len(member.content)
            about = (_VERSION, _UTF_8, method, *_dos_time(member.time), *sizes, len(name), 0)
            facts = _FACTS.pack(*about)
            place = _PLACE.pack(0, 0, 0, member.mode << 16, file.tell())
            directory.append(b"PK\1\2" + _MADE_ON_UNIX + facts + place + name)
            file.write(b"PK\3\4" + facts + name + packed)
        count += len(directory) - 1
        start, content = file.tell(), b"".join(directory)
        file.write(content + _END.pack(b"PK\5\6", 0, 0, count, count, len(content), start, 0))
    return True


def _packed(content: bytes) -> tuple[int, bytes]:
    """The content as it takes least, and the number of the method."""
    compress = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = compress.compress(content) + compress.flush()
    return (_DEFLATED, packed) if len(packed) < len(content) else (_STORED, content)


def _dos_time(seconds: float) -> tuple[int, int]:
    """Time and date as a zip has them: local, in steps of two seconds, from 1980 to 2107."""
    year, month, day, hour, minute, second, *_ = time.localtime(seconds)
    if not 1980 <= year <= 2107:
        return 0, 1 << 5 | 1
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day

"""Fingerprints of inputs: one hash for all of them, and one a file, to be compared later."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from smacwrap.frozen import Frozen

_LENGTH = 12  # hex digits of the hash of all files, which is part of file names


class Fingerprint(Frozen):
    """What inputs hold: a hash of it, and for each file its SHA-256 and whether it can be started.

    Names of folders end with "/", and have an empty text.
    """

    hash: str
    files: Mapping[str, str]


def fingerprint_of(files: Iterable[tuple[str, Path | None, bool]]) -> Fingerprint:
    """The fingerprint of files.

    Args:
        files: the name of each, where its content can be read (None for a folder), and whether
            it can be started; of several with the same name, the last one counts.

    Raises:
        OSError: one cannot be read.
    """
    import hashlib  # takes 8 ms, and is needed only where inputs are new

    digests = {}
    for name, path, executable in files:
        if path is None:
            digests[f"{name}/"] = ""
        else:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            digests[name] = f"{digest} executable" if executable else digest
    lines = (f"{digest} {name!r}\n" for name, digest in sorted(digests.items()))
    whole = hashlib.sha256("".join(lines).encode(errors="surrogateescape"))
    return Fingerprint(whole.hexdigest()[:_LENGTH], digests)


def manifest_of(runs: Path, hash_: str) -> Path:
    """The file that lists the inputs with that hash."""
    return runs / f"inputs-{hash_}.json"


def write_manifest(runs: Path, fingerprint: Fingerprint) -> None:
    """Write a fingerprint to the folder of the runs, unless it is there.

    Raises:
        OSError: it cannot be written.
    """
    path = manifest_of(runs, fingerprint.hash)
    if path.exists():
        return
    import json

    part = path.with_name(f"{path.stem}.{os.getpid()}.part")
    document = {"inputs": fingerprint.hash, "files": dict(fingerprint.files)}
    try:
        part.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def read_manifest(runs: Path, hash_: str) -> Mapping[str, str] | None:
    """The files of the inputs with that hash, as in `Fingerprint`; None if that is not known."""
    import json

    with contextlib.suppress(OSError, ValueError, RecursionError):
        document = json.loads(manifest_of(runs, hash_).read_bytes())
        files = document.get("files") if isinstance(document, dict) else None
        if isinstance(files, dict) and all(isinstance(text, str) for text in files.values()):
            return files
    return None

"""What a file or folder is that somebody named: a scenario file, a job file, a script, a study, …

Told by the name and the first lines, without reading it as anything: it is for messages and for
commands that take more than one kind, and the wrapper needs nothing but the standard library.
"""

import re
from enum import StrEnum
from pathlib import Path

_FIRST_BYTES = 20_000

SCRIPTS = frozenset(
    {".awk", ".jar", ".jl", ".js", ".lua", ".pl", ".py", ".R", ".r", ".rb", ".sh", ".ipynb"}
)
"""Endings of files that interpreters are started with."""

_KEYS = (
    "algo(?:-?exec)?|ta|run[-_]?obj(?:ective)?|pcs[-_](?:file|fn)|param[-_]?file|use-instances"
    "|instances|instance[-_]?file|deterministic|[a-z]+[-_]?limit|number[oO]fRunsLimit"
)
_SCENARIO = re.compile(rf"^\s*(?:{_KEYS})\s*(?:[=:]|\s\S)", re.IGNORECASE | re.MULTILINE)
_PCS = re.compile(
    r"^\s*\S+\s+(?:categorical|ordinal|integer|real)\s*[\[{]|^\s*\S+\s*[\[{].*[\]}]\s*\[",
    re.MULTILINE,
)
_JOB = re.compile(r"^\s*\[(?:run|result|parameters|limits)\]", re.MULTILINE)


class Kind(StrEnum):
    """What somebody may have named, in words for a message."""

    STUDY = "a study"
    FOLDER = "a folder"
    SCENARIO = "a scenario file"
    JOB = "a job file"
    PCS = "a PCS file"
    SCRIPT = "a script"
    PROGRAM = "a program"
    ARCHIVE = "an archive"
    OTHER = "something else"


def kind_of(path: Path) -> Kind | None:
    """What lies there, as far as it can be told; None if there is nothing, or it is secret."""
    try:
        if path.is_dir():
            return Kind.STUDY if (path / "study.json").is_file() else Kind.FOLDER
        with path.open("rb") as file:
            start = file.read(_FIRST_BYTES)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
    return _kind_of_file(path.suffix, start)


def _kind_of_file(suffix: str, start: bytes) -> Kind:
    if start.startswith(b"PK"):
        return Kind.ARCHIVE
    if b"\0" in start:
        return Kind.PROGRAM if start.startswith(b"\x7fELF") else Kind.OTHER
    text = start.decode(errors="replace")
    if text.startswith("#!") or suffix in SCRIPTS:
        return Kind.SCRIPT
    if suffix == ".toml" or _JOB.search(text):
        return Kind.JOB
    if suffix == ".pcs" or (suffix == ".json" and '"hyperparameters"' in text):
        return Kind.PCS
    if len(_SCENARIO.findall(text)) > 1:
        return Kind.SCENARIO
    return Kind.PCS if _PCS.search(text) else Kind.OTHER

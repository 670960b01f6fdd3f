"""Finds the scenario file that somebody means by a file or folder, or says how to get one."""

import shlex
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.kinds import Kind, kind_of
from smacwrap.launch.find_study import how_to_resume

_MOST_FILES = 500  # looked at in one folder
_MOST_LISTED = 10


def find_scenario(path: Path, command: str) -> Path:
    """The scenario file: `path`, or the only one in the folder `path`.

    What cannot be told from a scenario file is taken for one; whoever reads it says what is wrong.

    Args:
        path: what was named.
        command: that of smacwrap for which it was named, for examples, such as `launch`.

    Raises:
        UserError: it is something else, or a folder with no or several scenario files.
    """
    kind = kind_of(path)
    if kind is Kind.FOLDER:
        return _in_folder(path, command)
    if kind in (None, Kind.SCENARIO, Kind.OTHER):
        return path
    raise UserError(f"{path} is {kind}, not a scenario file: {_what_to_do(path, kind, command)}")


def _what_to_do(path: Path, kind: Kind, command: str) -> str:
    word = shlex.quote(str(path))
    if kind in (Kind.SCRIPT, Kind.PROGRAM):
        return f"smacwrap scenario new {word} writes one for it"
    if kind is Kind.STUDY:
        return f"go on with it by {how_to_resume(path) or 'smacwrap launch SCENARIO --resume'}"
    if kind is Kind.ARCHIVE:
        return "name the file with a line such as algo = python train.py"
    using = [file for file in _scenario_files(path.parent) if _names(file, path.name)]
    if using:
        words = " or ".join(shlex.quote(str(file)) for file in using[:_MOST_LISTED])
        return f"name the one that uses it, as in smacwrap {command} {words}"
    line = "algo = smacwrap run" if kind is Kind.JOB else "pcs-file ="
    return f"name one that has the line {line} {path.name}"


def _in_folder(folder: Path, command: str) -> Path:
    found = list(_scenario_files(folder))
    if len(found) == 1:
        return found[0]
    if not found:
        word = shlex.quote(str(folder))
        raise UserError(
            f"{folder}: no scenario file in this folder; smacwrap scenario new SCRIPT --dir {word} "
            "writes one"
        )
    raise UserError(
        f"{folder}: {len(found)} scenario files in this folder, name one of them:",
        *(f"  smacwrap {command} {shlex.quote(str(file))}" for file in found[:_MOST_LISTED]),
    )


def _scenario_files(folder: Path) -> Iterator[Path]:
    """The scenario files in a folder, by name."""
    try:
        files = sorted(islice((path for path in folder.iterdir() if path.is_file()), _MOST_FILES))
    except OSError:
        return
    for file in files:
        if not file.name.startswith(".") and kind_of(file) is Kind.SCENARIO:
            yield file


def _names(scenario: Path, name: str) -> bool:
    try:
        return name in scenario.read_text(errors="replace")
    except OSError:
        return False

"""Finds the files that a scenario names, where SMAC v2 looks for them."""

import contextlib
import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from smacwrap.errors import Problem, UserError, did_you_mean

# Linux opens no longer one, and realpath takes quadratic time for one.
_LONGEST_PATH = 4096

# To find the nearest name takes time.
_LONGEST_COMPARED = 200
_MOST_COMPARED = 500


def find_file(name: str, scenario_dir: Path) -> Path:
    """The file `name`: from the current folder, the scenario's folder or one of its parents.

    Returns an absolute path.

    Raises:
        UserError: there is none; it lists where the file was looked for.
    """
    base = resolved(scenario_dir)
    return resolved(folder_with(name, (Path.cwd(), base, *base.parents)) / name)


def folder_with(name: str, folders: Iterable[Path], *, or_folder: bool = False) -> Path:
    """The first of `folders` from which `name` is a file or, with `or_folder`, a folder.

    Raises:
        UserError: there is none; it lists where the file was looked for.
    """
    folders = list(dict.fromkeys(folders))
    for folder in folders:
        path = folder / name
        if _holds(path, Path.is_file) or (or_folder and _holds(path, Path.is_dir)):
            return folder
    what = "file or folder" if or_folder else "file"
    places = ", ".join(map(str, folders))
    hint = did_you_mean(name, names_like(name, folders))
    raise UserError(f"no {what} {name[:200]!r}, looked for from {places}{hint}")


def unreadable(path: Path, error: OSError | ValueError) -> UserError:
    """What to say of a file that cannot be opened: why, and which one was perhaps meant."""
    reason, hint = str(error), ""
    if isinstance(error, OSError):
        reason = error.strerror or reason
    if isinstance(error, FileNotFoundError):
        hint = did_you_mean(path.name, names_like(path.name, [path.parent]))
    return UserError(Problem(f"cannot be read: {reason}{hint}", path))


def resolved(path: Path | str) -> Path:
    """`path` made absolute, without `..` and links; Path.resolve raises at a loop of links.

    Raises:
        ValueError: no system can have such a path.
    """
    if len(str(path)) > _LONGEST_PATH:
        raise ValueError(f"a path of {len(str(path))} characters is too long")
    return Path(os.path.realpath(path))


def names_like(name: str, folders: Iterable[Path]) -> Iterator[str]:
    """What lies where a path like `name` could lie and has a similar stem, as such a path.

    Alone, an ending that all these files share would make any of them the nearest.
    """
    if len(name) > _LONGEST_COMPARED:
        return
    parent = Path(name).parent
    for folder in folders:
        with contextlib.suppress(OSError, ValueError):  # no such folder, or not to be entered
            for other in itertools.islice((folder / parent).iterdir(), _MOST_COMPARED):
                if did_you_mean(Path(name).stem, [other.stem]):
                    yield str(parent / other.name)


def _holds(path: Path, is_kind: Callable[[Path], bool]) -> bool:
    try:
        return is_kind(path)
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False

"""Finds the files that a scenario names, where SMAC v2 looks for them."""

import os
from pathlib import Path

from smacwrap.errors import UserError

# Linux opens no longer one, and realpath takes quadratic time for one.
_LONGEST_PATH = 4096


def find_file(name: str, scenario_dir: Path) -> Path:
    """The file `name`: from the current folder, the scenario's folder or one of its parents.

    Returns an absolute path.

    Raises:
        UserError: there is none; it lists where the file was looked for.
    """
    base = resolved(scenario_dir)
    folders = list(dict.fromkeys((Path.cwd(), base, *base.parents)))
    for folder in folders:
        if _is_file(folder / name):
            return resolved(folder / name)
    raise UserError(f"no file {name[:200]!r}, looked for from {', '.join(map(str, folders))}")


def resolved(path: Path | str) -> Path:
    """`path` made absolute, without `..` and links; Path.resolve raises at a loop of links.

    Raises:
        ValueError: no system can have such a path.
    """
    if len(str(path)) > _LONGEST_PATH:
        raise ValueError(f"a path of {len(str(path))} characters is too long")
    return Path(os.path.realpath(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False

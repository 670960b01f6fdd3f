"""Finds the files that a scenario names, where SMAC v2 looks for them."""

import os
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.scenario.domains import quoted

# Linux opens no longer one, and realpath takes quadratic time for one.
_LONGEST_PATH = 4096


def find_file(name: str, scenario_dir: Path) -> Path:
    """The file `name`: from the current folder, the scenario's folder or one of its parents.

    Returns an absolute path. Raises UserError that lists where the file was looked for.
    """
    base = resolved(scenario_dir)
    folders = list(dict.fromkeys((Path.cwd(), base, *base.parents)))
    for folder in folders:
        if _is_file(folder / name):
            return resolved(folder / name)
    raise UserError(f"no file {quoted(name)}, looked for from {', '.join(map(str, folders))}")


def resolved(path: Path | str) -> Path:
    """`path` made absolute, without `..` and links; Path.resolve raises at a loop of links.

    Raises ValueError for a path that no system can have.
    """
    if len(str(path)) > _LONGEST_PATH:
        raise ValueError(f"a path of {len(str(path))} characters is too long")
    return Path(os.path.realpath(path))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long, a folder that may not be entered
        return False

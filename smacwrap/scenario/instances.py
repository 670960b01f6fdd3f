"""Reads instances: a list in any of SMAC v2's forms, or a folder of instance files.

A line of a list is `name`, `name specifics`, `seed name` or `seed name specifics`, and all lines
have the same form. Parts that hold blanks are quoted, with commas between: `"name","specifics"`.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.scenario.cells import comma_separated
from smacwrap.scenario.domains import INTEGER, quoted
from smacwrap.scenario.lines import MOST_PROBLEMS, Line, read_lines

_SEEDS = range(-1, 2**31)
_MOST_NAMED = 5


@dataclass(frozen=True)
class Instance:
    """A problem that the target algorithm is run on.

    `name` and `specifics` are the first two words of its call strings. `seeds` are those to run
    it with, in the list's order; without any, the optimiser draws them.
    """

    name: str
    specifics: str = "0"
    seeds: tuple[int, ...] = ()


def read_instances(
    path: Path, *, written: str = "", suffix: str | None = None, base: Path | None = None
) -> tuple[Instance, ...]:
    """The instances of a list or a folder, in its order; one that is listed twice comes once.

    Args:
        path: the list, or the folder: then its files are the instances, without subfolders.
        written: the folder as the scenario writes it, which is how its files' names start.
        suffix: a regular expression for the ends of the files' names; without one, the files
            are those with an extension, which must be the same for all.
        base: the folder that names start from. If given, each instance must be a file, and gets
            its absolute path for a name.

    Raises:
        UserError: with all that is wrong with the list, by line, or with the folder.
    """
    is_folder = path.is_dir()
    instances = _of_folder(path, written, suffix) if is_folder else _of_list(path)
    if base is None:
        return instances
    found = tuple(replace(own, name=absolute(own.name, base)) for own in instances)
    # Unlike Path.is_file, this answers for any text.
    missing = [own.name for own in found if not os.path.isfile(own.name)]  # noqa: PTH113
    if missing:
        named = ", ".join(map(quoted, missing[:_MOST_NAMED]))
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        raise UserError(Problem(f"instances that are no files: {named}{more}", path))
    return found


def absolute(name: str, base: Path) -> str:
    """An instance's path from the folder `base`; links and `..` stay in it."""
    return os.path.join(base, name)  # noqa: PTH118 (Path would take out "./")


def _of_folder(folder: Path, written: str, suffix: str | None) -> tuple[Instance, ...]:
    written = (written or str(folder)).rstrip("/")
    try:
        names = sorted(file.name for file in folder.iterdir() if file.is_file())
        "".join(names).encode()
    except OSError as error:
        raise UserError(f"the folder {folder} cannot be read: {error.strerror}") from None
    except UnicodeEncodeError:
        raise UserError(f"a file in {folder} has a name that is not UTF-8") from None
    if suffix is None:
        extensions = sorted({name[name.rindex(".") :] for name in names if "." in name})
        if len(extensions) > 1:
            found = ", ".join(extensions[:_MOST_NAMED])
            raise UserError(
                f"files of several kinds in {folder}: {found}; choose with instance-suffix"
            )
        names = [name for name in names if "." in name]
    else:
        try:
            at_end = re.compile(f"(?:{suffix})\\Z")
        except (re.error, OverflowError, RecursionError) as error:
            raise UserError(f"suffix {quoted(suffix)} is no regular expression: {error}") from None
        names = [name for name in names if at_end.search(name)]
    if not names:
        which = "with an extension" if suffix is None else f"with the suffix {quoted(suffix)}"
        raise UserError(f"no files {which} in {folder}")
    return tuple(Instance(f"{written}/{name}") for name in names)


@dataclass(frozen=True)
class _Row:
    """A line of a list, and the parts of it: one to three."""

    line: Line
    parts: tuple[str, ...]


def _of_list(path: Path) -> tuple[Instance, ...]:
    rows, problems = _rows(path)
    if not rows and not problems:
        raise UserError(Problem("no instances in it; expected one a line", path))
    problems = problems or list(_uneven_rows(rows))
    if problems:
        raise UserError(*problems[:MOST_PROBLEMS])
    listed, problems = _listed(rows)
    problems = problems or list(_uneven_seeds(listed))
    if problems:
        raise UserError(*problems[:MOST_PROBLEMS])
    return tuple(Instance(name, own.specifics, tuple(own.seeds)) for name, own in listed.items())


def _rows(path: Path) -> tuple[list[_Row], list[Problem]]:
    rows = []
    problems: list[Problem] = []
    for line in read_lines(path):
        if not line.text.strip() or len(problems) > MOST_PROBLEMS:
            continue
        try:
            rows.append(_Row(line, _parts(line)))
        except UserError as error:
            problems += error.problems
    return rows, problems


def _parts(line: Line) -> tuple[str, ...]:
    text = line.text.strip()
    if text.startswith("#"):
        raise UserError(line.problem("a list of instances has no comments"))
    if text.startswith('"'):
        parts = tuple(cell.text for cell in comma_separated(line))
    elif "," in text or '"' in text:
        message = "parts with blanks, commas or quotes are written as"
        raise UserError(line.problem(f'{message} "name","specifics"'))
    else:
        parts = tuple(text.split())
    if len(parts) > 3:
        expected = "expected name, name specifics, seed name, or seed name specifics"
        raise UserError(line.problem(f"{len(parts)} parts; {expected}"))
    return parts


def _uneven_rows(rows: list[_Row]) -> Iterator[Problem]:
    """The rows that have more or fewer parts than the first."""
    first = rows[0]
    for row in rows:
        if len(row.parts) != len(first.parts):
            message = f"{len(row.parts)} parts, but line {first.line.number} has"
            yield row.line.problem(f"{message} {len(first.parts)}; all lines have the same form")


@dataclass(frozen=True)
class _Listed:
    """What a list says of one instance, and the first line that does; `seeds` are its keys."""

    line: Line
    specifics: str
    seeds: dict[int, None]


def _listed(rows: list[_Row]) -> tuple[dict[str, _Listed], list[Problem]]:
    """The instances in rows of one form, by name, and what is wrong with other rows."""
    width = len(rows[0].parts)
    seeded = width == 3 or (width == 2 and all(INTEGER.fullmatch(row.parts[0]) for row in rows))
    listed: dict[str, _Listed] = {}
    problems = []
    for row in rows:
        name, *info = row.parts[1:] if seeded else row.parts
        specifics = info[0] if info else "0"
        try:
            if not name:
                raise ValueError("an instance without a name")
            own = listed.setdefault(name, _Listed(row.line, specifics, {}))
            if own.specifics != specifics:
                before = f"{quoted(own.specifics)} in line {own.line.number}"
                raise ValueError(f"{quoted(name)} has specifics {quoted(specifics)}, but {before}")
            if seeded:
                own.seeds[_seed(row.parts[0])] = None
        except ValueError as error:
            problems.append(row.line.problem(str(error)))
    return listed, problems


def _uneven_seeds(listed: dict[str, _Listed]) -> Iterator[Problem]:
    """The instances that have more or fewer seeds than the first."""
    number = len(next(iter(listed.values())).seeds)
    for name, own in listed.items():
        if len(own.seeds) != number:
            message = f"number of seeds of {quoted(name)}: {len(own.seeds)}, but the first instance"
            yield own.line.problem(f"{message} has {number}")


def _seed(text: str) -> int:
    if INTEGER.fullmatch(text) and int(text) in _SEEDS:
        return int(text)
    raise ValueError(f"{quoted(text)} is no seed: expected an integer in [-1, 2147483647]")

"""Reads instances: a list in any of SMAC v2's forms, or a folder of instance files.

A line of a list is `name`, `name specifics`, `seed name` or `seed name specifics`, and all lines
have the same form. Parts that hold blanks are quoted, with commas or blanks between:
`"name","specifics"` or `"name" "specifics"`. (With a blank, SMAC v2 takes both for one name.)
"""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.problems import Problems
from smacwrap.scenario.cells import comma_separated
from smacwrap.scenario.domains import INTEGER, quoted
from smacwrap.scenario.lines import MOST_PROBLEMS, Line, read_lines

_SEEDS = range(-1, 2**31)
_MOST_NAMED = 5
_QUOTED_CELL = re.compile(r'"[^"]*"|[^\s",]+')
_QUOTED_CELLS = re.compile(rf"(?:{_QUOTED_CELL.pattern})(?:\s+(?:{_QUOTED_CELL.pattern}))*")
_LONGEST_SUFFIX = 10_000  # a regular expression takes its time to compile


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
    path: Path,
    *,
    written: str = "",
    suffix: str | None = None,
    base: Path | None = None,
    seeds: bool = True,
) -> tuple[Instance, ...]:
    """The instances of a list or a folder, in its order; one that is listed twice comes once.

    Args:
        path: the list, or the folder: then its files are the instances, without subfolders.
        written: the folder as the scenario writes it, which is how its files' names start.
        suffix: a regular expression for the ends of the files' names; without one, the files
            are those with an extension, which must be the same for all.
        base: the folder that names start from. If given, each instance must be a file, and gets
            its absolute path for a name.
        seeds: whether a list's lines may begin with seeds; SMAC3's never do.

    Raises:
        UserError: with all that is wrong with the list, by line, or with the folder.
    """
    is_folder = path.is_dir()
    instances = _of_folder(path, written, suffix) if is_folder else _of_list(path, base, seeds)
    if base is None:
        return instances
    return tuple(replace(own, name=absolute(own.name, base)) for own in instances)


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
        if len(suffix) > _LONGEST_SUFFIX:
            raise UserError(f"a suffix of {len(suffix)} characters is too long")
        try:
            at_end = re.compile(f"(?:{suffix})\\Z")
        except (re.error, OverflowError, RecursionError) as error:
            raise UserError(
                f"suffix {quoted(suffix)} is not a regular expression: {error}"
            ) from None
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


def _of_list(path: Path, base: Path | None, seeds: bool) -> tuple[Instance, ...]:
    problems = Problems(MOST_PROBLEMS, "a list of instances")
    rows: list[_Row] = []
    for line in read_lines(path):
        with problems:
            rows.append(_row(line, rows[0] if rows else None))
    problems.check()
    if not rows:
        raise UserError(Problem("no instances in it; expected one a line", path))
    listed = _listed(rows, seeds)
    _check_seeds(listed)
    if base is not None:
        _check_files(listed, base)
    return tuple(Instance(name, own.specifics, tuple(own.seeds)) for name, own in listed.items())


def _row(line: Line, first: _Row | None) -> _Row:
    """A line's parts; as many as the first line has."""
    parts = _parts(line)
    if first and len(parts) != len(first.parts):
        message = f"{len(parts)} parts, but line {first.line.number} has {len(first.parts)}"
        raise UserError(line.problem(f"{message}; all lines have the same form"))
    return _Row(line, parts)


def _parts(line: Line) -> tuple[str, ...]:
    text = line.text.strip()
    if text.startswith("#"):
        raise UserError(line.problem("a list of instances has no comments"))
    if '"' in text and _QUOTED_CELLS.fullmatch(text):
        parts = tuple(cell.strip('"') for cell in _QUOTED_CELL.findall(text))
    elif text.startswith('"'):
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


@dataclass(frozen=True)
class _Listed:
    """What a list says of one instance, and the first line that does; `seeds` are its keys."""

    line: Line
    specifics: str
    seeds: dict[int, None]


def _listed(rows: list[_Row], seeds: bool) -> dict[str, _Listed]:
    """The instances in rows of one form, by name."""
    width = len(rows[0].parts)
    integers = all(INTEGER.fullmatch(row.parts[0]) for row in rows)
    seeded = seeds and (width == 3 or (width == 2 and integers))
    listed: dict[str, _Listed] = {}
    problems = Problems(MOST_PROBLEMS, "a list of instances")
    for row in rows:
        name, *info = row.parts[1:] if seeded else row.parts
        specifics = " ".join(info) if info else "0"
        with problems:
            if not name:
                raise UserError(row.line.problem("an instance without a name"))
            own = listed.setdefault(name, _Listed(row.line, specifics, {}))
            if own.specifics != specifics:
                before = f"{quoted(own.specifics)} in line {own.line.number}"
                message = f"{quoted(name)} has specifics {quoted(specifics)}, but {before}"
                raise UserError(row.line.problem(message))
            if seeded:
                own.seeds[_seed(row)] = None
    problems.check()
    return listed


def _check_seeds(listed: dict[str, _Listed]) -> None:
    """Raises UserError if some instances have more or fewer seeds than the first."""
    number = len(next(iter(listed.values())).seeds)
    problems = Problems(MOST_PROBLEMS, "a list of instances")
    for name, own in listed.items():
        with problems:
            if len(own.seeds) != number:
                message = f"number of seeds of {quoted(name)}: {len(own.seeds)}"
                raise UserError(own.line.problem(f"{message}, but the first instance has {number}"))
    problems.check()


def _check_files(listed: dict[str, _Listed], base: Path) -> None:
    """Raises UserError if some instances are no files, from the folder `base`."""
    problems = Problems(MOST_PROBLEMS, "a list of instances")
    for name, own in listed.items():
        with problems:
            # Unlike Path.is_file, this answers for any text.
            if not os.path.isfile(absolute(name, base)):  # noqa: PTH113
                raise UserError(own.line.problem(f"no file {quoted(name)} in {base}"))
    problems.check()


def _seed(row: _Row) -> int:
    text = row.parts[0]
    if INTEGER.fullmatch(text) and int(text) in _SEEDS:
        return int(text)
    message = f"{quoted(text)} is not a seed: expected an integer in [-1, 2147483647]"
    raise UserError(row.line.problem(message))

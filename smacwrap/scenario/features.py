"""Reads the features of instances: a CSV file with a header, and a row for each instance."""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.problems import Problems
from smacwrap.scenario.cells import Cell, comma_separated
from smacwrap.scenario.domains import REAL, quoted
from smacwrap.scenario.lines import MOST_PROBLEMS, Line, read_lines

_MOST_NAMED = 5
_MOST_COMPARED = 1000  # names; to find the nearest takes time
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class FeatureTable:
    """The rows of a feature file by instance name, with values in the order of `names`."""

    file: Path
    names: tuple[str, ...]
    rows: Mapping[str, tuple[float, ...]] = field(hash=False)

    def renamed(self, new_name: Callable[[str], str]) -> "FeatureTable":
        """The table with other names for the instances."""
        return replace(self, rows={new_name(name): row for name, row in self.rows.items()})

    def of(self, instances: Iterable[str]) -> dict[str, tuple[float, ...]]:
        """The rows of these instances, in their order; as in SMAC v2, names must be the same.

        Raises UserError if some have none.
        """
        instances = tuple(instances)
        missing = [name for name in instances if name not in self.rows]
        if missing:
            named = ", ".join(map(quoted, missing[:_MOST_NAMED]))
            more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
            message = f"no features for {len(missing)} of {len(instances)} instances: {named}{more}"
            raise UserError(Problem(message + self._like(missing[0]), self.file))
        return {name: self.rows[name] for name in instances}

    def _like(self, name: str) -> str:
        """The row that may be meant by `name`, as the end of a message."""
        for row in self.rows:
            if PurePath(row).name == PurePath(name).name:
                return f" … {quoted(row)} has some, but names must be the same as in the list"
        return did_you_mean(name, list(self.rows)[:_MOST_COMPARED]) if len(name) < 200 else ""


def read_features(path: Path) -> FeatureTable:
    """A file of features: `instance,name,…` and a row `instance,number,…` for each instance.

    Of several rows of one instance the last holds, as in SMAC v2. Blank cells at the ends of lines
    and rows of blank cells, which spreadsheets leave behind, are no cells.

    Raises UserError with all that is wrong, by line and column: no header, uneven rows, values
    that are not finite numbers.
    """
    lines = read_lines(path)
    header = next(lines, None)
    if header is None:
        raise UserError(Problem("no features in it; expected a header and rows", path))
    names = _names(header)
    rows: dict[str, tuple[float, ...]] = {}
    problems = Problems(MOST_PROBLEMS, "a feature file")
    for line in lines:
        with problems:
            if row := _row(line, len(names)):
                instance, values = row
                rows[instance] = values
    problems.check()
    return FeatureTable(path, names, rows)


def _names(header: Line) -> tuple[str, ...]:
    cells = _without_blank_end(comma_separated(header), 1)[1:]
    if not cells:
        other = next((name for sep, name in _SEPARATORS.items() if sep in header.text), None)
        found = f" (this one has {other})" if other else ""
        expected = f"expected a header with commas{found}, such as: instance,size,ratio"
        raise UserError(header.problem(f"no names of features; {expected}"))
    names: set[str] = set()
    problems = Problems(MOST_PROBLEMS, "a feature file")
    for cell in cells:
        message = ""
        if REAL.fullmatch(cell.text):
            message = f"the number {cell.text} for a name; the first line is to name the features"
        elif not cell.text:
            message = "a feature without a name"
        elif cell.text in names:
            message = f"a second feature {quoted(cell.text)}"
        with problems:
            if message:
                raise UserError(header.problem(message, cell.column, len(cell.text)))
        names.add(cell.text)
    problems.check()
    return tuple(cell.text for cell in cells)


def _row(line: Line, width: int) -> tuple[str, tuple[float, ...]] | None:
    """The instance and its values; None if all cells are blank."""
    instance, *cells = _without_blank_end(comma_separated(line), 1 + width)
    if not instance.text and not any(cell.text for cell in cells):
        return None
    if len(cells) != width:
        counted = f"{len(cells)} value{'s' if len(cells) != 1 else ''}"
        column = cells[width].column if len(cells) > width else len(line.text) + 1
        message = f"{counted}, but the header names {width} feature{'s' if width != 1 else ''}"
        raise UserError(line.problem(message, column))
    values = [_number(cell) for cell in cells]
    problems = [
        line.problem(_no_number(cell.text), cell.column, len(cell.text))
        for cell, value in zip(cells, values, strict=True)
        if not math.isfinite(value)
    ]
    if problems:
        raise UserError(*problems)
    return instance.text, tuple(values)


def _without_blank_end(cells: list[Cell], least: int) -> list[Cell]:
    """The cells up to the last one with a text, but at least so many if there are."""
    end = len(cells)
    while end > least and not cells[end - 1].text:
        end -= 1
    return cells[:end]


def _number(cell: Cell) -> float:
    return float(cell.text) if REAL.fullmatch(cell.text) else math.nan


def _no_number(text: str) -> str:
    if not text:
        return "a blank cell: expected a number"
    hint = "; write it with a point" if REAL.fullmatch(text.replace(",", ".")) else ""
    return f"{quoted(text)} is not a finite number{hint if ',' in text else ''}"

"""Splits a line of comma-separated values into cells that know their columns."""

import re
from dataclasses import dataclass

from smacwrap.errors import UserError
from smacwrap.scenario.lines import Line

# Possessive, since a line of any length and content must be split in linear time.
_CELL = re.compile(r'\s*+(?:"(?P<quoted>(?:[^"]|"")*+)"\s*+|(?P<bare>[^,"]*+))(?:,|(?P<end>$))')


_MOST_CELLS = 100_000  # in a line: one with more has not been written as a table


@dataclass(frozen=True)
class Cell:
    """A cell's text, without quotes or blanks around it; `column` is where it starts, from 1."""

    text: str
    column: int


def comma_separated(line: Line) -> list[Cell]:
    """The cells of a line; one in double quotes may hold commas, and `""` for a quote.

    Raises UserError at the first cell that cannot be read.
    """
    cells: list[Cell] = []
    end = 0
    while match := _CELL.match(line.text, end):
        kind = "bare" if match["quoted"] is None else "quoted"
        text = match[kind].strip() if kind == "bare" else match[kind].replace('""', '"')
        cells.append(Cell(text, match.start(kind) + 1))
        end = match.end()
        if match["end"] is not None:
            return cells
        if len(cells) == _MOST_CELLS:
            message = f"more than {_MOST_CELLS:,} cells in a line: is this a table?"
            raise UserError(line.problem(message, end + 1))
    raise UserError(line.problem("expected quotes in pairs, and commas between cells", end + 1))

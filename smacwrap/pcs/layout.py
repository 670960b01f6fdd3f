"""Lays a PCS file out neatly: aligned parameters, even blanks, comments where they were."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smacwrap.pcs.clauses import PAIR
from smacwrap.pcs.expressions import TOKEN
from smacwrap.pcs.lines import NAME, Line
from smacwrap.pcs.reader import parse_tree

_NEWLINE = re.compile(r"\r\n|\n|\r")

# Longer ones stick out, rather than push the rest of all other lines to the right.
_WIDEST_CELL = 40
_WIDEST_BEFORE_COMMENT = 80

_HEAD = rf"\s*(?P<name>{NAME})(?:\s+(?P<type>[A-Za-z]+))?\s*"
_TEXTUAL = re.compile(_HEAD + r"\{(?P<domain>[^}]*)\}\s*\[(?P<default>.*)\]\s*(?P<flags>)")
_NUMERIC = re.compile(
    _HEAD + r"\[(?P<domain>[^\]]*)\]\s*\[(?P<default>[^\]]*)\]\s*(?P<flags>[a-z]*)\s*"
)
_TERM = re.compile(r"\s*(\S+)\s+(\S+)\s+(\{[^}]*\}|\S+)\s*")


@dataclass(frozen=True)
class _Row:
    """A line of the file: its cells, and its comment from `#` on.

    Neighbours that are parameters of the same syntax have their cells aligned.
    """

    cells: tuple[str, ...]
    comment: str
    kind: Literal["older", "newer", "other"] = "other"


def format_pcs(text: str, file: Path | str | None = None) -> str:
    """`text` laid out neatly; its meaning, comments, numbers and the order of its lines stay.

    Parameters that stand together are aligned, blanks are even, blank lines single. Each line
    keeps its syntax, older or newer. All lines end like the first one.

    Args:
        text: of a PCS file, without a byte order mark.
        file: for messages.

    Raises:
        UserError: the text has errors, one problem each.
    """
    parse_tree(text, file)
    end = _NEWLINE.search(text)
    newline = end[0] if end else "\n"
    rows = [_row(line) for line in _NEWLINE.split(text)]
    return "".join(line + newline for line in _single_blanks(_layout(rows)))


def _row(text: str) -> _Row:
    code, sign, rest = text.partition("#")
    comment = (sign + rest).rstrip()
    kind = Line(0, text, code).kind
    if kind == "parameter":
        cells = _parameter(code)
        return _Row(cells, comment, "older" if len(cells) == 3 else "newer")
    if kind == "condition":
        return _Row((_condition(code),), comment)
    if kind == "forbidden":
        return _Row((_clause(code),), comment)
    return _Row((code.strip(),) if code.strip() else (), comment)


def _parameter(code: str) -> tuple[str, ...]:
    match = _TEXTUAL.fullmatch(code) or _NUMERIC.fullmatch(code)
    assert match is not None, "the file has been read without errors"
    open_, close = "{}" if match.re is _TEXTUAL else "[]"
    domain = open_ + _list(match["domain"]) + close
    default = f"[{match['default'].strip()}]"
    if match["type"] is None:
        return match["name"], domain, default + match["flags"]
    return match["name"], match["type"], domain, default, match["flags"]


def _list(inside: str) -> str:
    # Empty values at the end do not count.
    return ", ".join(piece.strip() for piece in inside.split(",") if piece.strip())


def _condition(code: str) -> str:
    child, _, rest = code.partition("|")
    # At odd places stand the signs between the terms.
    parts = re.split(r"(\|\||&&)", rest)
    parts[::2] = map(_term, parts[::2])
    return f"{child.strip()} | {' '.join(parts)}"


def _term(code: str) -> str:
    match = _TERM.fullmatch(code)
    assert match is not None, "the file has been read without errors"
    parent, operator, value = match.groups()
    if operator == "in":
        value = "{" + _list(value[1:-1]) + "}"
    return f"{parent} {operator} {value}"


def _clause(code: str) -> str:
    inside = code[code.index("{") + 1 : code.index("}")]
    pieces = inside.rstrip().rstrip(",").split(",")
    pairs = [PAIR.fullmatch(piece) for piece in pieces]
    if all(pairs):
        return "{" + ", ".join(f"{pair[1]}={pair[2]}" for pair in pairs if pair) + "}"
    return "{" + _expression(inside.rstrip()) + "}"


def _expression(code: str) -> str:
    """Binary operators stand between blanks, all else without."""
    laid_out = ""
    wants_operand, after_name = True, False
    for match in TOKEN.finditer(code):
        kind = match.lastgroup or ""
        text = match[kind]
        binary = not wants_operand and kind == "symbol" and text not in "()"
        if binary:
            laid_out += f" {text} "
        elif wants_operand or text == ")" or (after_name and text == "("):
            laid_out += text
        else:
            # A product without its sign: `2n`. `2 e3` must not become a number.
            laid_out += " " * (match.start(kind) > match.start()) + text
        wants_operand = binary or text == "(" or (wants_operand and text in "+-")
        after_name = kind == "name"
    return laid_out


def _layout(rows: Sequence[_Row]) -> Iterator[str]:
    """The lines; a table of parameters goes on over comments, up to any other line."""
    table: list[_Row] = []
    for row in rows:
        if row.kind != "other" or (row.comment and not row.cells):
            table.append(row)
            continue
        yield from _table(table)
        table = []
        yield from _table([row])
    yield from _table(table)


def _table(rows: Sequence[_Row]) -> Iterator[str]:
    codes = [row.cells[0] if len(row.cells) == 1 else "" for row in rows]
    for kind in ("older", "newer"):
        places = [i for i, row in enumerate(rows) if row.kind == kind]
        widths = [
            _width(map(len, column), _WIDEST_CELL)
            for column in zip(*(rows[i].cells for i in places), strict=True)
        ]
        for i in places:
            padded = map(str.ljust, rows[i].cells, widths)
            codes[i] = " ".join(padded).rstrip()
    before = [len(code) for code, row in zip(codes, rows, strict=True) if code and row.comment]
    width = _width(before, _WIDEST_BEFORE_COMMENT)
    for code, row in zip(codes, rows, strict=True):
        yield f"{code.ljust(width)}  {row.comment}" if code and row.comment else code + row.comment


def _width(lengths: Iterable[int], widest: int) -> int:
    return max((length for length in lengths if length <= widest), default=0)


def _single_blanks(lines: Iterable[str]) -> Iterator[str]:
    """Without blank lines at the beginning, at the end and after one another."""
    waiting, begun = False, False
    for line in lines:
        if not line:
            waiting = begun
            continue
        if waiting:
            yield ""
        yield line
        waiting, begun = False, True

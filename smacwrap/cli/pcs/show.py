"""`smacwrap pcs show`: a PCS file as a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH

if TYPE_CHECKING:
    from rich.table import Table

    from smacwrap.pcs.condition_term import Condition
    from smacwrap.pcs.tree import Tree

_DEEPEST_INDENT = 8


@click.command("show")
@click.argument("file", type=ANY_PATH)
def command(file: Path) -> None:
    """Show the parameters of a FILE as a table, with its forbidden clauses and size.

    What is active only under a condition stands indented below the first parent that the
    condition names. FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs show pcs/mnist_cnn.pcs
    """
    from rich.console import Console
    from rich.text import Text

    from smacwrap.cli.pcs.files import read_text, shown, warned
    from smacwrap.pcs.count import size_in_words
    from smacwrap.pcs.source_map import Places
    from smacwrap.pcs.sources import parse_source

    source = warned(parse_source(read_text(file), shown(file)), file)
    tree = source.tree
    places = Places.find(tree, source.text, source.file)
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000  # in a file or a pipe, lines are not to be broken
    if len(tree):
        console.print(_table(tree, places.parameters))
    clauses = [repr(clause) for _, clause in places.clauses]
    if clauses:
        console.print(Text("\nForbidden", style="bold"))
        for clause in clauses:
            console.print(Text(f"  {clause}"), soft_wrap=True)
    console.print(f"\n{size_in_words(tree)}")


def _table(tree: Tree, names: Iterable[str]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from smacwrap.pcs.describe import describe
    from smacwrap.pcs.writer import condition_text

    conditions = tree.condition_of
    headings = ["Parameter", "Type", "Domain", "Default", "Scale"]
    if conditions:
        headings.append("Active if")
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for depth, name in _rows(names, conditions):
        words = describe(tree[name])
        indent = "  " * min(depth, _DEEPEST_INDENT)
        cells = [indent + name, words.type, words.domain, words.default, "log" if words.log else ""]
        if name in conditions:
            cells.append(condition_text(conditions[name]))
        # Text, because rich would take [0, 1] for markup.
        table.add_row(*map(Text, cells))
    return table


def _rows(names: Iterable[str], conditions: Mapping[str, Condition]) -> Iterator[tuple[int, str]]:
    """All parameters, each child below its parent, with their depth in this tree."""
    from smacwrap.pcs.condition_term import terms_of

    children: dict[str | None, list[str]] = {}
    for name in names:
        first = terms_of(conditions[name])[0].parent.name if name in conditions else None
        children.setdefault(first, []).append(name)
    waiting = [(0, name) for name in reversed(children.get(None, []))]
    while waiting:
        depth, name = waiting.pop()
        yield depth, name
        waiting += [(depth + 1, child) for child in reversed(children.get(name, []))]

"""`smacwrap pcs sample`: random configurations."""

from __future__ import annotations

import csv
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH

if TYPE_CHECKING:
    from smacwrap.pcs.model import Parameter

_LARGEST_TABLE = 1_000_000


@click.command("sample")
@click.argument("file", type=ANY_PATH)
@click.option(
    "-n", "count", type=click.IntRange(min=1), default=1, show_default=True, help="How many."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same configurations.",
)
@click.option("--csv", "as_csv", is_flag=True, help="A table, empty where inactive.")
def command(file: Path, count: int, seed: int, as_csv: bool) -> None:
    """Draw random legal configurations of a FILE, one a line: -name value …

    Values are quoted where a shell needs it. A configuration can come more than once.
    FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs sample pcs/mnist_cnn.pcs -n 5 --seed 3
    """
    import numpy as np

    from smacwrap.cli.pcs.files import read_tree
    from smacwrap.pcs.rows import Rows

    tree = read_tree(file)
    rows = Rows(tree)
    names = sorted(tree)
    if as_csv:
        csv.writer(sys.stdout, lineterminator="\n").writerow(names)
    random = np.random.default_rng(seed)
    # So long a table fits into memory easily.
    most = max(1, _LARGEST_TABLE // max(1, len(names)))
    for first in range(0, count, most):
        columns = rows.to_texts(rows.sample(min(most, count - first), random))
        if as_csv:
            table = zip(*(columns[name] for name in names), strict=True)
            csv.writer(sys.stdout, lineterminator="\n").writerows(table)
            continue
        flagged = [_flags(tree[name], columns[name]) for name in names]
        for words in zip(*flagged, strict=True):
            click.echo(" ".join(filter(None, words)))


def _flags(parameter: Parameter, column: Sequence[str | None]) -> list[str | None]:
    """`-name value` for each value, None for None."""
    from smacwrap.pcs.entries import texts

    flag = shlex.quote(f"-{parameter.name}")
    if texts(parameter) is None:  # numbers need no quotes
        return [None if value is None else f"{flag} {value}" for value in column]
    quoted = {text: text and f"{flag} {shlex.quote(text)}" for text in {*column}}
    return [quoted[text] for text in column]

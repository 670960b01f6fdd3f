"""`smacwrap pcs diff`: compare two PCS files by meaning."""

import sys
from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import UserError

_SIGNS = {"removed": ("-", "red"), "added": ("+", "green"), "changed": ("~", "yellow")}


@click.command("diff")
@click.argument("old", type=ANY_PATH)
@click.argument("new", type=ANY_PATH)
def command(old: Path, new: Path) -> None:
    """Show what differs from the PCS file OLD to NEW, by meaning: + added, - removed, ~ changed.

    Comments, the order of lines and the syntax make no difference. Exits with 0 if there is
    none, 1 if there is one, 2 if a file cannot be read. One of them may be `-`, standard input.

    \b
    Example:
      smacwrap pcs diff pcs/mnist_cnn.pcs pcs/digits_cnn.pcs
    """
    from smacwrap.cli.pcs.files import STDIN, read_tree
    from smacwrap.pcs.changes import changes

    if old == new == STDIN:
        raise UserError("only one of the two files can be -, the standard input")
    found = list(changes(read_tree(old), read_tree(new)))
    for change in found:
        sign, colour = _SIGNS[change.kind]
        click.secho(f"{sign} {change.text}", fg=colour)
    sys.exit(1 if found else 0)

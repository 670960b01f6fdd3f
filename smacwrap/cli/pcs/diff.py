"""`smacwrap pcs diff`: compare two PCS files by meaning."""

import sys

import click

from smacwrap.pcs import read_pcs
from smacwrap.pcs.changes import changes

_SIGNS = {"removed": ("-", "red"), "added": ("+", "green"), "changed": ("~", "yellow")}


@click.command("diff")
@click.argument("old")
@click.argument("new")
def command(old: str, new: str) -> None:
    """Show what differs from the PCS file OLD to NEW, by meaning: + added, - removed, ~ changed.

    Comments, the order of lines and the syntax make no difference. Exits with 0 if there is
    none, 1 if there is one, 2 if a file cannot be read.

    \b
    Example:
      smacwrap pcs diff pcs/mnist_cnn.pcs pcs/digits_cnn.pcs
    """
    found = list(changes(read_pcs(old), read_pcs(new)))
    for change in found:
        sign, colour = _SIGNS[change.kind]
        click.secho(f"{sign} {change.text}", fg=colour)
    sys.exit(1 if found else 0)

"""`smacwrap pcs default`: the default configuration."""

from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH


@click.command("default")
@click.argument("file", type=ANY_PATH)
def command(file: Path) -> None:
    """Print the default configuration of a FILE, as a call string has it: -name value …

    FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs default pcs/mnist_cnn.pcs
    """
    from smacwrap.cli.pcs.files import flags, read_tree

    click.echo(flags(read_tree(file).default_texts().configuration))

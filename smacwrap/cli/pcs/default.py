"""`smacwrap pcs default`: the default configuration."""

from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.pcs.files import read_space
from smacwrap.cli.pcs.sample import flags
from smacwrap.pcs import to_text


@click.command("default")
@click.argument("file", type=ANY_PATH)
def command(file: Path) -> None:
    """Print the default configuration of a FILE, as a call string has it: -name value …

    FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs default pcs/mnist_cnn.pcs
    """
    click.echo(flags(to_text(read_space(file).get_default_configuration())))

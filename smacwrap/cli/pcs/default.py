"""`smacwrap pcs default`: the default configuration."""

import click

from smacwrap.cli.pcs.sample import flags
from smacwrap.pcs import read_pcs, to_text


@click.command("default")
@click.argument("file")
def command(file: str) -> None:
    """Print the default configuration of a FILE, as a call string has it: -name value …

    \b
    Example:
      smacwrap pcs default pcs/mnist_cnn.pcs
    """
    click.echo(flags(to_text(read_pcs(file).get_default_configuration())))

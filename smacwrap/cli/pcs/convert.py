"""`smacwrap pcs convert`: between both PCS syntaxes and ConfigSpace's JSON."""

from pathlib import Path

import click
from ConfigSpace import ConfigurationSpace

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.pcs.files import read_space, shown, write_output
from smacwrap.errors import Problem, UserError
from smacwrap.pcs import write_pcs
from smacwrap.pcs.configspace_json import to_configspace_json
from smacwrap.pcs.older import lost_in_older


@click.command("convert")
@click.argument("file", type=ANY_PATH)
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Choice(["old", "new", "json"]),
    help="The older or newer PCS syntax, or ConfigSpace's JSON.",
)
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    type=ANY_PATH,
    help="Write to this file instead of standard output.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing OUT.")
def command(file: Path, target: str, output: Path | None, force: bool) -> None:
    """Convert FILE, a PCS file or ConfigSpace's JSON, as far as the target can say it.

    The result has the same legal configurations and default; where the target has no words for
    something, nothing is written and each such line is named. Comments are not kept, parameters
    come sorted by name. FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs convert pcs/mnist_cnn.pcs --to json
    """
    space = read_space(file)
    try:
        text = to_configspace_json(space) if target == "json" else _write(space, target)
    except UserError as error:
        raise UserError(*(Problem(p.message, shown(file)) for p in error.problems)) from None
    for warning in lost_in_older(space) if target == "old" else ():
        click.echo(f"{shown(file)}: warning: {warning}", err=True)
    write_output(text, output, force=force)


def _write(space: ConfigurationSpace, target: str) -> str:
    return write_pcs(space, "old" if target == "old" else "new")

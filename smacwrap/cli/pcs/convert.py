"""`smacwrap pcs convert`: between both PCS syntaxes and ConfigSpace's JSON."""

import json
from pathlib import Path

import click
from ConfigSpace import ConfigurationSpace

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.pcs.files import read_text, shown, write_output
from smacwrap.errors import Problem, UserError
from smacwrap.pcs import parse_pcs, write_pcs
from smacwrap.pcs.configspace_json import parse_configspace_json, to_configspace_json
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
    space = _read(file)
    try:
        text = to_configspace_json(space) if target == "json" else _write(space, target)
    except UserError as error:
        raise UserError(*(Problem(p.message, shown(file)) for p in error.problems)) from None
    for warning in lost_in_older(space) if target == "old" else ():
        click.echo(f"{shown(file)}: warning: {warning}", err=True)
    write_output(text, output, force=force)


def _write(space: ConfigurationSpace, target: str) -> str:
    return write_pcs(space, "old" if target == "old" else "new")


def _read(file: Path) -> ConfigurationSpace:
    text = read_text(file)
    if not _is_json(text, file):
        return parse_pcs(text, shown(file))
    decoded = parse_configspace_json(text, shown(file))
    for warning in decoded.warnings:
        click.echo(f"{shown(file)}: warning: {warning}", err=True)
    return decoded.space


def _is_json(text: str, file: Path) -> bool:
    """Whether it is JSON: a PCS file, too, may begin with a brace."""
    if file.suffix == ".json":
        return True
    if not text.lstrip().startswith("{"):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True

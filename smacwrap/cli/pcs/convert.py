"""`smacwrap pcs convert`: between PCS syntaxes, ConfigSpace's JSON and what others have."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import Problem, UserError

if TYPE_CHECKING:
    from smacwrap.pcs import Tree


@click.command("convert")
@click.argument("file", type=ANY_PATH)
@click.option(
    "--from",
    "origin",
    type=click.Choice(["irace", "paramils"]),
    help="FILE is a parameter file of irace or ParamILS.",
)
@click.option(
    "--default",
    metavar="FILE",
    type=ANY_PATH,
    help="With --from irace: a file of configurations, the first of which is the default.",
)
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
def command(
    file: Path,
    origin: str | None,
    default: Path | None,
    target: str,
    output: Path | None,
    force: bool,
) -> None:
    """Convert FILE, a PCS file or ConfigSpace's JSON, as far as the target can say it.

    The result has the same legal configurations and default; where the target has no words for
    something, nothing is written and each such line is named. Comments are not kept, parameters
    come sorted by name. FILE may be `-`, standard input.

    With --from it is the parameter file of another configurator. irace's has no defaults: numbers
    start in the middle of their ranges and other parameters with their first values, unless
    --default names a file as irace's configurationsFile.

    \b
    Example:
      smacwrap pcs convert pcs/mnist_cnn.pcs --to json
    """
    from smacwrap.cli.pcs.files import read_tree, shown, write_output
    from smacwrap.pcs.writer_old import lost_in_older

    if default and origin != "irace":
        raise click.UsageError("--default is for --from irace: other files have their defaults")
    foreign = _foreign(origin, file, default) if origin else None
    tree = read_tree(file) if foreign is None else _parse(foreign, file)
    try:
        # What is foreign comes with its comments.
        text = foreign if foreign is not None and target == "new" else _write(tree, target)
    except UserError as error:
        raise UserError(*(Problem(p.message, shown(file)) for p in error.problems)) from None
    for warning in lost_in_older(tree) if target == "old" else ():
        click.echo(f"{shown(file)}: warning: {warning}", err=True)
    write_output(text, output, force=force)


def _write(tree: Tree, target: str) -> str:
    from smacwrap.pcs import write_pcs

    if target == "json":
        from smacwrap.pcs.configspace_json import to_configspace_json  # takes a second

        return to_configspace_json(tree)
    return write_pcs(tree, "old" if target == "old" else "new")


def _foreign(origin: str, file: Path, default: Path | None) -> str:
    """The text of a PCS file for the parameter file of another configurator."""
    from smacwrap.cli.pcs.files import read_text, shown
    from smacwrap.pcs.foreign.irace import first_configuration, irace_to_pcs
    from smacwrap.pcs.foreign.paramils import paramils_to_pcs

    text = read_text(file)
    if origin == "paramils":
        return paramils_to_pcs(text, shown(file))
    settings = first_configuration(read_text(default), shown(default)) if default else None
    return irace_to_pcs(text, shown(file), settings)


def _parse(text: str, file: Path) -> Tree:
    from smacwrap.cli.pcs.files import shown
    from smacwrap.pcs import parse_tree

    try:
        return parse_tree(text, f"{shown(file)}, written as PCS")
    except UserError as error:
        hints = [
            "choose other starting values: --default FILE, as irace's configurationsFile"
            for problem in error.problems
            if "forbids the default" in problem.message
        ]
        raise UserError(*error.problems, *hints[:1]) from None

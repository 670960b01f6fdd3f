"""`smacwrap pcs from-script`: a first PCS file from the options in a script's source."""

from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH


@click.command("from-script")
@click.argument("script", type=ANY_PATH)
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=ANY_PATH,
    help="Write to this file instead of standard output.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing FILE.")
def command(script: Path, output: Path | None, force: bool) -> None:
    """Write a PCS file for a SCRIPT, from the options in its source.

    They are its argparse, click or Typer options, the YAML file of hydra or OmegaConf, the
    arguments of a function with @smacwrap.target, or the getopts, --name and $1 of a shell script.

    SCRIPT is not run. Choices are taken as they are, other ranges guessed around the defaults;
    TODO marks what you must decide. Paths, seeds, epochs and the like are listed as left out.
    Of subcommands, and of options that exclude one another, the first is taken; the lines of the
    others are comments.
    Option names fit {flags} in the command of job.toml: `-lr` becomes `--lr value`.

    \b
    Example:
      smacwrap pcs from-script scripts/mnist_cnn_smac.py
    """
    from smacwrap.cli.pcs.files import LARGEST_SCRIPT, read_bytes, shown, write_output
    from smacwrap.pcs.from_script import pcs_from_script

    text = pcs_from_script(read_bytes(script, LARGEST_SCRIPT), shown(script))
    write_output(text, output, force=force)

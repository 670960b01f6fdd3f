"""`smacwrap pcs`: tools to author PCS files, one file a command."""

import click

from smacwrap.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Report everything that is wrong or suspicious in PCS files.",
    "show": "Show a PCS file as a table, with its conditions as a tree.",
    "fmt": "Lay a PCS file out neatly; comments stay.",
    "convert": "Convert PCS files, ConfigSpace's JSON, files of irace and ParamILS.",
    "sample": "Draw random configurations.",
    "default": "Print the default configuration.",
    "from-script": "Write a PCS skeleton from a script's argparse options.",
    "diff": "Compare two PCS files by meaning.",
}


@click.group("pcs", cls=LazyGroup, package=__package__, commands=_COMMANDS)
def command() -> None:
    """Write, check and convert PCS files.

    \b
    Example:
      smacwrap pcs check pcs/mnist_cnn.pcs
    """

"""`smacwrap scenario`: tools to author scenario files, one file a command."""

import click

from smacwrap.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Report everything that would stop or surprise a launch.",
    "show": "Show the effective options and where each value came from.",
    "new": "Write scenario, PCS and job for a training script.",
}


@click.group("scenario", cls=LazyGroup, package=__package__, commands=_COMMANDS)
def command() -> None:
    """Write, check and show scenario files.

    \b
    Example:
      smacwrap scenario check scenarios/mnist_cnn/scenario.txt
    """

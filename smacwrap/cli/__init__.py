"""The command line: one file a command, loaded only when it is called.

The functions of a command import what they work with when they run, not at the top of the file:
so `--help`, and a word that is spelled wrong, wait for click alone.
"""

import contextlib
import errno
import sys

import click

from smacwrap import __version__
from smacwrap.cli.lazy import LazyGroup
from smacwrap.errors import UserError

_COMMANDS = {
    "launch": "Tune a program: start workers on a scenario.",
    "run": "Run a job once for a call string (the wrapper).",
    "algo-test": "Run one configuration of a scenario and show everything.",
    "status": "Show what goes on in a study.",
    "stop": "End a launch, a worker or a run from another terminal.",
    "forget": "Take runs out of what a study has learned.",
    "import": "Make a study of a folder that SMAC v2 wrote.",
    "state-merge": "Merge the runs of several studies or state folders.",
    "pcs": "Write, check and convert PCS files.",
    "scenario": "Write, check and show scenario files.",
}


@click.group(
    cls=LazyGroup,
    package=__package__,
    commands=_COMMANDS,
    hidden=("worker",),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="smacwrap")
def cli() -> None:
    """Tune any program that starts from a command line, from SMAC v2's files.

    \b
    Example:
      smacwrap launch scenarios/digits_cnn/scenario.txt --parallel 2
    """


def main() -> None:
    """Run the command line; what is wrong with the input is said in a line each, exit code 2."""
    try:
        cli(prog_name="smacwrap")
    except UserError as error:
        _say(error.underlined())
        sys.exit(2)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        # What is left in the buffer cannot be written at the end either.
        sys.stdout = None
        _say("the output cannot be written: no space left on the device")
        sys.exit(2)


def _say(message: str) -> None:
    with contextlib.suppress(OSError):  # where that is full, too, the exit code says it
        click.echo(message, err=True)

"""The command line: one file a command, loaded only when it is called."""

import importlib
import sys

import click

from smacwrap import __version__
from smacwrap.errors import UserError

_COMMANDS = {
    "launch": "Tune a program: start workers on a scenario.",
    "run": "Run a job once for a call string (the wrapper).",
    "algo-test": "Run one configuration of a scenario and show everything.",
}


class _LazyGroup(click.Group):
    """A group that imports a command's module when the command is called, not before.

    The wrapper is started once per run: it must not wait for what other commands import.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in (*_COMMANDS, "worker"):
            return None
        module = importlib.import_module(f"smacwrap.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.command(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
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
        click.echo(error.underlined(), err=True)
        sys.exit(2)

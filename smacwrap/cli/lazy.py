"""A group of commands that loads a command's module when the command is called, not before."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from smacwrap.errors import did_you_mean


class LazyGroup(click.Group):
    """A group whose commands are modules of one package, each with a `command`.

    The wrapper is started once per run: it must not wait for what other commands import.

    Args:
        package: the package of the modules; `algo-test` is its module `algo_test`.
        commands: the commands, in the order of the help, with a line of help each.
        hidden: commands that the help does not list.
    """

    def __init__(
        self,
        *args: Any,
        package: str,
        commands: Mapping[str, str],
        hidden: tuple[str, ...] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._lines = commands
        self._hidden = hidden

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands, in the order of the help."""
        return list(self._lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, loaded now; None if there is none."""
        if cmd_name not in (*self._lines, *self._hidden):
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the words begin with; an error with a suggestion for a typo."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            ctx.fail(f"No such command '{name}'{did_you_mean(name, self._lines)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._lines.items()))

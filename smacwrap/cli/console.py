"""The console that commands print on."""

from rich.console import Console


def plain_console() -> Console:
    """A console on standard output; in a file or a pipe no line is broken or cut."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000
    return console

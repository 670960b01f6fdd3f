"""`smacwrap pcs sample`: random configurations."""

import csv
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from ConfigSpace import Configuration, ConfigurationSpace

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.pcs.files import read_space
from smacwrap.pcs import to_text

_DRAWN_AT_ONCE = 1000


@click.command("sample")
@click.argument("file", type=ANY_PATH)
@click.option(
    "-n", "count", type=click.IntRange(min=1), default=1, show_default=True, help="How many."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=1,
    show_default=True,
    help="The same seed gives the same configurations.",
)
@click.option("--csv", "as_csv", is_flag=True, help="A table, empty where inactive.")
def command(file: Path, count: int, seed: int, as_csv: bool) -> None:
    """Draw random legal configurations of a FILE, one a line: -name value …

    Values are quoted where a shell needs it. A configuration can come more than once.
    FILE may be `-`, standard input.

    \b
    Example:
      smacwrap pcs sample pcs/mnist_cnn.pcs -n 5 --seed 3
    """
    space = read_space(file)
    space.seed(seed)
    settings = (to_text(configuration) for configuration in _draw(space, count))
    if as_csv:
        writer = csv.DictWriter(sys.stdout, sorted(space), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(settings)
    else:
        for active in settings:
            click.echo(flags(active))


def flags(settings: Mapping[str, str]) -> str:
    """`-name value …` for a shell."""
    return shlex.join(word for name, value in settings.items() for word in (f"-{name}", value))


def _draw(space: ConfigurationSpace, count: int) -> Iterator[Configuration]:
    for first in range(0, count, _DRAWN_AT_ONCE):
        drawn = space.sample_configuration(min(_DRAWN_AT_ONCE, count - first))
        yield from drawn if isinstance(drawn, list) else [drawn]

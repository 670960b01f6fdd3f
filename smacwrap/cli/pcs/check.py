"""`smacwrap pcs check`: everything that is wrong or suspicious in PCS files."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.errors import Problem, UserError

if TYPE_CHECKING:
    from smacwrap.pcs.tree import Tree


@click.command("check")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--strict", is_flag=True, help="Exit with 1 if there are warnings.")
def command(files: tuple[str, ...], strict: bool) -> None:
    """Report everything that is wrong or suspicious in each FILE; - is the standard input.

    Errors are what a launch would refuse. Warnings are for what is legal, but hardly meant: a
    range over three decades without log, a condition that can never hold, a forbidden clause
    that never matches, a default at the edge. Exits with 2 if there are errors.

    \b
    Example:
      smacwrap pcs check pcs/mnist_cnn.pcs --strict
    """
    results = [_check(file) for file in files]
    errors = any(failed for failed, _ in results)
    warnings = any(warned for _, warned in results)
    sys.exit(2 if errors else 1 if strict and warnings else 0)


def _check(file: str) -> tuple[bool, bool]:
    """Print what is found in one file; whether there are errors, and warnings."""
    from smacwrap.cli.pcs.files import read_text, shown
    from smacwrap.pcs.review import review_pcs
    from smacwrap.pcs.source_map import Places
    from smacwrap.pcs.sources import parse_source

    path = Path(file)
    name = shown(path)
    try:
        source = parse_source(read_text(path), name)
    except UserError as error:
        _print(error.problems, "error", "red")
        click.echo(f"{name}: {_plural(len(error.problems), 'error')}")
        return True, False
    tree = source.tree
    warnings = [Problem(warning, name) for warning in source.warnings]
    warnings += review_pcs(tree, Places.find(tree, source.text, source.file))
    _print(warnings, "warning", "yellow")
    verdict = f"ok, {_plural(len(warnings), 'warning')}" if warnings else "ok"
    click.echo(f"{name}: {verdict}, {_summary(tree)}")
    return False, bool(warnings)


def _print(problems: Iterable[Problem], level: str, colour: str) -> None:
    from smacwrap.frozen import replace

    for problem in problems:
        message = f"{click.style(level, fg=colour)}: {problem.message}"
        click.echo(replace(problem, message=message).underlined())


def _summary(tree: Tree) -> str:
    from smacwrap.pcs.count import size_in_words
    from smacwrap.pcs.describe import describe

    parameters = _plural(len(tree), "parameter")
    logs = sum(describe(parameter).log for parameter in tree.values())
    fixed = sum(parameter.size == 1 for parameter in tree.values())
    kinds = [f"{count} {kind}" for count, kind in ((logs, "log"), (fixed, "fixed")) if count]
    return ", ".join(
        [
            f"{parameters} ({', '.join(kinds)})" if kinds else parameters,
            _plural(len(tree.conditions), "condition"),
            _plural(len(tree.clauses), "forbidden clause"),
            size_in_words(tree),
        ]
    )


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"

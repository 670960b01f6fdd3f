"""`smacwrap pcs fmt`: lays PCS files out neatly, in place."""

import codecs
import sys
from pathlib import Path

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import Problem, UserError


@click.command("fmt")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=ANY_PATH)
@click.option("--check", is_flag=True, help="Change nothing; list the files that would change.")
def command(files: tuple[Path, ...], check: bool) -> None:
    """Lay PCS FILEs out neatly, in place: aligned, with even blanks.

    Meaning, comments, numbers as written and the order of lines stay; so do the line ends (those
    of the first line) and a byte order mark. With `-`, or without a FILE, standard input goes to
    standard output. A FILE with errors is left as it is.

    With --check the exit code is 1 if a file would change. It is 2 if a file has errors.

    \b
    Example:
      smacwrap pcs fmt --check pcs/digits_cnn.pcs
    """
    from smacwrap.cli.pcs.files import STDIN

    if not files and sys.stdin.isatty():
        raise click.UsageError("Missing argument 'FILE...'.")
    problems: list[Problem] = []
    changed = False
    for path in files or (STDIN,):
        try:
            changed |= _format(path, check)
        except UserError as error:
            problems += error.problems
    if problems:
        raise UserError(*problems)
    if check and changed:
        sys.exit(1)


def _format(path: Path, check: bool) -> bool:
    """Returns whether the layout changes."""
    from smacwrap.cli.pcs.files import STDIN, decode, encode, read_bytes, replace_file, shown
    from smacwrap.pcs.layout import format_pcs
    from smacwrap.pcs.sources import is_json, refuse_foreign

    before = read_bytes(path)
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    text = decode(before, path)
    if is_json(text, shown(path)):
        message = "not a PCS file but JSON, which is laid out by other tools"
        raise UserError(Problem(message, shown(path)))
    refuse_foreign(text, shown(path))
    after = mark + encode(format_pcs(text, shown(path)))
    if check:
        if after != before:
            click.echo(shown(path))
    elif path == STDIN:
        click.echo(after, nl=False)
    elif after != before:
        replace_file(path, after)
    return after != before

"""`smacwrap scenario new`: write scenario, PCS and job for a training script."""

import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.pcs.files import LARGEST_SCRIPT, read_bytes
from smacwrap.errors import UserError
from smacwrap.pcs import read_pcs
from smacwrap.pcs.from_script import Skeleton, skeleton_from_script
from smacwrap.scenario.skeleton import (
    JOB,
    PCS,
    SCENARIO,
    Command,
    example_pcs,
    job_text,
    read_command,
    read_quality,
    relative,
    scenario_text,
    write_all,
)
from smacwrap.wrapper.command import CommandTemplate

_T = TypeVar("_T")
_RUNS = 40


@click.command("new")
@click.argument("script", required=False)
@click.option(
    "--pattern",
    metavar="TEXT",
    help="The text in front of the quality in the output, or a regular expression with a group.",
)
@click.option(
    "--quality",
    metavar="METRIC",
    help="The quality's name; without --pattern it is printed as METRIC<TAB>value.",
)
@click.option("--runs", type=click.IntRange(min=1), help="How many runs a launch makes.")
@click.option("--dir", "folder", type=ANY_PATH, help="Where to write the files.")
@click.option(
    "--pcs",
    "pcs_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Use this PCS file and write none.",
)
@click.option("--name", help="Name of the study's folder.  [default: that of --dir]")
@click.option("--force", is_flag=True, help="Replace files that exist.")
def command(
    script: str | None,
    pattern: str | None,
    quality: str | None,
    runs: int | None,
    folder: Path | None,
    pcs_file: Path | None,
    name: str | None,
    force: bool,
) -> None:
    """Write scenario.txt, params.pcs and job.toml for a SCRIPT, ready to be launched.

    SCRIPT is a Python script, an executable file or, in quotes, a whole command, in which {flags}
    stands for the parameters unless they come last. A Python script's argparse options become
    the parameters; of subcommands, those of the one that the command names. Less is better: where
    a script prints an accuracy, have it print 1 - accuracy.

    What is missing is asked for on a terminal.

    \b
    Example:
      smacwrap scenario new train.py --pattern "Val error:" --runs 40 --dir tuned
    """
    if not sys.stdin.isatty():
        _require(
            ("SCRIPT", script),
            ("--pattern", pattern or quality),
            ("--runs", runs),
            ("--dir", folder),
        )
    if pcs_file:
        read_pcs(pcs_file)  # a launch would refuse one with errors
    started = _started(script) if script else _ask("Script or command to tune", _started)
    if pattern or quality:
        how = read_quality(quality, pattern)
    else:
        question = 'Text before the quality in its output, as "Val error:" (less is better)'
        how = _ask(question, lambda text: read_quality(None, text))
    runs = runs or click.prompt("Number of runs", type=click.IntRange(min=1), default=_RUNS)
    folder = folder or _ask("Folder to write to", Path, default=".")
    skeleton, advice = (None, "") if pcs_file else _parameters(started)
    if skeleton and "{flags}" in started.text:
        for word, flags in skeleton.in_front.items():
            started = started.with_words(flags, word)
    files = {folder / JOB: job_text(started, how, folder, skeleton.rules if skeleton else ())}
    if skeleton:
        files[folder / PCS] = skeleton.pcs
    pcs = relative(pcs_file, folder) if pcs_file else PCS
    files[folder / SCENARIO] = scenario_text(pcs, runs, name)
    write_all(files, force)
    for file in files:
        click.echo(f"wrote {file}")
    if advice:
        click.echo(f"\n{advice}")
    click.echo("\nNext:")
    scenario = folder / SCENARIO
    if any(_is_another_here(name, folder) for name in (pcs, JOB)):
        click.echo(f"  cd {shlex.quote(str(folder))}")
        scenario = Path(SCENARIO)
    for next_command in ("algo-test", "launch"):
        click.echo(f"  smacwrap {next_command} {shlex.quote(str(scenario))}")


def _is_another_here(name: str, folder: Path) -> bool:
    """Whether a launch in the current folder, where it looks first, finds another file there."""
    here = Path(name)
    return here.is_file() and not here.samefile(folder / name)


def _require(*answers: tuple[str, object]) -> None:
    missing = [name for name, answer in answers if not answer]
    if missing:
        raise UserError(f"no terminal to ask on: give {', '.join(missing)}")


def _started(text: str) -> Command:
    started = read_command(text)
    try:
        CommandTemplate(started.text)
    except ValueError as error:
        raise UserError(str(error)) from None
    return started


def _ask(question: str, read: Callable[[str], _T], default: str | None = None) -> _T:
    """The answer to a question, which is asked until `read` makes something of it."""

    def parse(text: str) -> _T:
        try:
            return read(text)
        except UserError as error:
            raise click.UsageError(str(error)) from None

    answer: _T = click.prompt(question, value_proc=parse, default=default)
    return answer


def _parameters(started: Command) -> tuple[Skeleton, str]:
    """The PCS file, and what a person has to do about it."""
    why = ""
    if started.script:
        source = read_bytes(started.script, LARGEST_SCRIPT)
        advice = f"The ranges in {PCS} are guesses: go through them first."
        try:
            return skeleton_from_script(source, started.script, started.words()), advice
        except UserError as error:
            why = f"{error}\n"
    advice = f"{why}{PCS} has an example only: write your parameters there first."
    return Skeleton(example_pcs(started), ()), advice

"""`smacwrap scenario new`: write scenario, PCS and job for a training script."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.errors import Problem, UserError

if TYPE_CHECKING:
    from smacwrap.pcs.from_script import Skeleton, TargetFunction
    from smacwrap.scenario.skeleton import Command, Quality

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
@click.option(
    "--maximize/--minimize",
    "maximize",
    default=None,
    help="Which way the quality is better.  [default: less is better]",
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
    maximize: bool | None,
    runs: int | None,
    folder: Path | None,
    pcs_file: Path | None,
    name: str | None,
    force: bool,
) -> None:
    """Write scenario.txt, params.pcs and job.toml for a SCRIPT, ready to be launched.

    SCRIPT is a Python script, an executable file or, in quotes, a whole command, in which {flags}
    stands for the parameters unless they come last. The parameters are read from the script: its
    argparse, click or Typer options, the configuration of hydra, the arguments of a function with
    @smacwrap.target, or the getopts and $1 of a shell script; of subcommands, those of the one
    that the command names.

    Less is better, unless --maximize says otherwise; for a metric that is named like an accuracy
    one of both is needed. What is missing is asked for on a terminal.

    \b
    Example:
      smacwrap scenario new train.py --pattern "Val error:" --runs 40 --dir tuned
    """
    from smacwrap.pcs import read_tree
    from smacwrap.protocol.direction import Direction
    from smacwrap.scenario.skeleton import JOB, PCS, SCENARIO, relative, scenario_text, write_all

    if not script:
        _need(
            ("SCRIPT", script),
            ("--pattern", pattern or quality),
            ("--runs", runs),
            ("--dir", folder),
        )
    if pcs_file:
        read_tree(pcs_file)  # a launch would refuse one with errors
    started = _started(script) if script else _ask("Script or command to tune", _started)
    function = _function(started)
    if function:
        _check_function(function, started, pattern or quality, maximize)
    _need(("--pattern", pattern or quality or function), ("--runs", runs), ("--dir", folder))
    how = None if function else _quality(quality, pattern, maximize)
    runs = runs or click.prompt("Number of runs", type=click.IntRange(min=1), default=_RUNS)
    folder = folder or _ask("Folder to write to", Path, default=".")
    skeleton, advice = (None, "") if pcs_file else _parameters(started)
    files: dict[Path, str] = {}
    if how:
        files[folder / JOB] = _job(started, how, folder, skeleton)
    if skeleton:
        files[folder / PCS] = skeleton.pcs
    pcs = relative(pcs_file, folder) if pcs_file else PCS
    algo = () if how else (_algo(started),)
    files[folder / SCENARIO] = scenario_text(pcs, runs, name, *algo)
    write_all(files, force)
    for file in files:
        click.echo(f"wrote {file}")
    if function:
        click.echo(f"\nThis {function.direction}.")
    elif how:
        click.echo(f"\nThis {Direction(how.metric, how.maximize is True)}.")
    if advice:
        click.echo(advice)
    click.echo("\nNext:")
    scenario = folder / SCENARIO
    if any(_is_another_here(name, folder) for name in (pcs, *([JOB] if how else []))):
        click.echo(f"  cd {shlex.quote(str(folder))}")
        scenario = Path(SCENARIO)
    for next_command in ("algo-test", "launch"):
        click.echo(f"  smacwrap {next_command} {shlex.quote(str(scenario))}")


def _is_another_here(name: str, folder: Path) -> bool:
    """Whether a launch in the current folder, where it looks first, finds another file there."""
    here = Path(name)
    return here.is_file() and not here.samefile(folder / name)


def _need(*answers: tuple[str, object]) -> None:
    """Complain of answers that are missing, where nobody can be asked."""
    missing = [name for name, answer in answers if not answer]
    if missing and not sys.stdin.isatty():
        raise UserError(f"no terminal to ask on: give {', '.join(missing)}")


def _function(started: Command) -> TargetFunction | None:
    """The function with `@smacwrap.target` that a command calls; it needs no job file."""
    from smacwrap.cli.pcs.files import LARGEST_SCRIPT, read_bytes
    from smacwrap.pcs.from_script import read_target_function

    if started.script is None or started.script.suffix != ".py":
        return None
    source = read_bytes(started.script, LARGEST_SCRIPT)
    try:
        return read_target_function(source, started.script)
    except UserError:
        return None  # told where its parameters are read


def _check_function(
    function: TargetFunction, started: Command, pattern: str | None, maximize: bool | None
) -> None:
    script = started.script
    assert script, "the function is in one"
    problem = ""
    if not function.has_main:
        problem = f'nothing calls {function.name}.main(): end with  if __name__ == "__main__": '
        problem += f"{function.name}.main()"
    elif shlex.split(started.text) != ["python", script.name, "{flags}"]:
        problem = f"{function.name}() is called with a call string: give the script alone"
    elif pattern:
        problem = f"{function.name}() returns its quality: leave out --pattern and --quality"
    elif maximize is not None and maximize != function.direction.maximize:
        problem = f"{function.name}() decides this: write @smacwrap.target(maximize={maximize})"
    elif maximize is None:
        problem = function.direction.doubt()
    if problem:
        raise UserError(Problem(problem, script, function.line))


def _algo(started: Command) -> str:
    """The lines of a scenario that call a script in its own folder, wherever it is launched."""
    from smacwrap.lookup import resolved

    assert started.script, "the function is in one"
    folder = resolved(started.script.parent)
    return f"python {shlex.quote(started.script.name)}\nexecdir = {folder}"


def _quality(name: str | None, pattern: str | None, maximize: bool | None) -> Quality:
    """How the quality is read, and which way it is better."""
    from smacwrap.protocol.direction import suggested_maximize
    from smacwrap.scenario.skeleton import read_quality

    if pattern or name:
        how = read_quality(name, pattern)
    else:
        question = 'Text before the quality in its output, as "Val error:"'
        how = _ask(question, lambda text: read_quality(None, text))
    if maximize is None:
        suggested = suggested_maximize(how.metric, how.pattern or "")
        if sys.stdin.isatty():
            maximize = click.confirm(f"Is more of {how.metric} better?", default=suggested is True)
        elif suggested:
            raise UserError(
                f"'{how.metric}' reads like a metric to maximise: give --maximize, "
                "or --minimize if less is better"
            )
    return replace(how, maximize=maximize)


def _job(started: Command, how: Quality, folder: Path, skeleton: Skeleton | None) -> str:
    from smacwrap.scenario.skeleton import job_text

    if skeleton is None:
        return job_text(started, how, folder)
    if "{flags}" in started.text:
        for word, flags in skeleton.in_front.items():
            started = started.with_words(flags, word)
    started = replace(started, text=started.text.replace("{flags}", skeleton.flags))
    beside = started.script.parent if started.script else Path()
    data = [beside / need for need in skeleton.needs]
    return job_text(started, how, folder, skeleton.rules, data)


def _started(text: str) -> Command:
    from smacwrap.scenario.skeleton import read_command
    from smacwrap.wrapper.command import CommandTemplate

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
    from smacwrap.cli.pcs.files import LARGEST_SCRIPT, read_bytes
    from smacwrap.pcs.from_script import CommandNeededError, Skeleton, skeleton_from_script
    from smacwrap.scenario.skeleton import PCS, example_pcs

    why = ""
    if started.script:
        source = read_bytes(started.script, LARGEST_SCRIPT)
        advice = f"The ranges in {PCS} are guesses: go through them first."
        try:
            return skeleton_from_script(source, started.script, started.words()), advice
        except CommandNeededError:
            raise
        except UserError as error:
            why = f"{error}\n"
    advice = f"{why}{PCS} has an example only: write your parameters there first."
    return Skeleton(example_pcs(started), ()), advice

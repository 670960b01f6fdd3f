"""`smacwrap scenario check`: everything that would stop or surprise a launch."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.scenario_options import SCENARIO_OPTIONS, parse_overrides
from smacwrap.errors import Problem, UserError

if TYPE_CHECKING:
    from smacwrap.scenario.review import Finding, Level

_COLOURS = {"error": "red", "warning": "yellow", "info": "cyan"}


@click.command("check", context_settings=SCENARIO_OPTIONS)
@click.argument("words", metavar="SCENARIO...", nargs=-1, type=click.UNPROCESSED, required=True)
@click.option("--strict", is_flag=True, help="Exit with 1 if there are warnings.")
def command(words: tuple[str, ...], strict: bool) -> None:
    """Report everything that would stop or surprise a launch of each SCENARIO.

    Nothing is started or written. Options of scenario files can be given as for a launch, for
    example --numberOfRunsLimit 50. Exits with 2 if a launch would not start.

    \b
    Example:
      smacwrap scenario check scenarios/digits_cnn/scenario.txt --strict
    """
    from smacwrap.cli.find_scenario import find_scenario
    from smacwrap.scenario.review import Level

    files, options = _files_and_options(words)
    if not files:
        raise UserError("name a scenario file to check")
    own = [option for param in command.params for option in param.opts]
    overrides = parse_overrides(options, own)
    worst: Counter[Level] = Counter()
    for file in files:
        worst += _check(str(find_scenario(Path(file), "scenario check")), overrides)
    sys.exit(2 if worst[Level.ERROR] else 1 if strict and worst[Level.WARNING] else 0)


def _files_and_options(words: tuple[str, ...]) -> tuple[list[str], list[str]]:
    files: list[str] = []
    options: list[str] = []
    rest = iter(words)
    for word in rest:
        if not word.startswith("--"):
            files.append(word)
            continue
        options.append(word)
        if "=" not in word:
            options += islice(rest, 1)
    return files, options


def _check(file: str, overrides: Sequence[tuple[str, str]]) -> Counter[Level]:
    """Print what is found in one file, and count it."""
    from smacwrap.launch.preflight import review_launch
    from smacwrap.scenario import load_scenario
    from smacwrap.scenario.review import Level, errors, review, review_unloadable

    loaded = True
    try:
        scenario = load_scenario(file, overrides)
        findings = [*review(scenario), *review_launch(scenario)]
    except UserError as error:
        findings = [*errors(error), *review_unloadable(Path(file))]
        loaded = False
    for finding in sorted(findings, key=lambda finding: list(Level).index(finding.level)):
        _print(finding)
    count = Counter(finding.level for finding in findings)
    parts = [_counted(count[level], level) for level in (Level.ERROR, Level.WARNING)]
    summary = ", ".join(filter(None, parts)) or "ok"
    if count[Level.WARNING] and not count[Level.ERROR]:
        summary = f"ok, {summary}"
    rest = "" if loaded else " (fix these first; the rest was not checked)"
    click.echo(f"{file}: {summary}{rest}")
    return count


def _counted(number: int, level: Level) -> str:
    return f"{number} {level}{'s' if number > 1 else ''}" if number else ""


def _print(finding: Finding) -> None:
    from smacwrap.frozen import replace
    from smacwrap.scenario.review import Level

    problem = finding.problem
    level = click.style(finding.level, fg=_COLOURS[finding.level])
    shown = replace(problem, message=f"{level}: {problem.message}", file=_relative(problem))
    click.echo(shown if finding.level is Level.INFO else shown.underlined())


def _relative(problem: Problem) -> Path | str | None:
    """The file as it is named from the current folder, if it lies below it."""
    file, here = problem.file, Path.cwd()
    return Path(file).relative_to(here) if file and Path(file).is_relative_to(here) else file

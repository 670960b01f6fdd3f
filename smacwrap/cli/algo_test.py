"""`smacwrap algo-test`: one run of a scenario's target algorithm, with everything shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.scenario_options import SCENARIO_OPTIONS, parse_overrides
from smacwrap.errors import UserError

if TYPE_CHECKING:
    from smacwrap.protocol import CallString, Result
    from smacwrap.protocol.direction import Direction
    from smacwrap.scenario import Scenario


@click.command("algo-test", context_settings=SCENARIO_OPTIONS)
@click.argument("scenario_file", metavar="SCENARIO", type=ANY_PATH)
@click.option(
    "--config",
    metavar='"-name value ..."',
    default="",
    help="Values that differ from the default configuration's.",
)
@click.argument("scenario_options", nargs=-1, type=click.UNPROCESSED, metavar="")
def command(scenario_file: Path, config: str, scenario_options: tuple[str, ...]) -> None:
    """Run one configuration of a SCENARIO: the default one, or with the values of --config.

    Shows the call string, the command that a job makes of it, the target algorithm's output and
    its result: the first thing to do with a new scenario. Where there are instances, it runs on
    the first one. Exits with 1 if the run crashed.

    \b
    Example:
      smacwrap algo-test scenarios/digits_cnn/scenario.txt --config "-dropout1 0.1"
    """
    from smacwrap.cli.find_scenario import find_scenario
    from smacwrap.protocol import format_result
    from smacwrap.scenario import load_scenario
    from smacwrap.worker.direction import direction_of
    from smacwrap.worker.target import Target, check_target, target_environment

    own = [option for param in command.params for option in param.opts]
    overrides = parse_overrides(scenario_options, own)
    scenario = load_scenario(find_scenario(scenario_file, "algo-test"), overrides)
    environment = target_environment(scenario, None)
    check_target(scenario, environment)
    call = _call(scenario, _configuration(scenario, config))
    target = Target(scenario, environment)
    click.echo(f"Call:   {target.sample_call(call)}")
    if not call.has_cutoff:
        click.echo("        (1.7976931348623157E308 stands for no cutoff)")
    if shown := target.command(call):
        click.echo(f"Command: {shown}")
    click.echo("Output:")
    sys.stdout.flush()
    answer = target.call(call, echo=sys.stdout.buffer)
    click.echo(f"Result: {format_result(answer.result)}")
    click.echo(f"        {answer.result.status} after {answer.wallclock_time:.1f} s")
    for warning in answer.warnings:
        click.echo(f"        warning: {warning}", err=True)
    direction = direction_of(scenario)
    click.echo(f"        {direction}{_value(scenario, direction, answer.result)}")
    if doubt := direction.doubt():
        click.secho(f"warning: {doubt}", err=True, fg="yellow")
    if answer.reason:
        click.echo(f"        {answer.reason}", err=True)
        sys.exit(1)


def _call(scenario: Scenario, parameters: dict[str, str]) -> CallString:
    from smacwrap.protocol import NO_INSTANCE, CallString
    from smacwrap.scenario.instances import Instance

    instance = next(iter(scenario.instances), Instance(NO_INSTANCE))
    seed = -1 if scenario.deterministic else next(iter(instance.seeds), 1)
    return CallString(
        parameters, instance.name, instance.specifics, cutoff=scenario.cutoff, seed=seed
    )


def _value(scenario: Scenario, direction: Direction, result: Result) -> str:
    """What the run gave for it, in the target's own terms."""
    if not result.status.decided:
        return ""
    number = result.runtime if scenario.run_obj == "RUNTIME" else result.quality
    return f": {direction.own(number):g}"


def _configuration(scenario: Scenario, config: str) -> dict[str, str]:
    from smacwrap.pcs import read_tree
    from smacwrap.pcs.settings import values_of_words
    from smacwrap.pcs.tree import value_text

    tree = read_tree(scenario.pcs_file)
    try:
        values = values_of_words(tree, config)
        return {name: value_text(tree[name], values[name]) for name in sorted(values)}
    except UserError as error:
        raise UserError(*(f"--config: {problem.message}" for problem in error.problems)) from None

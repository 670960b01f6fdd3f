"""`smacwrap scenario show`: the effective options, and where each value came from."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from smacwrap.cli.paths import ANY_PATH
from smacwrap.cli.scenario_options import SCENARIO_OPTIONS, parse_overrides

if TYPE_CHECKING:
    from rich.table import Table

    from smacwrap.scenario import Option, Scenario, Setting

# Their defaults are the largest numbers of Java's types.
_UNLIMITED = ("algo-cutoff-time", "cputime-limit", "runcount-limit", "wallclock-limit")


@click.command("show", context_settings=SCENARIO_OPTIONS)
@click.argument("scenario_file", metavar="SCENARIO", type=ANY_PATH)
@click.option("--all", "show_all", is_flag=True, help="Show the options without effect, too.")
@click.argument("scenario_options", nargs=-1, type=click.UNPROCESSED, metavar="")
def command(scenario_file: Path, show_all: bool, scenario_options: tuple[str, ...]) -> None:
    """Show the effective options of a SCENARIO, and where each value came from.

    These are the ones that are set and the ones that have an effect; --all shows all of SMAC v2's.
    Options of scenario files can be given as for a launch, for example --numberOfRunsLimit 50.

    \b
    Example:
      smacwrap scenario show scenarios/digits_cnn/scenario.txt
    """
    from rich.console import Console

    from smacwrap.cli.find_scenario import find_scenario
    from smacwrap.scenario import OPTIONS, load_scenario

    own = [option for param in command.params for option in param.opts]
    overrides = parse_overrides(scenario_options, own)
    scenario = load_scenario(find_scenario(scenario_file, "scenario show"), overrides)
    is_set = [setting.option for setting in scenario.settings.values()]
    options = {option.name: option for option in OPTIONS if show_all or option.acts}
    options |= {option.name: option for option in is_set}
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 1000  # in a file or a pipe, no path is to be broken over lines
    console.print(_table(scenario, options.values()))


def _table(scenario: Scenario, options: Iterable[Option]) -> Table:
    from rich.table import Table
    from rich.text import Text

    resolved = _resolved(scenario)
    table = Table(box=None, pad_edge=False)
    for heading in ("option", "value", "from", ""):
        table.add_column(heading, overflow="fold")
    in_groups = sorted(options, key=lambda option: option.group)
    for group, members in groupby(in_groups, lambda option: option.group):
        table.add_row(Text(group, "bold"))
        for option in members:
            setting = scenario.settings.get(option.name)
            written = setting.text if setting else option.default
            meant = resolved.get(option.name, written)
            value = f"{written} → {meant}" if setting and meant != written else meant
            effect = "" if option.acts else f"no effect here: {option.here}"
            cells = (f"  {option.name}", value, _origin(setting), effect)
            table.add_row(*map(Text, cells), style=None if setting else "dim")
    return table


def _resolved(scenario: Scenario) -> dict[str, str]:
    """What options stand for in this scenario, where that is more than their text or default."""
    resolved = {
        "algo-exec-dir": str(scenario.exec_dir),
        "intra-obj": scenario.intra_obj,
        "output-dir": str(scenario.output_dir),
        "pcs-file": str(scenario.pcs_file),
        "rungroup": scenario.rungroup,
    }
    if scenario.instances:
        resolved["instances"] = f"{len(scenario.instances)} instances"
    if scenario.test_instances:
        resolved["test-instances"] = f"{len(scenario.test_instances)} instances"
    if scenario.features is not None:
        resolved["feature-file"] = f"{len(scenario.feature_names)} features"
    return resolved | {name: "no limit" for name in _UNLIMITED if name not in scenario.settings}


def _origin(setting: Setting | None) -> str:
    """Where the value was set, and by which alias."""
    if setting is None:
        return "default"
    if setting.file and not setting.line:
        return "a file of SMAC3's without instances"
    place = f"{setting.file}:{setting.line}" if setting.file else "command line"
    return place if setting.name == setting.option.name else f"{place} ({setting.name})"

"""What in a scenario that loads would stop or surprise its launch, as findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.lookup import find_file
from smacwrap.pcs import read_tree
from smacwrap.pcs.sources import read_source
from smacwrap.protocol import NO_CUTOFF
from smacwrap.scenario.domains import quoted
from smacwrap.scenario.initial import check_initial
from smacwrap.scenario.reader import Setting, parse_settings
from smacwrap.scenario.scenario import Scenario

_LIMITS = ("runcount-limit", "wallclock-limit", "cputime-limit")
_OF_INSTANCES = {"instances", "test-instances", "feature-file"}


class Level(StrEnum):
    """What a finding means: no launch, a launch that is hardly what is wanted, or good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True)
class Finding:
    """One thing that was found, and how bad it is."""

    level: Level
    problem: Problem


def review(scenario: Scenario) -> Iterator[Finding]:
    """What can be told from the scenario and the files that it names, without its target."""
    try:
        source = read_source(scenario.pcs_file)
        for warning in source.warnings:
            yield Finding(Level.WARNING, Problem(warning, scenario.pcs_file))
        check_initial(scenario, source.tree)
        if not source.tree:
            message = "it has no parameters to tune"
            yield Finding(Level.WARNING, at_option(scenario, "pcs-file", message))
    except UserError as error:
        yield from errors(error)
    pcs_name = scenario.settings["pcs-file"].text
    yield from not_the_one_beside(scenario, "pcs-file", pcs_name, scenario.pcs_file)
    yield from _repeated(scenario)
    yield from _limits(scenario)
    yield from _instances(scenario)
    yield from _relative_output(scenario)
    yield from _without_effect(scenario)


def review_unloadable(file: Path) -> Iterator[Finding]:
    """What can be told of a scenario that does not load: the errors of its PCS file."""
    try:
        for setting in parse_settings(file)[0]:
            if setting.option.name == "pcs-file":
                read_tree(find_file(setting.text, file.parent))
    except UserError as error:
        # A file that cannot be read has been spoken of.
        yield from (found for found in errors(error) if found.problem.line is not None)


def errors(error: UserError) -> Iterator[Finding]:
    """Every problem of an error as a finding."""
    return (Finding(Level.ERROR, problem) for problem in error.problems)


def at_option(scenario: Scenario, name: str, message: str) -> Problem:
    """`message` at the place where the option was set; on the whole file where it was not."""
    setting = scenario.settings.get(name)
    return setting.problem(message) if setting else Problem(message, scenario.file)


def not_the_one_beside(
    scenario: Scenario, option: str, name: str, found: Path
) -> Iterator[Finding]:
    """Warns where a lookup of `name` found another file than the one beside the scenario."""
    beside = scenario.file.parent / name
    if beside.is_file() and not beside.samefile(found):
        message = f"{found} is used instead of {beside}, because it is found first"
        yield Finding(Level.WARNING, at_option(scenario, option, message))


def _repeated(scenario: Scenario) -> Iterator[Finding]:
    """Warns of lines that a later line with the same name overrules."""
    lines, _ = parse_settings(scenario.file)
    last = {setting.name: setting for setting in lines}
    for setting in lines:
        later = last[setting.name]
        if setting.text != later.text:
            message = f"ignored, because line {later.line} sets it to {quoted(later.text)}"
            yield Finding(Level.WARNING, setting.problem(message))


def _limits(scenario: Scenario) -> Iterator[Finding]:
    limits = [scenario.settings[name] for name in _LIMITS if name in scenario.settings]
    if not any(_differs(limit) for limit in limits):
        message = "no limit is set, so a launch never ends: add a line such as runcount-limit = 100"
        yield Finding(Level.WARNING, Problem(message, scenario.file))
    if scenario.run_obj == "RUNTIME" and scenario.cutoff == NO_CUTOFF:
        message = "a slow run is never cut off: add a line such as cutoff-time = 60 (seconds)"
        yield Finding(Level.WARNING, at_option(scenario, "run-obj", message))


def _differs(setting: Setting) -> bool:
    """Whether it is not the default that was set."""
    option = setting.option
    return option.parse(setting.text) != option.parse(option.default)


def _instances(scenario: Scenario) -> Iterator[Finding]:
    settings = scenario.settings
    if not scenario.use_instances:
        if (said := settings.get("use-instances")) and said.file and not said.line:
            message = (
                "read as SMAC3 reads it, without instances; SMAC v2 needs use-instances = false"
            )
            yield Finding(Level.INFO, Problem(message, scenario.file))
        for name, setting in settings.items():
            if name in _OF_INSTANCES:
                message = "ignored, because use-instances is false"
                yield Finding(Level.WARNING, setting.problem(message))
    elif scenario.features is None:
        message = "add a feature-file, so that the engine knows which instances are alike"
        yield Finding(Level.INFO, at_option(scenario, "instances", message))
    elif bare := [i.name for i in scenario.test_instances if i.name not in scenario.features]:
        message = f"{len(bare)} of them have no features, such as {quoted(bare[0])}"
        yield Finding(Level.INFO, at_option(scenario, "test-instances", message))


def _without_effect(scenario: Scenario) -> Iterator[Finding]:
    for setting in scenario.settings.values():
        if not setting.option.acts:
            # SMAC v2 would not start the target algorithm: results would be others.
            other = setting.option.name == "tae" and setting.option.parse(setting.text) != "CLI"
            message = f"no effect here: {setting.option.here}"
            yield Finding(Level.WARNING if other else Level.INFO, setting.problem(message))


def _relative_output(scenario: Scenario) -> Iterator[Finding]:
    setting = scenario.settings.get("output-dir")
    if setting and not Path(setting.text).is_absolute():
        message = f"a relative folder: from here, {scenario.output_dir}"
        yield Finding(Level.INFO, setting.problem(message))

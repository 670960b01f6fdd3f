"""Makes a Scenario from a scenario file and the options of the command line."""

import math
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

from smacwrap.errors import Problem, UserError
from smacwrap.lookup import folder_with, resolved
from smacwrap.protocol import NO_CUTOFF
from smacwrap.scenario.domains import quoted
from smacwrap.scenario.given import Given
from smacwrap.scenario.inputs import read_inputs
from smacwrap.scenario.options import ACTED_ON, find_option
from smacwrap.scenario.reader import Setting, command_line_settings, parse_settings
from smacwrap.scenario.scenario import ExecMode, IntraObj, RunObj, Scenario
from smacwrap.scenario.smac3 import in_words_of_smac2, is_smac3

# A line to add for each option that has no default.
_REQUIRED = {
    "algo-exec": "algo = python train.py",
    "pcs-file": "pcs-file = params.pcs",
    "run-obj": "run-obj = QUALITY",
}
_REQUIRED_WITH_INSTANCES = {
    "instances": "instances = instances.txt (or use-instances = false, if there are none)"
}

# Options that a command line may give several times; elsewhere commas are between the values.
_LISTS = frozenset({"initial-challengers"})

# Linux starts no program with a longer word, and shlex takes quadratic time for one.
_LONGEST_COMMAND = 131_072


def load_scenario(
    path: Path | str, overrides: Mapping[str, str] | Iterable[tuple[str, str]] = ()
) -> Scenario:
    """Read a scenario file; `overrides`, option names or aliases with values, win over it.

    The instances and features that it names are read, too; of the PCS file only the place is
    looked up. Of several overrides of one option the last one wins, as in SMAC v2, except
    where the option is a list.

    Raises UserError with all problems at once: lines that cannot be read, unknown options,
    values outside their domain, options that are missing, files and folders that do not exist,
    and what is wrong in lists of instances and in features.

    >>> load_scenario("scenario.txt", {"numberOfRunsLimit": "50"}).run_limit  # doctest: +SKIP
    50
    """
    path = Path(path)
    in_file, problems = parse_settings(path)
    on_command_line, wrong_overrides = command_line_settings(overrides)
    problems += wrong_overrides
    # A misspelt option is probably the one that is missing, and has been spoken of already.
    misspelt = bool(problems)
    effective = _effective(in_file, on_command_line, problems)
    smac3 = is_smac3({setting.name for setting in in_file})
    given = Given(_as_smac3_means(effective, path) if smac3 else effective, problems)
    if not misspelt:
        _require(given, path)
    scenario = _scenario(resolved(path.parent) / path.name, given, smac3)
    if problems:
        raise UserError(*sorted(problems, key=partial(_place, path)))
    return scenario


def _place(scenario: Path, problem: Problem) -> tuple[bool, bool, str, float]:
    """Sorts the scenario's by line, then other files', then the command line's."""
    file = problem.file
    return file is None, file != scenario, str(file), problem.line or math.inf


def _effective(
    in_file: list[Setting], on_command_line: list[Setting], problems: list[Problem]
) -> dict[str, Setting]:
    """The setting that holds for each option, by canonical name.

    As in SMAC v2 the last one of a name holds, and the command line's win. Of two names for one
    option in a file SMAC v2 takes either, whatever their order: that is an error here, unless
    they agree.
    """
    overriding: dict[str, Setting] = {}
    for setting in on_command_line:
        name = setting.option.name
        if name in _LISTS and name in overriding:
            setting = replace(setting, text=f"{overriding[name].text},{setting.text}")
        overriding[name] = setting
    last_of_name = {setting.name: setting for setting in in_file}
    effective: dict[str, Setting] = {}
    for setting in sorted(last_of_name.values(), key=lambda setting: setting.line or 0):
        option = setting.option.name
        other = effective.setdefault(option, setting)
        if setting.text != other.text and option not in overriding:
            problems.append(
                setting.problem(f"the same option as {other.name!r} in line {other.line}")
            )
    return effective | overriding


def _as_smac3_means(settings: Mapping[str, Setting], path: Path) -> dict[str, Setting]:
    """The settings of a scenario file of SMAC3's, in SMAC v2's words."""
    run_obj = settings["run-obj"].text if "run-obj" in settings else ""
    ours = {
        name: replace(own, text=in_words_of_smac2(own.option, own.text, run_obj))
        for name, own in settings.items()
    }
    if not ours.keys() & {"instances", "use-instances"}:
        option = find_option("use-instances")
        assert option is not None
        ours[option.name] = Setting(option, option.name, "false", path)
    return ours


def _require(given: Given, path: Path) -> None:
    required = _REQUIRED
    if given.flag("use-instances"):
        required = _REQUIRED | _REQUIRED_WITH_INSTANCES
    given.problems.extend(
        Problem(f"{name!r} is missing; add a line such as: {example}", file=path)
        for name, example in required.items()
        if name not in given.settings
    )
    # SMAC v2 needs no command with these: who leaves it out means them.
    if "algo-exec" not in given.settings and (tae := given.settings.get("tae")):
        given.problems.append(tae.problem(f"no effect here: {tae.option.here}"))


def _scenario(file: Path, given: Given, smac3: bool) -> Scenario:
    settings = given.settings
    transforms_crashed = given.flag("transform-crashed-quality")
    here = Path.cwd()
    experiment_dir = given.read("experiment-dir", _folder, here)
    exec_dir = given.read("algo-exec-dir", _folder, here)
    beside_scenario = (file.parent, *file.parent.parents)
    inputs = read_inputs(given, (experiment_dir, *beside_scenario, here), seeds=not smac3)

    def pcs_file(text: str) -> Path:
        folders = (here, experiment_dir, *beside_scenario, exec_dir, *exec_dir.parents)
        return resolved(folder_with(text, folders) / text)

    return Scenario(
        file=file,
        algo=given.read("algo-exec", _split_words, ()),
        algo_text=given.text("algo-exec"),
        exec_dir=exec_dir,
        pcs_file=given.read("pcs-file", pcs_file, file),
        run_obj=cast(RunObj, given.text("run-obj")),
        intra_obj=_intra_obj(given),
        use_instances=given.flag("use-instances"),
        instances=inputs.instances,
        test_instances=inputs.test_instances,
        feature_names=inputs.feature_names,
        features=inputs.features,
        deterministic=given.flag("algo-deterministic"),
        max_incumbent_runs=given.integer("max-incumbent-runs"),
        cutoff=min(given.real("algo-cutoff-time"), NO_CUTOFF),
        run_limit=given.integer("runcount-limit"),
        wallclock_limit=given.real("wallclock-limit"),
        cputime_limit=given.real("cputime-limit"),
        use_cpu_time_in_tunertime=given.flag("use-cpu-time-in-tunertime"),
        output_dir=given.read(
            "output-dir", lambda text: resolved(experiment_dir / text), resolved("smac-output")
        ),
        rungroup=_rungroup(given, file),
        seed=_seed(given),
        warmstart=given.read("warmstart", _folder, None),
        terminate_on_delete=given.read("terminate-on-delete", resolved, None),
        abort_on_first_run_crash=given.flag("abort-on-first-run-crash"),
        abort_on_crash=given.flag("abort-on-crash"),
        retry_crashed_count=given.integer("retry-crashed-count"),
        crashed_quality=(
            given.real("transform-crashed-quality-value") if transforms_crashed else -math.inf
        ),
        kill_factor=(
            given.real("kill-run-exceeding-captime-factor")
            if given.flag("kill-run-exceeding-captime")
            else math.inf
        ),
        exec_mode=cast(ExecMode, given.text("exec-mode")),
        initial_incumbent=given.text("initial-incumbent"),
        initial_challengers=given.read("initial-challengers", _split_list, ()),
        pre_command=given.read("pre-scenario-command", _split_words, ()),
        post_command=given.read("post-scenario-command", _split_words, ()),
        prepost_exec_dir=given.read("prepost-exec-dir", _folder, here),
        prepost_must_succeed=given.flag("exception-on-prepost-command"),
        cli_call_params_with_quotes=given.flag("cli-call-params-with-quotes"),
        settings=settings,
        without_effect=tuple(s.name for name, s in settings.items() if name not in ACTED_ON),
    )


def _seed(given: Given) -> int | None:
    """The seed, if one was set; the table's default says that SMAC v2 draws it."""
    text = given.text("num-run")
    return int(text) if text.isdecimal() else None


def _folder(text: str) -> Path:
    try:
        if Path(text).is_dir():
            return resolved(text)
    except OSError:  # a name too long, a folder that may not be entered
        pass
    raise ValueError(f"no folder {quoted(text)} in {Path.cwd()}")


def _split_words(text: str) -> tuple[str, ...]:
    if len(text) > _LONGEST_COMMAND:
        raise ValueError(f"a command of {len(text)} characters is too long")
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise ValueError(f"{quoted(text)} is not a command: {str(error).lower()}") from None
    if not words:
        raise ValueError("expected a command, such as python train.py")
    return words


def _split_list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(","))))


def _intra_obj(given: Given) -> IntraObj:
    quality = given.text("run-obj") == "QUALITY"

    def check(text: str) -> IntraObj:
        value = given.text("intra-obj")
        if quality and value in ("MEAN10", "MEAN1000"):
            raise ValueError(f"{text!r} is for run-obj = RUNTIME; with QUALITY it is MEAN")
        return cast(IntraObj, value)

    return given.read("intra-obj", check, "MEAN" if quality else "MEAN10")


def _rungroup(given: Given, file: Path) -> str:
    """The study's folder name; `%SCENARIO_NAME` in it is the scenario's, as in SMAC v2."""
    scenario_name = file.parent.name if file.name == "scenario.txt" else file.stem

    def parse(text: str) -> str:
        name = text.replace("%SCENARIO_NAME", scenario_name)
        if "/" in name or name in (".", ".."):
            raise ValueError(f"{quoted(name)} is not the name of a folder")
        return name

    return given.read("rungroup", parse, scenario_name)

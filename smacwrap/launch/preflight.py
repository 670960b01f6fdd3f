"""What beyond the scenario itself would stop or surprise its launch: target, job and study."""

import contextlib
import math
import os
import shlex
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.history import Study
from smacwrap.launch.preflight_files import review_files, review_postprocess
from smacwrap.lookup import names_like
from smacwrap.pcs import Tree, read_tree
from smacwrap.protocol import NO_CUTOFF, CallString
from smacwrap.scenario import Scenario
from smacwrap.scenario.domains import UNLIMITED
from smacwrap.scenario.review import Finding, Level, at_option, errors, not_the_one_beside
from smacwrap.worker.direction import direction_of
from smacwrap.worker.job import find_job, job_name, job_of
from smacwrap.worker.target import check_target, target_environment
from smacwrap.wrapper import Job, read_job
from smacwrap.wrapper.placeholders import values_of

_SCRIPTS = frozenset({".jar", ".jl", ".js", ".lua", ".pl", ".py", ".R", ".rb", ".sh"})
"""Endings of files that interpreters are started with."""

_TIME_LIMITS = ("wallclock-limit", "cputime-limit")


def review_launch(scenario: Scenario) -> Iterator[Finding]:
    """What can be told of a launch without starting anything."""
    yield from (Finding(Level.ERROR, problem) for problem in unsupported(scenario))
    if problem := hung_for_ever(scenario):
        yield Finding(Level.WARNING, problem)
    yield from _target(scenario)
    yield from _commands(scenario)
    yield from _job(scenario)
    yield from _direction(scenario)
    yield from _study(scenario)


def unsupported(scenario: Scenario) -> list[Problem]:
    """What the scenario asks for and a launch cannot do, or not yet."""
    problems = []
    if scenario.use_instances:
        message = "runs on instances are not supported yet: set use-instances = false"
        problems.append(at_option(scenario, "use-instances", message))
    watched = scenario.terminate_on_delete
    if watched and not _exists(watched):
        message = f"there is no {watched}, so it cannot be deleted"
        problems.append(at_option(scenario, "terminate-on-delete", message))
    if scenario.exec_mode == "PSEL":
        message = "parameter selection is not supported: SMAC, or ROAR for random proposals"
        problems.append(at_option(scenario, "exec-mode", message))
    return problems


def hung_for_ever(scenario: Scenario) -> Problem | None:
    """What to say where a launch ends by time, or not at all, and nothing ends a target that hangs.

    At a wall-clock limit the launch ends it. A launch that ends by its number of runs is not warned
    of: it has to wait for each of them.
    """
    by_time = [name for name in _TIME_LIMITS if name in scenario.settings]
    if not by_time and scenario.run_limit < UNLIMITED:
        return None
    if scenario.cutoff < NO_CUTOFF or scenario.run_obj == "RUNTIME":  # that has its own warning
        return None
    how = "add a line such as cutoff-time = 3600 (seconds)"
    with contextlib.suppress(UserError):  # said where the job is reviewed
        if file := find_job(scenario):
            how += f", or wall_time = 3600 to [limits] in {file.name}"
            if math.isfinite(read_job(file).limits.wall_time):
                return None
    until = "until then " if "wallclock-limit" in by_time else ""
    message = f"{until}nothing ends a target that hangs: {how}"
    return at_option(scenario, by_time[0] if by_time else "wallclock-limit", message)


def _target(scenario: Scenario) -> Iterator[Finding]:
    try:
        check_target(scenario, target_environment(scenario, None))
    except UserError as error:
        yield from errors(error)
    for word in scenario.algo[1:]:
        script = scenario.exec_dir / word
        if script.suffix not in _SCRIPTS or _exists(script):
            continue
        message = f"{script} does not exist, but the command uses it"
        if _exists(scenario.file.parent / word):
            message += f": launch from {scenario.file.parent}"
            yield Finding(Level.INFO, at_option(scenario, "algo-exec", message))
        else:
            like = names_like(word, [scenario.exec_dir])
            message += did_you_mean(word, [name for name in like if Path(name).suffix in _SCRIPTS])
            yield Finding(Level.WARNING, at_option(scenario, "algo-exec", message))


def _commands(scenario: Scenario) -> Iterator[Finding]:
    """Programs that are missing among the commands before and after a launch."""
    for option, words in (
        ("pre-scenario-command", scenario.pre_command),
        ("post-scenario-command", scenario.post_command),
    ):
        if words and not _is_program(words[0], scenario.prepost_exec_dir):
            level = Level.ERROR if scenario.prepost_must_succeed else Level.WARNING
            yield Finding(level, at_option(scenario, option, f"there is no program {words[0]}"))


def _is_program(word: str, folder: Path) -> bool:
    path = folder / word if os.sep in word else shutil.which(word)
    return path is not None and os.access(path, os.X_OK)


def _job(scenario: Scenario) -> Iterator[Finding]:
    name = job_name(scenario.algo)
    if name is None:
        return
    if not name:
        message = "smacwrap run needs a job file, as in: algo = smacwrap run job.toml"
        yield Finding(Level.ERROR, at_option(scenario, "algo-exec", message))
        return
    try:
        file = find_job(scenario)
        assert file, "it has a name"
    except UserError as error:
        yield Finding(Level.ERROR, at_option(scenario, "algo-exec", str(error)))
        return
    yield from not_the_one_beside(scenario, "algo-exec", name, file)
    try:
        job = read_job(file)
    except UserError as error:
        yield from errors(error)
        return
    path = target_environment(scenario, None)["PATH"]
    for level, message in (
        *_parameters(job, scenario),
        *_program(job, path),
        *review_postprocess(job, path),
        *review_files(job, Study(scenario.output_dir / scenario.rungroup).runs),
        *_quality(job),
    ):
        yield Finding(level, Problem(message, job.file))


def _parameters(job: Job, scenario: Scenario) -> Iterator[tuple[Level, str]]:
    try:
        tree = read_tree(scenario.pcs_file)
    except UserError:
        return  # spoken of where the scenario is reviewed
    for name in _unfilled(job, tree):
        hint = did_you_mean(name, [*tree, "flags", "seed", "instance", "cutoff"])
        yield Level.ERROR, f"command: {{{name}}} is no parameter of {scenario.pcs_file}{hint}"
    for name in _unfilled(job, tree.unconditional):
        if name in tree:
            yield (
                Level.WARNING,
                f"command: {{{name}}} is conditional: runs where it is inactive crash; "
                f"write {{flags}} for the active parameters, or {{{name}:-value}}",
            )
    yield from _templates(job, tree)
    for name in job.spellings.rules:
        if name not in tree:
            hint = did_you_mean(name, tree)
            yield Level.ERROR, f"[parameters] {name} is no parameter of {scenario.pcs_file}{hint}"
    unused = [name for name in tree if not job.gives(name)]
    if unused:
        yield (
            Level.WARNING,
            f"command: it does not use {', '.join(unused)}; {{flags}} stands for all parameters",
        )


def _templates(job: Job, tree: Tree) -> Iterator[tuple[Level, str]]:
    of_the_call = set(values_of(CallString()))
    always = of_the_call | set(tree.unconditional)
    for template in job.templates:
        try:
            open_places = template.without_value(always)
        except OSError as error:
            yield Level.ERROR, f"templates: {template.source} cannot be read: {error.strerror}"
            continue
        for line, name in open_places:
            place = f"templates: {template.source.name}:{line}: ${{{name}}}"
            if name in tree:
                yield (
                    Level.WARNING,
                    f"{place} is conditional: runs where it is inactive crash; "
                    f"write ${{{name}:-value}}",
                )
            else:
                hint = did_you_mean(name, [*tree, *of_the_call])
                yield Level.ERROR, f"{place} is no parameter{hint}; $${{…}} is a plain ${{…}}"


def _unfilled(job: Job, parameters: Iterable[str]) -> list[str]:
    """The placeholders that a call string with these parameters leaves open."""
    given = dict.fromkeys(parameters, "")
    unfilled: list[str] = []
    while True:
        try:
            job.command.fill(CallString(given))
        except KeyError as error:
            unfilled.append(error.args[0])
            given[error.args[0]] = ""
        else:
            return unfilled


def _program(job: Job, path: str) -> Iterator[tuple[Level, str]]:
    """Programs and files of the command that the run's own folder will not have."""
    words = [word for word in shlex.split(job.command.text) if "{" not in word]
    program = words[0] if words and not job.command.uses_shell else ""
    if program and os.sep not in program and shutil.which(program, path=path) is None:
        local = f" … did you mean './{program}'?" if _is_packed(job, program) else ""
        yield Level.ERROR, f"command: no program '{program}' on the PATH{local}"
    for word in words:
        needed = word.endswith(".py") or _exists(job.file.parent / word)
        if needed and not Path(word).is_absolute() and not _is_packed(job, word):
            yield Level.WARNING, f"command: {word} is not among the files of input"


def _is_packed(job: Job, name: str) -> bool:
    return any(
        _exists(path / name) if path.is_dir() else path.name == str(Path(name))
        for path in job.inputs
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a word too long for a name, a folder not to be entered
        return False


def _quality(job: Job) -> Iterator[tuple[Level, str]]:
    if job.quality is not None and job.metrics and job.quality not in job.metrics:
        hint = did_you_mean(job.quality, job.metrics)
        yield (
            Level.INFO,
            f"quality: '{job.quality}' is none of the metrics, so the target has to print it "
            f"as {job.quality}<TAB>value{hint}",
        )


def _direction(scenario: Scenario) -> Iterator[Finding]:
    if doubt := direction_of(scenario).doubt():
        job = job_of(scenario)
        problem = Problem(doubt, job.file) if job else at_option(scenario, "algo-exec", doubt)
        yield Finding(Level.WARNING, problem)


def _study(scenario: Scenario) -> Iterator[Finding]:
    study = Study(scenario.output_dir / scenario.rungroup)
    if study.description.exists() or study.seeds():
        message = f"the study {study.folder} exists: a launch needs --resume or --overwrite"
        yield Finding(Level.INFO, Problem(message))
    existing = next(folder for folder in study.folder.parents if folder.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)):
        message = f"the study cannot be written: {existing} is no folder that you may write to"
        yield Finding(Level.ERROR, at_option(scenario, "output-dir", message))

"""Reads a job file: every problem of it in one go, or a job."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from smacwrap.bundles.inputs import exists, find_input
from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.executors import Limits
from smacwrap.files import read_at_most
from smacwrap.protocol import Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job.checks import Checker, is_name, is_pattern, kind
from smacwrap.wrapper.job.job import Job
from smacwrap.wrapper.job.result_table import RESULT_KEYS, read_result
from smacwrap.wrapper.job.toml import read_toml
from smacwrap.wrapper.settings_file import NAMES, format_of, missing_library
from smacwrap.wrapper.sources import JsonPlace
from smacwrap.wrapper.spelling import EVERY_OTHER, Rule, Spellings, parse_spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from smacwrap.wrapper.templates import Template

_TIMES = ("cpu_time", "wall_time", "grace")
_SIZES = ("memory", "disk", "output")
_KEYS = {
    "run": ("input", "command", "outputs", "templates", "config", "data"),
    "parameters": (),  # any name
    "result": RESULT_KEYS,
    "limits": (*_TIMES, *_SIZES, "over_memory"),
}
_OVER_MEMORY = [s.value for s in (Status.CRASHED, Status.TIMEOUT, Status.UNSAT, Status.ABORT)]
_LARGEST_FILE = 100_000  # bytes


def read_job(path: Path, memory: Path | None = None, copy: Path | None = None) -> Job:
    """Read a job file: TOML, with the tables that `Job` describes.

    Args:
        path: the file.
        memory: a folder for `read_toml`, which makes it faster for the next time.
        copy: where its text is taken from, if not from itself.

    Raises:
        UserError: the file cannot be read, is not TOML, or says anything that cannot be done.
    """
    text = read_job_text(copy or path)
    try:
        document = read_toml(text, memory)
    except (ValueError, RecursionError) as error:  # also for numbers and lists without end
        raise UserError(_not_toml(str(error), path, text)) from None
    return _JobReader(path, text).read(document)


def read_job_text(path: Path) -> str:
    """The text of a job file.

    Raises:
        UserError: it cannot be read, or is no text.
    """
    try:
        return read_at_most(path, _LARGEST_FILE).decode("utf-8-sig")
    except OSError as error:
        raise UserError(Problem(f"cannot read the job file: {error.strerror}", path)) from None
    except UnicodeDecodeError:
        raise UserError(Problem("a job file is UTF-8 text, this is not", path)) from None


def _not_toml(error: str, path: Path, text: str) -> Problem:
    message = f"not valid TOML: {error}"
    hint = " (in single quotes it stays as it is)" if "Unescaped" in error else ""
    if place := re.search(r" \(at line (\d+), column (\d+)\)$", message):  # so says tomllib
        line, column = int(place[1]), int(place[2])
        source = text.split("\n")[line - 1].rstrip("\r")
        return Problem(message[: place.start()] + hint, path, line, column, source)
    return Problem(message, path)


class _JobReader:
    """Checks one document table by table before it complains."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.check = Checker(path, text, _KEYS)

    def read(self, document: dict[str, Any]) -> Job:
        check = self.check
        check.names(document, _KEYS, "table")
        fields = {
            **self.run(check.table(document, "run")),
            "spellings": self.parameters(document.get("parameters", {})),
            **read_result(check.table(document, "result"), check),
            **self.limits(check.table(document, "limits")),
        }
        if not check.problems:
            self.coherent(fields)
        if check.problems:
            raise UserError(*sorted(check.problems, key=lambda problem: problem.line or 0))
        return Job(file=self.path.absolute(), **fields)

    def run(self, table: dict[str, Any]) -> dict[str, Any]:
        inputs = tuple(self.inputs("input", table.get("input", [])))
        return {
            "command": self.command(table.get("command")),
            "inputs": inputs,
            "outputs": tuple(self.outputs(table.get("outputs", []))),
            "templates": tuple(self.templates(table.get("templates", []), inputs)),
            "config": self.check.name("run", "config", table.get("config")),
            "data": tuple(self.inputs("data", table.get("data", []))),
        }

    def command(self, value: Any) -> CommandTemplate | None:
        if isinstance(value, str) and value.strip():
            return self.check.command("run", "command", value)
        message = '[run] needs command = "…", for example "python train.py {flags}"'
        self.check.problem(message, "run", "command")
        return None

    def inputs(self, key: str, value: Any) -> list[Path]:
        names = self.check.texts("run", key, value)
        paths = [self.path.absolute().parent / name for name in names]
        found = []
        for path in paths:
            if exists(path):
                found.append(path)
            else:
                self.check.problem(f"{key} does not exist: {path}", "run", key)
        return found

    def outputs(self, value: Any) -> list[str]:
        patterns = self.check.texts("run", "outputs", value)
        for pattern in patterns:
            if not is_pattern(pattern):
                message = f"outputs: '{pattern}' is not a name or pattern of files"
                self.check.problem(f"{message} in the run's folder", "run", "outputs")
        return patterns

    def templates(self, value: Any, inputs: tuple[Path, ...]) -> Iterator[Template]:
        """Templates by their names among the inputs; the name of the filled-in file may differ."""
        if not isinstance(value, dict):
            value = {name: name for name in self.check.texts("run", "templates", value)}
        if value:
            from smacwrap.wrapper.templates import Template
        for template, name in value.items():
            source = find_input(inputs, template) if is_name(template) else None
            if source is None:
                hint = did_you_mean(template, _file_names(inputs))
                message = f"templates: '{template}' is not among the files of input{hint}"
                self.check.problem(message, "run", "templates")
            elif not isinstance(name, str) or not is_name(name):
                message = f"templates: {template} needs the name of a file in the run's folder"
                self.check.problem(message, "run", "templates")
            else:
                yield Template(source, str(PurePath(name)))

    def parameters(self, value: Any) -> Spellings:
        if not isinstance(value, dict):
            self.check.problem(f"[parameters] is a table, found {kind(value)}", "", "parameters")
            value = {}
        return Spellings({name: self.rule(name, rule) for name, rule in value.items()})

    def rule(self, name: str, value: Any) -> Rule:
        rule = {}
        by_value = value if isinstance(value, dict) else {EVERY_OTHER: value}
        for case, text in by_value.items():
            if not isinstance(text, str):
                example = '"--lr={value}", "env:LR", "json:lr" or a table of them by value'
                message = f"[parameters] {name} is a text such as {example}, found {kind(text)}"
                self.check.problem(message, "parameters", name)
                continue
            try:
                rule[case] = parse_spelling(text)
            except ValueError as error:
                self.check.problem(f"[parameters] {name}: {error}", "parameters", name)
        return rule

    def limits(self, table: dict[str, Any]) -> dict[str, Any]:
        check = self.check
        limits = {}
        for key in (*_TIMES, *_SIZES):
            if key in table:
                read = check.size if key in _SIZES else check.number
                value = read("limits", key, table[key])
                if value is not None and value <= 0:
                    check.problem(f"{key} is more than 0, found {value:g}", "limits", key)
                limits[key] = math.inf if value is None else value
        over_memory = table.get("over_memory", Status.CRASHED.value)
        return {
            "limits": Limits(**limits),
            "over_memory": check.status("limits", "over_memory", over_memory, _OVER_MEMORY),
        }

    def config(self, file: str | None, spellings: Spellings) -> None:
        """Complain of a file of settings that does not fit how the parameters are spelled."""
        kinds: list[str] = list(spellings.settings_kinds())
        if not file:
            if kinds:
                message = f'parameters spelled {kinds[0]}:… need a file: [run] config = "config.'
                self.check.problem(f'{message}{kinds[0]}"', "parameters")
            return
        kind = format_of(file) or (kinds or ["json"])[0]
        if not kinds:
            message = f'config: no parameter is spelled {kind}:; say "*" = "{kind}:{{name}}"'
            self.check.problem(f"{message} in [parameters]", "run", "config")
        for other in kinds:
            if other != kind:
                message = f"{file} is a {NAMES[kind]} file: spell {kind}: instead of {other}:"
                self.check.problem(message, "parameters")
        if missing := missing_library(kind):
            self.check.problem(f"config: {missing}", "run", "config")

    def coherent(self, fields: dict[str, Any]) -> None:
        """Complain of keys that make sense only together with others."""
        spellings: Spellings = fields["spellings"]
        self.config(fields["config"], spellings)
        if spellings.uses("words") and "{flags}" not in fields["command"].text:
            message = "[parameters] spells flags, but the command has no {flags}"
            self.check.problem(message, "run", "command")
        if fields["json"] and not any(isinstance(s, JsonPlace) for s in fields["metrics"].values()):
            message = 'json: nothing is read from it; say quality = "json:…"'
            self.check.problem(message, "result", "json")
        if fields["postprocess"] and fields["quality"] is None:
            message = "postprocess: it prints metrics, so quality has to name one"
            self.check.problem(message, "result", "postprocess")
        if fields["over_memory"] is Status.UNSAT and fields["infeasible"] is None:
            message = "over_memory: UNSAT needs a quality: [result] infeasible = …"
            self.check.problem(message, "limits", "over_memory")
        codes = fields["exit_codes"]
        by_code = codes and codes != {0: Status.SAT} and Status.SAT in codes.values()
        if (by_code or Status.SAT in fields["statuses"]) and fields["quality"] is None:
            key = "exit_codes" if by_code else "statuses"
            message = f'{key}: SAT needs a quality, for example quality = "cpu_time"'
            self.check.problem(message, "result", key)


def _file_names(inputs: Iterable[Path]) -> Iterator[str]:
    for path in inputs:
        if path.is_dir():
            yield from (str(f.relative_to(path)) for f in path.rglob("*") if f.is_file())
        else:
            yield path.name

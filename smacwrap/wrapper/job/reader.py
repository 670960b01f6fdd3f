"""Reads a job file: every problem of it in one go, or a job."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.executors import Limits
from smacwrap.executors.inputs import exists, find_input
from smacwrap.files import read_at_most
from smacwrap.protocol import Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job.checks import Checker, is_name, is_pattern, kind
from smacwrap.wrapper.job.job import Job
from smacwrap.wrapper.job.toml import read_toml
from smacwrap.wrapper.sources import JSON, JsonPlace, Measured, Source
from smacwrap.wrapper.spelling import EVERY_OTHER, Rule, Spellings, parse_spelling

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from smacwrap.wrapper.templates import Template

_TABLES = ("run", "parameters", "result", "limits")
_RUN = ("input", "command", "outputs", "templates", "config", "data")
_RESULT = (
    "quality",
    "maximize",
    "infeasible",
    "metrics",
    "runtime",
    "json",
    "exit_codes",
    "statuses",
    "postprocess",
)
_TIMES = ("cpu_time", "wall_time", "grace")
_SIZES = ("memory", "disk", "output")
_OVER_MEMORY = [s.value for s in (Status.CRASHED, Status.TIMEOUT, Status.UNSAT, Status.ABORT)]
_STATUSES = [status.value for status in Status if status is not Status.KILLED]
_LARGEST_FILE = 100_000  # bytes
_METRIC = r"[^\s=;,]+"  # it goes into additional run data, name=value;name=value


def read_job(path: Path, memory: Path | None = None) -> Job:
    """Read a job file: TOML, with the tables that `Job` describes.

    Args:
        path: the file.
        memory: a folder for `read_toml`, which makes it faster for the next time.

    Raises:
        UserError: the file cannot be read, is not TOML, or says anything that cannot be done.
    """
    try:
        text = read_at_most(path, _LARGEST_FILE).decode("utf-8-sig")
        document = read_toml(text, memory)
    except OSError as error:
        raise UserError(Problem(f"cannot read the job file: {error.strerror}", path)) from None
    except UnicodeDecodeError:
        raise UserError(Problem("a job file is UTF-8 text, this is not", path)) from None
    except (ValueError, RecursionError) as error:  # also for numbers and lists without end
        raise UserError(Problem(f"not valid TOML: {error}", path)) from None
    return _JobReader(path, text).read(document)


class _JobReader:
    """Checks one document table by table before it complains."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.check = Checker(path, text)

    def read(self, document: dict[str, Any]) -> Job:
        check = self.check
        check.names(document, _TABLES, "table")
        fields = {
            **self.run(check.table(document, "run", _RUN)),
            "spellings": self.parameters(document.get("parameters", {})),
            **self.result(check.table(document, "result", _RESULT)),
            **self.limits(check.table(document, "limits", (*_TIMES, *_SIZES, "over_memory"))),
        }
        if not check.problems:
            self.coherent(fields)
        if check.problems:
            raise UserError(*sorted(check.problems, key=lambda problem: problem.line or 0))
        return Job(file=self.path.absolute(), **fields)

    def run(self, table: dict[str, Any]) -> dict[str, Any]:
        text = table.get("command")
        if not isinstance(text, str) or not text.strip():
            message = '[run] needs command = "…", for example "python train.py {flags}"'
            self.check.problem(message, "run", "command")
            text = None
        inputs = tuple(self.inputs("input", table.get("input", [])))
        config = self.name("run", "config", table.get("config"))
        return {
            "command": self.command("run", "command", text),
            "inputs": inputs,
            "outputs": tuple(self.outputs(table.get("outputs", []))),
            "templates": tuple(self.templates(table.get("templates", []), inputs)),
            "config": config,
            "data": tuple(self.inputs("data", table.get("data", []))),
        }

    def command(self, table: str, key: str, text: str | None) -> CommandTemplate | None:
        if text is None:
            return None
        try:
            return CommandTemplate(text)
        except ValueError as error:
            self.check.problem(f"{key}: {error}", table, key)
            return None

    def inputs(self, key: str, value: Any) -> list[Path]:
        names = self.check.texts("run", key, value)
        paths = [self.path.absolute().parent / name for name in names]
        for path in paths:
            if not exists(path):
                self.check.problem(f"{key} does not exist: {path}", "run", key)
        return paths

    def outputs(self, value: Any) -> list[str]:
        patterns = self.check.texts("run", "outputs", value)
        for pattern in patterns:
            if not is_pattern(pattern):
                message = f"outputs: '{pattern}' is no name or pattern of files"
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

    def name(self, table: str, key: str, value: Any) -> str | None:
        name = self.check.text(table, key, value, "the name of a file")
        if name is not None and not is_name(name):
            self.check.problem(f"{key}: '{name}' is no file in the run's folder", table, key)
        return name and str(PurePath(name))

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

    def result(self, table: dict[str, Any]) -> dict[str, Any]:
        check = self.check
        metrics = self.metrics(table.get("metrics", {}))
        quality = self.metric("quality", table.get("quality"), metrics)
        postprocess = check.text("result", "postprocess", table.get("postprocess"), "a command")
        return {
            "quality": quality,
            "maximize": check.boolean("result", "maximize", table.get("maximize", False)),
            "infeasible": check.number("result", "infeasible", table.get("infeasible")),
            "runtime": self.metric("runtime", table.get("runtime"), metrics),
            "metrics": metrics,
            "json": self.name("result", "json", table.get("json")),
            **self.verdicts(table, quality),
            "postprocess": self.command("result", "postprocess", postprocess),
        }

    def metrics(self, value: Any) -> dict[str, Source]:
        table = self.check.mapping("result", "metrics", value, "a table of regular expressions")
        metrics: dict[str, Source] = {}
        for name, source in table.items():
            if not re.fullmatch(_METRIC, name):
                message = f"'{name}' is no name of a metric: no spaces and none of = ; ,"
                self.check.problem(message, "result", "metrics")
            elif name in list(Measured):
                message = f"metrics.{name} is measured: a metric needs another name"
                self.check.problem(message, "result", "metrics")
            if isinstance(source, str) and source.startswith(JSON):
                metrics[name] = JsonPlace(source.removeprefix(JSON))
            elif pattern := self.check.pattern("result", f"metrics.{name}", source, groups=1):
                metrics[name] = pattern
        return metrics

    def metric(self, key: str, value: Any, metrics: dict[str, Source]) -> str | None:
        """The name of the metric that a key names; a source of its own is added to `metrics`."""
        text = self.check.text("result", key, value, "the name of a metric")
        if text is None:
            return None
        if text in list(Measured):
            metrics[text] = Measured(text)
        if not text.startswith(JSON):
            return text
        name = text.removeprefix(JSON)
        if not re.fullmatch(_METRIC, name):
            message = f"{key}: {text} needs a name of its own: metrics = {{ loss = '{text}' }}"
            self.check.problem(message, "result", key)
        metrics[name] = JsonPlace(name)
        return name

    def verdicts(self, table: dict[str, Any], quality: str | None) -> dict[str, Any]:
        """What decides on a run's status: lines of its output, or else its exit code."""
        by_status = self.check.mapping(
            "result", "statuses", table.get("statuses", {}), "a table of regular expressions"
        )
        self.check.names(by_status, _STATUSES, "status in statuses", "result.statuses")
        statuses = {
            Status(status): self.check.pattern("result", f"statuses.{status}", pattern, groups=0)
            for status, pattern in by_status.items()
            if status in _STATUSES
        }
        if "exit_codes" in table:
            exit_codes: dict[int, Status] | None = dict(self.exit_codes(table["exit_codes"]))
        elif Status.SAT in statuses:
            exit_codes = {}
        else:
            exit_codes = None if quality == Measured.EXIT_CODE else {0: Status.SAT}
        return {"statuses": statuses, "exit_codes": exit_codes}

    def exit_codes(self, value: Any) -> Iterator[tuple[int, Status]]:
        what = 'a table such as { 10 = "SAT", 20 = "UNSAT" }'
        table = self.check.mapping("result", "exit_codes", value, what)
        for code, status in table.items():
            if not re.fullmatch(r"-?\d{1,3}", code):
                self.check.problem(f"exit_codes: '{code}' is no exit code", "result", "exit_codes")
            elif known := self.status("result", f"exit_codes.{code}", status, _STATUSES):
                yield int(code), known

    def status(self, table: str, key: str, value: Any, known: list[str]) -> Status | None:
        if value in known:
            return Status(value)
        hint = did_you_mean(str(value), known) or f" (known: {', '.join(known)})"
        self.check.problem(f"{key}: '{value}' is no status{hint}", table, key.partition(".")[0])
        return None

    def limits(self, table: dict[str, Any]) -> dict[str, Any]:
        limits = {}
        for key in (*_TIMES, *_SIZES):
            if key in table:
                read = self.check.size if key in _SIZES else self.check.number
                value = read("limits", key, table[key])
                if value is not None and value <= 0:
                    self.check.problem(f"{key} is more than 0, found {value:g}", "limits", key)
                limits[key] = math.inf if value is None else value
        over_memory = table.get("over_memory", Status.CRASHED.value)
        return {
            "limits": Limits(**limits),
            "over_memory": self.status("limits", "over_memory", over_memory, _OVER_MEMORY),
        }

    def coherent(self, fields: dict[str, Any]) -> None:
        """Complain of keys that make sense only together with others."""
        spellings: Spellings = fields["spellings"]
        if spellings.uses("json") and not fields["config"]:
            message = 'parameters spelled json:… need a file: [run] config = "config.json"'
            self.check.problem(message, "parameters")
        if fields["config"] and not spellings.uses("json"):
            message = 'config: no parameter goes there; say "*" = "json:{name}" in [parameters]'
            self.check.problem(message, "run", "config")
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

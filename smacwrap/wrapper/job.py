"""The job file: what to pack for a run, which command to start, how to read its result."""

import os
import re
import tomllib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from smacwrap.errors import Problem, UserError, did_you_mean
from smacwrap.wrapper.command import CommandTemplate


@dataclass(frozen=True)
class Job:
    """A job file that has been read and checked.

    `inputs` are folders (their contents are packed) and files; `outputs` are names or glob
    patterns, relative to the run's folder; `quality` names the metric that SMAC minimises, or
    is None where the target prints its own result line; `metrics` are searched line by line,
    and their first group is the value.
    """

    file: Path
    command: CommandTemplate
    inputs: tuple[Path, ...] = ()
    outputs: tuple[str, ...] = ()
    quality: str | None = None
    metrics: Mapping[str, re.Pattern[str]] = field(default_factory=dict)


def read_job(path: Path) -> Job:
    """Read a job file (TOML, tables `[run]` and `[result]`).

    Raises:
        UserError: the file cannot be read, is not TOML, has an unknown key, a value of the wrong
            kind, a regular expression that does not compile or an input that does not exist.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(Problem(f"cannot read the job file: {error.strerror}", path)) from None
    except UnicodeDecodeError:
        raise UserError(Problem("a job file is UTF-8 text, this is not", path)) from None
    except (ValueError, RecursionError) as error:  # also for numbers and lists without end
        raise UserError(Problem(f"not valid TOML: {error}", path)) from None
    return _JobReader(path).read(document)


_KEYS = {"run": ("input", "command", "outputs"), "result": ("quality", "metrics")}
_METRIC = re.compile(r"[^\s=;,]+")  # it goes into additional run data, name=value;name=value
_KINDS = {str: "a text", int: "a number", float: "a number", list: "a list", dict: "a table"}


class _JobReader:
    """Checks one document, collecting every problem before it complains."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def read(self, document: dict[str, Any]) -> Job:
        self.check_names(document, _KEYS, "table")
        run, result = (self.table(document, name) for name in ("run", "result"))
        text = run.get("command")
        if not isinstance(text, str) or not text.strip():
            self.problem('[run] needs command = "…", for example "python train.py {flags}"')
            text = "true"
        try:
            command = CommandTemplate(text)
        except ValueError as error:
            self.problem(f"command: {error}")
            command = CommandTemplate("true")
        quality = result.get("quality")
        if quality is not None and not (isinstance(quality, str) and quality):
            self.problem(
                f"quality is the name of a metric, found {_kind(quality) if quality else 'nothing'}"
            )
        job = Job(
            file=self.path.absolute(),
            command=command,
            inputs=tuple(self.inputs(run.get("input", []))),
            outputs=tuple(self.outputs(run.get("outputs", []))),
            quality=quality,
            metrics=dict(self.metrics(result.get("metrics", {}))),
        )
        if self.problems:
            raise UserError(*self.problems)
        return job

    def problem(self, message: str) -> None:
        self.problems.append(Problem(message, self.path))

    def check_names(self, found: Mapping[str, Any], known: Any, kind: str) -> None:
        for name in found:
            if name not in known:
                hint = did_you_mean(name, known) or f" (known: {', '.join(known)})"
                self.problem(f"unknown {kind} '{name}'{hint}")

    def table(self, document: dict[str, Any], name: str) -> dict[str, Any]:
        table = document.get(name, {})
        if not isinstance(table, dict):
            self.problem(f"[{name}] is a table, found {_kind(table)}")
            return {}
        self.check_names(table, _KEYS[name], f"key in [{name}]")
        return table

    def texts(self, key: str, value: Any) -> list[str]:
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            self.problem(
                f"{key} is a text or a list of texts, none of them empty, found {_kind(value)}"
            )
            return []
        return values

    def inputs(self, value: Any) -> list[Path]:
        paths = [self.path.absolute().parent / text for text in self.texts("input", value)]
        for path in paths:
            if not _exists(path):
                self.problem(f"input does not exist: {path}")
        return paths

    def outputs(self, value: Any) -> list[str]:
        patterns = self.texts("outputs", value)
        for pattern in patterns:
            if not _is_pattern(pattern):
                self.problem(
                    f"outputs: '{pattern}' is no name or pattern of files in the run's folder"
                )
        return patterns

    def metrics(self, value: Any) -> dict[str, re.Pattern[str]]:
        if not isinstance(value, dict):
            self.problem(f"metrics is a table of regular expressions, found {_kind(value)}")
            return {}
        compiled = {}
        for name, pattern in value.items():
            if not _METRIC.fullmatch(name):
                self.problem(f"'{name}' is no name of a metric: no spaces and none of = ; ,")
            try:
                compiled[name] = _compiled(pattern)
            except (re.error, TypeError, OverflowError, RecursionError) as error:
                self.problem(f"metrics.{name}: not a regular expression: {error}")
                continue
            if compiled[name].groups < 1:
                self.problem(f"metrics.{name}: put the value in a group, like 'Error: (\\S+)'")
        return compiled


def _compiled(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        # What a later Python may read in another way is no matter of this run.
        warnings.simplefilter("ignore", FutureWarning)
        return re.compile(pattern)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long or with a null, a folder not to be entered
        return False


def _is_pattern(text: str) -> bool:
    try:
        next(Path(os.devnull).glob(text), None)  # nothing can match, but it is parsed
    except (ValueError, NotImplementedError, IndexError):
        return False
    return ".." not in PurePath(text).parts

"""Reads the runs of a state folder."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history.live_rundata_writer import Instance
from smacwrap.history.run import Run
from smacwrap.history.settings_text import parse_settings
from smacwrap.history.state import state as names
from smacwrap.history.state.state import Context, State
from smacwrap.pcs import Tree, parse_tree
from smacwrap.pcs.entries import to_entry
from smacwrap.pcs.settings import Values, active_values
from smacwrap.protocol import Result, Status
from smacwrap.scenario import FeatureTable, read_features, read_instances
from smacwrap.scenario.lines import read_text

# SMAC v2 names its last iteration so when it was stopped or failed.
_ITERATION = re.compile(r"(it|SHUTDOWN|CRASH)(\d+)")
# RUNNING is SMAC v2's own word for a run that never came to an end.
_STATUSES = {**Status.__members__, "RUNNING": Status.KILLED}

# Reals go through the unit interval, and the default with them.
_ROUNDING = 1e-9


class _HalfWrittenError(UserError):
    """The files of an iteration end too early: their writer was killed."""


@dataclass(frozen=True)
class _Configuration:
    settings: Mapping[str, str]
    active: tuple[str, ...]
    is_default: bool


def is_state_folder(folder: Path) -> bool:
    """Whether a folder is one of SMAC v2's state folders."""
    return bool(_iterations(folder))


def read_state(folder: Path) -> State:
    """Read a state folder's highest iteration, or the one before if it is half-written.

    Raises:
        UserError: there is no complete iteration, a file is missing, or a line is not as SMAC v2
            writes it; it lists all such lines of a file.
    """
    context = read_context(folder)
    iterations = _iterations(folder)
    if not iterations:
        message = f"no {names.RUNS}-it<k>.csv in it: expected a state folder of SMAC v2"
        raise UserError(Problem(message, folder))
    tree = parse_tree(context.pcs_text, folder / "param.pcs")
    half_written: list[Problem] = []
    for number, suffix in iterations:
        try:
            configurations = _read_configurations(folder / f"{names.SETTINGS}-{suffix}.txt", tree)
            file = folder / f"{names.RUNS}-{suffix}.csv"
            runs = _RunsReader(file, configurations, context.instances).read()
            return State(context, tuple(runs), number)
        except _HalfWrittenError as error:
            half_written += error.problems
    raise UserError(*half_written)


def read_context(folder: Path) -> Context:
    """The copies, in a state folder, of the files that its runs were made with.

    Raises:
        UserError: one cannot be read, or there is no `param.pcs`.
    """
    instances = folder / "instances.txt"
    features = folder / "instance-features.txt"
    context = Context(
        pcs_text=read_text(folder / "param.pcs"),
        scenario_text=_read_optional(folder / "scenario.txt"),
        instances_text=_read_optional(instances),
        features_text=_read_optional(features),
    )
    if not context.instances_text:
        return context
    table = read_features(features) if context.features_text else None
    return replace(
        context,
        instances=tuple(
            Instance(instance.name, instance.specifics, _features(table, instance.name))
            for instance in read_instances(instances)
        ),
    )


def _features(table: FeatureTable | None, instance: str) -> dict[str, float]:
    if table is None or instance not in table.rows:
        return {}
    return dict(zip(table.names, table.rows[instance], strict=True))


def _read_optional(path: Path) -> str:
    return read_text(path) if path.exists() else ""


def _iterations(folder: Path) -> list[tuple[int, str]]:
    """The numbers of the iterations that a folder has, and what their files' names end in."""
    found = []
    for path in folder.glob(f"{names.RUNS}-*.csv"):
        suffix = path.stem.removeprefix(f"{names.RUNS}-")
        if match := _ITERATION.fullmatch(suffix):
            found.append((int(match[2]), suffix))
    return sorted(found, reverse=True)


def _read_whole(path: Path) -> str:
    if not path.exists():
        raise _HalfWrittenError(Problem("it is missing", path))
    text = read_text(path)
    if text and not text.endswith("\n"):
        line = text.count("\n") + 1
        raise _HalfWrittenError(Problem("the line ends too early: half-written", path, line))
    return text


def _read_configurations(path: Path, tree: Tree) -> dict[int, _Configuration]:
    default = _entries(tree, tree.default_values())
    configurations: dict[int, _Configuration] = {}
    problems = []
    for number, line in enumerate(_read_whole(path).split("\n")[:-1], start=1):
        key, colon, text = line.partition(":")
        try:
            if not (colon and key.strip().isdecimal()):
                raise ValueError(f"expected NUMBER: name='value', …, found '{line[:40]}'")
            settings = parse_settings(text.strip())
            entries = _entries(tree, active_values(tree, settings))
        except (ValueError, UserError) as error:
            problems.append(Problem(str(error), path, number))
            continue
        is_default = entries.keys() == default.keys() and all(
            abs(entry - default[name]) <= _ROUNDING for name, entry in entries.items()
        )
        configurations[int(key)] = _Configuration(settings, tuple(sorted(entries)), is_default)
    if problems:
        raise UserError(*problems)
    return configurations


def _entries(tree: Tree, values: Values) -> dict[str, float]:
    return {name: to_entry(tree[name], value) for name, value in values.items()}


class _RunsReader:
    """Reads one runs_and_results file."""

    def __init__(
        self,
        path: Path,
        configurations: Mapping[int, _Configuration],
        instances: Sequence[Instance],
    ) -> None:
        self.path = path
        self.configurations = configurations
        self.instances = instances

    def read(self) -> list[Run]:
        runs, problems = [], []
        for line, row in self._rows():
            try:
                runs.append(self._run(row))
            except KeyError as error:
                problems.append(Problem(f"column {error} is missing", self.path, line))
            except (ValueError, OverflowError) as error:
                problems.append(Problem(str(error), self.path, line))
        if problems:
            raise UserError(*problems)
        return runs

    def _rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        rows = csv.reader(io.StringIO(_read_whole(self.path), newline=""))
        try:
            header = next(rows, None)
            if header is None:
                raise _HalfWrittenError(Problem("it is empty: half-written", self.path))
            for name in (names.CONFIGURATION, names.INSTANCE, names.STATUS):
                if name not in header:
                    message = f"expected a header with the column '{name}'"
                    raise UserError(Problem(message, self.path, line=1))
            for row in rows:
                if row:
                    yield rows.line_num, dict(zip(header, row, strict=False))
        except csv.Error as error:
            raise UserError(Problem(str(error), self.path, rows.line_num)) from None

    def _run(self, row: Mapping[str, str]) -> Run:
        configuration = self._configuration(row)
        seed = _integer(row, names.SEED)
        return Run(
            settings=configuration.settings,
            active=configuration.active,
            is_default=configuration.is_default,
            instance=self._instance(row),
            seed=seed,
            cutoff=_number(row, names.CUTOFF),
            result=Result(
                status=_status(row),
                runtime=_number(row, names.RUNTIME),
                run_length=_number(row, names.RUN_LENGTH),
                quality=_number(row, names.QUALITY),
                seed=seed,
                additional=row.get(names.ADDITIONAL, ""),
            ),
            wallclock_time=_number(row, names.WALLCLOCK) if names.WALLCLOCK in row else 0.0,
            details={"iteration": _integer(row, names.ITERATION)},
        )

    def _configuration(self, row: Mapping[str, str]) -> _Configuration:
        number = _integer(row, names.CONFIGURATION)
        if number not in self.configurations:
            message = f"configuration {number} is not among the {names.SETTINGS}"
            raise _HalfWrittenError(Problem(message, self.path))
        return self.configurations[number]

    def _instance(self, row: Mapping[str, str]) -> str:
        number = _integer(row, names.INSTANCE)
        if not 1 <= number <= len(self.instances):
            count = len(self.instances)
            raise ValueError(f"instance {number}, but instances.txt has {count}")
        return self.instances[number - 1].name


def _number(row: Mapping[str, str], column: str) -> float:
    try:
        return float(row[column])
    except ValueError:
        message = f"column '{column}': expected a number, found '{row[column][:40]}'"
        raise ValueError(message) from None


def _integer(row: Mapping[str, str], column: str) -> int:
    try:
        return int(row[column])
    except ValueError:
        message = f"column '{column}': expected an integer, found '{row[column][:40]}'"
        raise ValueError(message) from None


def _status(row: Mapping[str, str]) -> Status:
    word = row[names.STATUS]
    if word not in _STATUSES:
        raise ValueError(f"'{word[:40]}' is not a status; expected {', '.join(_STATUSES)}")
    return _STATUSES[word]

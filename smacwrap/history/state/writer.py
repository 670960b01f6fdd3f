"""Writes state folders that SMAC v2 restores, warm-starts from and merges."""

import csv
import io
import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.files import replace_text
from smacwrap.history.objective import Objective
from smacwrap.history.run import Run
from smacwrap.history.settings_text import format_settings
from smacwrap.history.state import state as names
from smacwrap.history.state.arrays import to_array
from smacwrap.history.state.state import Context, State, with_iteration
from smacwrap.pcs import parse_tree
from smacwrap.protocol import NO_CUTOFF, Status

_CODES = {
    Status.KILLED: -3,
    Status.ABORT: -2,
    Status.CRASHED: -1,
    Status.TIMEOUT: 0,
    Status.SAT: 1,
    Status.UNSAT: 2,
}

# SMAC v2's forests square qualities: it fails on infinite ones, and beyond 1e154.
_LARGEST_QUALITY = 1e150


class StateWriter:
    """Keeps the state folder of a worker that is at work.

    Saves whenever the number of runs has become a power of two, as SMAC v2 does with iterations,
    and when it is told to: all in all, a run is written only a few times.

    Args:
        folder: `state-run<seed>`.
        context: what the runs are made with.
        objective: of the scenario.
        cutoff: the scenario's, in seconds.
    """

    def __init__(
        self,
        folder: Path,
        context: Context,
        objective: Objective,
        cutoff: float,
    ) -> None:
        self.folder = folder
        self.context = context
        self.objective = objective
        self.cutoff = cutoff
        self._runs: list[Run] = []
        self._unnumbered: list[Run] = []

    def know(self, run: Run) -> None:
        """Take in a run that there was already."""
        self._unnumbered.append(run)

    def append(self, run: Run) -> None:
        """Take in a new run, and save if it is time to.

        Raises:
            OSError: the folder cannot be written; what was saved before stays.
        """
        self.know(run)
        if (len(self._runs) + len(self._unnumbered)).bit_count() == 1:
            self.save()

    def save(self) -> None:
        """Save all runs.

        Raises:
            OSError: the folder cannot be written; what was saved before stays.
        """
        for run in self._unnumbered:
            self._runs.append(with_iteration(run, self._runs))
        self._unnumbered.clear()
        iteration = self._runs[-1].details["iteration"] if self._runs else 0
        state = State(self.context, tuple(self._runs), iteration)
        write_state(self.folder, state, self.objective, self.cutoff)


def write_state(folder: Path, state: State, objective: Objective, cutoff: float) -> None:
    """Write a state folder; an older iteration in it is replaced.

    A reader finds the older or the newer iteration complete, at any time. A folder that the Java
    program wrote is set aside first, as it does itself: SMAC v2 would trust its object dumps.

    Not everything about a run has a place in a state folder: of `details` only the iteration is
    kept, a failed run's quality is at least the objective's `crashed_quality`, commas in
    additional run data become semicolons, and inactive parameters have one value a configuration.

    Args:
        folder: made if it does not exist.
        state: what to write.
        objective: of the scenario.
        cutoff: the scenario's, in seconds; a timeout before it is marked as censored.

    Raises:
        OSError: it cannot be written; the older iteration stays.
        UserError: a run is on an instance that is not in the context's list.
    """
    suffix = f"it{state.iteration}"
    settings, arrays, runs = _tables(state, folder, objective, cutoff)
    if next(folder.glob("java_obj_dump-*"), None):
        folder.replace(folder.with_name(f"old-state-{folder.name}-{time.time_ns() // 10**6}"))
    folder.mkdir(parents=True, exist_ok=True)
    context = state.context
    replace_text(folder / "param.pcs", context.pcs_text)
    replace_text(folder / "scenario.txt", context.scenario_text)
    replace_text(folder / "instances.txt", context.instances_text or _instances_text(context))
    if features_text := context.features_text or _features_text(context):
        replace_text(folder / "instance-features.txt", features_text)
    replace_text(folder / f"{names.SETTINGS}-{suffix}.txt", settings)
    replace_text(folder / f"{names.ARRAYS}-{suffix}.csv", arrays)
    # The runs make an iteration complete: a reader looks for them.
    replace_text(folder / f"{names.RUNS}-{suffix}.csv", runs)
    _remove_others(folder, suffix)


def _instances_text(context: Context) -> str:
    """A list of instances, in a form in which names and their information may have blanks."""
    instances = context.instances
    if all(i.info == "0" and " " not in i.name for i in instances):
        return "".join(f"{i.name}\n" for i in instances)
    return "".join(f'"{i.name}","{i.info}"\n' for i in instances)


def _features_text(context: Context) -> str:
    """A table of the features that all instances have; empty where there are none."""
    instances = context.instances
    names = [n for n in instances[0].features if all(n in i.features for i in instances)]
    if not names:
        return ""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["instance", *names])
    for instance in instances:
        writer.writerow([instance.name, *(instance.features[name] for name in names)])
    return table.getvalue()


def _remove_others(folder: Path, suffix: str) -> None:
    for part in (names.RUNS, names.SETTINGS, names.ARRAYS):
        for path in folder.glob(f"{part}-*"):
            if path.stem != f"{part}-{suffix}":
                path.unlink(missing_ok=True)


def _tables(
    state: State, folder: Path, objective: Objective, cutoff: float
) -> tuple[str, str, str]:
    """The texts of the settings, of the arrays and of the runs."""
    tree = parse_tree(state.context.pcs_text)
    defaults = tree.default_texts().settings
    numbers: dict[object, int] = {}
    settings, arrays = io.StringIO(), io.StringIO()
    for run in state.runs:
        if run.configuration_key in numbers:
            continue
        number = numbers[run.configuration_key] = len(numbers) + 1
        values = {**defaults, **run.settings}
        settings.write(f"{number}: {format_settings(values)}\n")
        arrays.write(f"{number},{','.join(map(repr, to_array(tree, values)))}\n")
    runs = io.StringIO()
    writer = csv.writer(runs, lineterminator="\n")
    # SMAC v2 ends every line with a comma.
    writer.writerow([*names.COLUMNS, ""])
    for row in _rows(state, folder, numbers, objective, cutoff):
        writer.writerow([*row, ""])
    return settings.getvalue(), arrays.getvalue(), runs.getvalue()


def _rows(
    state: State,
    folder: Path,
    numbers: Mapping[object, int],
    objective: Objective,
    cutoff: float,
) -> Iterator[list[object]]:
    places = {instance.name: n for n, instance in enumerate(state.context.instances, start=1)}
    total = 0.0
    for number, run in enumerate(state.runs, start=1):
        if run.instance not in places:
            message = f"a run is on the instance '{run.instance}', which is not in the list"
            raise UserError(Problem(message, folder / "instances.txt"))
        result = run.result
        quality = _quality(run, objective)
        total += result.runtime
        yield [
            number,
            numbers[run.configuration_key],
            places[run.instance],
            _response(run, objective, quality, cutoff),
            int(_is_censored(run, cutoff)),
            _finite(run.cutoff),
            run.seed,
            _finite(result.runtime),
            _finite(result.run_length),
            _CODES[result.status],
            quality,
            run.details["iteration"],
            _finite(total),
            result.status.value,
            _one_cell(result.additional),
            _finite(run.wallclock_time),
        ]


def _quality(run: Run, objective: Objective) -> float:
    quality = run.result.quality
    if run.result.status in (Status.CRASHED, Status.ABORT):
        quality = max(quality, objective.crashed_quality)
    return _finite(quality, _LARGEST_QUALITY)


def _response(run: Run, objective: Objective, quality: float, cutoff: float) -> float:
    """What SMAC v2's model learns from, before any penalty."""
    status = run.result.status
    if objective.run_obj == "QUALITY":
        return quality
    if status is Status.TIMEOUT:
        return _finite(run.cutoff)
    if status in (Status.CRASHED, Status.ABORT):
        return _finite(cutoff)
    return _finite(run.result.runtime)


def _is_censored(run: Run, cutoff: float) -> bool:
    status = run.result.status
    return status is Status.KILLED or (status is Status.TIMEOUT and run.cutoff < cutoff)


def _finite(number: float, largest: float = NO_CUTOFF) -> float:
    return number if abs(number) <= largest else math.copysign(largest, number)


def _one_cell(text: str) -> str:
    """Text that SMAC v2 takes for one cell: it splits lines at every comma it writes itself."""
    plain = " ".join(text.splitlines()).replace(",", ";")
    return plain.encode(errors="replace").decode()

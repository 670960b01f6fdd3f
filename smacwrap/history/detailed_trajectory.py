"""The detailed trajectory: a worker's incumbents over time, in SMAC v2's quoted CSV form.

It says what the trajectory file says, and the model's prediction for each incumbent.
"""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history.appended import AppendedFile
from smacwrap.history.objective import Incumbent
from smacwrap.history.settings_text import format_settings, parse_settings
from smacwrap.lookup import unreadable
from smacwrap.protocol import NO_CUTOFF

_HEADER = (
    '"CPU Time Used","Estimated Training Performance","Wallclock Time","Incumbent ID",'
    '"Automatic Configurator (CPU) Time","Full Configuration",'
    '"Predicted Performance (if available)",\n'
)
_FIELDS = 7


@dataclass(frozen=True)
class TrajectoryEntry:
    """One line: an incumbent, and when it was one.

    - `cpu_time`: seconds used by targets and worker together.
    - `cost`: the incumbent's estimated cost; the largest double before its first run.
    - `wallclock_time`: seconds since the worker started.
    - `incumbent`: the configuration's number, from 1, in this file.
    - `own_cpu_time`: seconds of `cpu_time` that the worker itself used.
    - `settings`: every parameter's value.
    - `predicted`: what the model predicts for the incumbent's cost; NaN without a model.
    """

    cpu_time: float
    cost: float
    wallclock_time: float
    incumbent: int
    own_cpu_time: float
    settings: Mapping[str, str]
    predicted: float = math.nan


def read_detailed_trajectory(path: Path) -> list[TrajectoryEntry]:
    """Read `detailed-traj-run-<seed>.csv`; a half-written last line is left out.

    Raises:
        UserError: it cannot be read; it lists all lines that are not as SMAC v2 writes them.
    """
    try:
        text = path.read_bytes().decode(errors="surrogateescape")
    except OSError as error:
        raise unreadable(path, error) from None
    entries, problems = [], []
    lines = text.split("\n")[:-1]
    if not lines or not lines[0].startswith('"CPU Time Used"'):
        raise UserError(Problem(f"expected the header {_HEADER.strip()}", path, line=1))
    for number, line in enumerate(lines[1:], start=2):
        try:
            entries.append(_entry(line))
        except (ValueError, csv.Error) as error:
            problems.append(Problem(f"not as SMAC v2 writes it: {error}", path, number))
    if problems:
        raise UserError(*problems)
    return entries


class DetailedTrajectoryWriter:
    """Appends incumbents to `detailed-traj-run-<seed>.csv`.

    In an existing file a half-written last line is cut off; ids and times go on where it ended.

    Raises:
        OSError: the file cannot be written.
        UserError: it cannot be read, or is no detailed trajectory.
    """

    def __init__(self, path: Path) -> None:
        self._ids: dict[str, int] = {}
        self._last: TrajectoryEntry | None = None
        whole = path.read_bytes().rfind(b"\n") + 1 if path.exists() else 0
        entries = read_detailed_trajectory(path) if whole else []
        self._file = AppendedFile(path, whole)
        self._file.append(b"" if whole else _HEADER.encode())
        for entry in entries:
            self._ids[format_settings(entry.settings)] = entry.incumbent
            self._last = entry
        # What came before this writer began.
        before = self._last
        self._cpu_time = before.cpu_time if before else 0.0
        self._wallclock_time = before.wallclock_time if before else 0.0
        self._own_cpu_time = before.own_cpu_time if before else 0.0

    def append(
        self,
        incumbent: Incumbent,
        cpu_time: float,
        wallclock_time: float,
        own_cpu_time: float,
        predicted: float = math.nan,
    ) -> None:
        """Append the incumbent, unless the file ends with it already.

        Args:
            incumbent: the configuration, with its estimated cost.
            cpu_time: seconds used by targets and worker together.
            wallclock_time: seconds since the worker started.
            own_cpu_time: seconds of `cpu_time` that the worker itself used.
            predicted: the cost that the model predicts for the incumbent.

        Raises:
            OSError: the disk is full; the file is left as it was.
        """
        text = format_settings(incumbent.run.settings)
        entry = TrajectoryEntry(
            cpu_time=self._cpu_time + cpu_time,
            cost=min(incumbent.cost, NO_CUTOFF),
            wallclock_time=self._wallclock_time + wallclock_time,
            incumbent=self._ids.get(text) or max(self._ids.values(), default=0) + 1,
            own_cpu_time=self._own_cpu_time + own_cpu_time,
            settings=incumbent.run.settings,
            predicted=predicted,
        )
        last = self._last
        if last and (entry.incumbent, entry.cost) == (last.incumbent, last.cost):
            return
        self._file.append(_line(entry).encode(errors="surrogateescape"))
        self._ids[text] = entry.incumbent
        self._last = entry


def _line(entry: TrajectoryEntry) -> str:
    settings = format_settings(entry.settings).replace('"', '""')
    predicted = "NaN" if math.isnan(entry.predicted) else repr(entry.predicted)
    return (
        f'"{entry.cpu_time!r}"," {entry.cost!r}","{entry.wallclock_time!r}",'
        f'"{entry.incumbent}","{entry.own_cpu_time!r}", " {settings}","{predicted}"\n'
    )


def _entry(line: str) -> TrajectoryEntry:
    # The cells are quoted, and some have a space in front of the quote.
    cells = next(csv.reader([line], skipinitialspace=True), [])
    if len(cells) < _FIELDS:
        raise ValueError(f"expected {_FIELDS} values, found {len(cells)}")
    return TrajectoryEntry(
        cpu_time=float(cells[0]),
        cost=float(cells[1]),
        wallclock_time=float(cells[2]),
        incumbent=int(cells[3]),
        own_cpu_time=float(cells[4]),
        settings=parse_settings(cells[5].strip()),
        predicted=float(cells[6]),
    )

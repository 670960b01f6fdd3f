"""What runs right now: a small file for each worker, with its runs from start to record.

Other processes read it to show it, to keep their engines from asking for the same, and, when a
worker was killed, to repeat its run first.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from smacwrap.history.run import run_key
from smacwrap.history.study import Study
from smacwrap.protocol.run_id import format_run_id


@dataclass(frozen=True)
class RunningRun:
    """A run that has been started and not yet recorded.

    `worker` is the worker's seed and `number` the run's among those of this worker, from 1;
    `start` is ISO 8601; `pid` is the worker's on `host`.
    """

    worker: int
    number: int
    configuration: Mapping[str, str]
    instance: str
    seed: int
    cutoff: float
    start: str
    host: str
    pid: int

    @property
    def id(self) -> str:
        """How a person names the run."""
        return format_run_id(self.worker, self.number)

    @property
    def key(self) -> tuple[object, ...]:
        """As `Run.key`: what it has in common with its record."""
        return run_key(self.configuration, self.instance, self.seed)

    def to_json(self) -> dict[str, Any]:
        """Plain data, from which `RunningRun(**data)` makes it again."""
        return {**asdict(self), "configuration": dict(self.configuration)}


def write_running(study: Study, worker: int, runs: Sequence[RunningRun]) -> None:
    """Say what a worker runs now.

    Raises:
        OSError: the file cannot be written.
    """
    path = study.running(worker)
    if runs or path.exists():
        _overwrite(path, json.dumps([run.to_json() for run in runs]))


def _overwrite(path: Path, line: str) -> None:
    """Write a file in place: on a disk where others sync, to replace it takes much longer.

    The first line counts, for what was there before may be longer, and go a moment later.
    """
    with path.open("r+b" if path.exists() else "wb", buffering=0) as file:
        file.write(f"{line}\n".encode())
        file.truncate()


def read_running(study: Study) -> list[RunningRun]:
    """The runs that are not recorded yet, by the workers' seeds.

    A worker that was killed leaves its last ones behind.
    """
    found: list[RunningRun] = []
    for seed in study.running_seeds():
        try:
            line = study.running(seed).read_text(encoding="utf-8").partition("\n")[0]
            runs = json.loads(line)
            # An older smacwrap wrote one run, or null.
            found += [RunningRun(**run) for run in (runs if isinstance(runs, list) else [runs])]
        except (OSError, ValueError, TypeError):
            # Nothing, or by a later version: in no way a reason to fail.
            continue
    return found

"""What runs right now: a small file for each worker, there from a run's start to its record.

Other processes read it to show it, to keep their engines from asking for the same, and, when a
worker was killed, to repeat its run first.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from smacwrap.files import replace_text
from smacwrap.history.study import Study


@dataclass(frozen=True)
class RunningRun:
    """A run that has been started and not yet recorded.

    `worker` is the worker's seed and `number` the run's place in its file, from 1; `start` is
    ISO 8601; `pid` is the worker's on `host`.
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
        """How a person names the run: `2-14` is the 14th run of the worker with seed 2."""
        return f"{self.worker}-{self.number}"

    @property
    def key(self) -> tuple[object, ...]:
        """As `Run.key`: what it has in common with its record."""
        return (tuple(self.configuration.items()), self.instance, self.seed)

    def to_json(self) -> dict[str, Any]:
        """Plain data, from which `RunningRun(**data)` makes it again."""
        return {**asdict(self), "configuration": dict(self.configuration)}


def write_running(study: Study, run: RunningRun) -> None:
    """Say that a worker has started a run.

    Raises:
        OSError: the file cannot be written.
    """
    replace_text(study.running(run.worker), json.dumps(run.to_json()), durable=False)


def clear_running(study: Study, worker: int) -> None:
    """Say that a worker's run is recorded."""
    study.running(worker).unlink(missing_ok=True)


def read_running(study: Study) -> list[RunningRun]:
    """The runs that are not recorded yet, by the workers' seeds.

    A worker that was killed leaves its last one behind.
    """
    found = []
    for path in study.folder.glob("running-*.json"):
        try:
            found.append(RunningRun(**json.loads(path.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            # Recorded just now, or by a later version: in no way a reason to fail.
            continue
    return sorted(found, key=lambda run: run.worker)

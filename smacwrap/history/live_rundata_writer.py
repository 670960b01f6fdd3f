"""Writes live-rundata files, SMAC v2's own run history, run by run.

For the format see `live_rundata_reader`. We write a line a run. What SMAC v2 has no field for goes
into one that its reader skips, `smacwrap`: JSON again, but as a text, for SMAC v2 stumbles over an
object in a field that it does not know. As in SMAC v2's files, whatever appears for the first
time has the id of the run that it appears with.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.history.appended import AppendedFile
from smacwrap.history.live_rundata_reader import LiveRundataReader
from smacwrap.history.run import Run
from smacwrap.protocol import NO_INSTANCE

_FIRST_ID = 2  # where SMAC v2 starts to count
_BEGIN = b'[{"@pi-id":'

_Json = dict[str, Any]


@dataclass(frozen=True)
class Instance:
    """A problem instance: its name, the information that goes with it, and its features."""

    name: str
    info: str = "0"
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class StudyIdentity:
    """What every run of a study has in common, and every live-rundata file repeats."""

    algo: str
    exec_dir: str
    pcs_file: str
    pcs_text: str
    cutoff: float
    deterministic: bool
    instances: tuple[Instance, ...] = (Instance(NO_INSTANCE),)


def may_be_ours(path: Path) -> bool:
    """Whether a live-rundata file is one of ours, or has nothing in it yet.

    SMAC v2 writes blanks where we do not, and begins its file anew when it is started anew.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            begin = file.read(len(_BEGIN))
    except FileNotFoundError:
        return True
    return _BEGIN.startswith(begin)


class LiveRundataWriter:
    """Appends runs to the one file that is this worker's own, each safely on disk.

    Opening an existing file cuts off a half-written tail and goes on behind the last whole run.

    Raises:
        OSError: the file cannot be written.
        UserError: it cannot be read, holds what no SMAC writes, or other instances.
    """

    def __init__(self, path: Path, identity: StudyIdentity) -> None:
        self.path = path
        self._identity = identity
        names = [instance.name for instance in identity.instances]
        self._instances = {name: _FIRST_ID + i for i, name in enumerate(names)}
        # The ids of what has appeared since the file was opened; the rest may appear again.
        self._pairs: dict[object, int] = {}
        self._configurations: dict[object, int] = {}
        reader = LiveRundataReader(path)
        found = reader.poll_numbered()
        self.runs = [run for _, run in found]
        """The runs that the file holds."""
        self.numbers = [number for number, _ in found]
        """The numbers of these runs."""
        self.taken = reader.numbers
        """All numbers that are taken; runs that cannot be read had some, too."""
        self.torn = reader.torn
        """How many bytes of a run that was not written to its end are cut off."""
        if reader.instances is not None and list(reader.instances.values()) != names:
            raise UserError(Problem("holds runs on other instances than this study's", path))
        # Runs that cannot be read have ids as well.
        self._next_id = max(reader.last_id + 1, _FIRST_ID)
        self._file = AppendedFile(path, reader.parsed)
        begin = b"\n" if reader.parsed else _dump(self._instance_list())
        self._file.append(begin, durable=True)

    def append(self, run: Run, number: int | None = None) -> None:
        """Append a run; when this returns it is on disk.

        Args:
            run: the run. If another run of the file has its number, it gets another.
            number: its own, if that was taken from `taken` already.

        Raises:
            OSError: the disk is full; the file is left as it was.
            OverwrittenError: somebody else wrote to the file; nothing is changed.
        """
        rc_id = self._next_id
        self._file.append(_dump(self._json(run, rc_id)), durable=True)
        self._next_id += 1
        self.runs.append(run)
        if number is None:
            number = self.taken.take(run.details.get("number"))
        self.numbers.append(number)
        self._pairs.setdefault(_pair_key(run), rc_id)
        self._configurations.setdefault(_configuration_key(run), rc_id)

    def _instance_list(self) -> list[_Json]:
        return [
            {
                "@pi-id": self._instances[instance.name],
                "pi-name": instance.name,
                "pi-instance-specific-info": instance.info,
                "pi-features": dict(instance.features),
                "pi-instance-id(deprecated)": number,
            }
            for number, instance in enumerate(self._identity.instances, start=1)
        ]

    def _json(self, run: Run, number: int) -> _Json:
        return {
            "r-rc": {
                "@rc-id": number,
                "rc-algo-exec-config": self._executed(),
                "rc-cutoff": _number(run.cutoff),
                "rc-pisp": self._pair(run, number),
                "rc-pc": self._configuration(run, number),
                "rc-sample-idx": 0,
            },
            "r-run-result": str(run.result.status),
            "r-runtime": _number(run.result.runtime),
            "r-run-length": _number(run.result.run_length),
            "r-quality": _number(run.result.quality),
            "r-result-seed": run.result.seed,
            "r-addl-run-data": run.result.additional,
            "r-wallclock-time": _number(run.wallclock_time),
            "smacwrap": _compact(run.details),
        }

    def _pair(self, run: Run, number: int) -> _Json:
        known = self._pairs.get(_pair_key(run))
        if known is not None:
            return {"@pisp-id": known}
        instance = {"@pi-id": self._instances[run.instance]}
        return {"@pisp-id": number, "pisp-pi": instance, "pisp-seed": run.seed}

    def _configuration(self, run: Run, number: int) -> _Json:
        known = self._configurations.get(_configuration_key(run))
        if known is not None:
            return {"@pc-id": known}
        return {
            "@pc-id": number,
            "pc-pcs": {"@pcs-id": _FIRST_ID},
            "pc-settings": dict(sorted(run.settings.items())),
            "pc-active-parameters": sorted(run.active),
            "pc-forbidden": False,
            "pc-default": run.is_default,
        }

    def _executed(self) -> _Json:
        executed: _Json = {"@algo-exec-config-id": _FIRST_ID}
        if not self.runs:
            identity = self._identity
            executed |= {
                "algo-exec": identity.algo,
                "algo-exec-dir": identity.exec_dir,
                "algo-pcs": {
                    "@pcs-id": _FIRST_ID,
                    "pcs-filename": identity.pcs_file,
                    "pcs-text": identity.pcs_text,
                    "pcs-subspace": {},
                },
                "algo-cutoff": _number(identity.cutoff),
                "algo-deterministic": identity.deterministic,
                "algo-tae-context": {},
            }
        return executed


def _pair_key(run: Run) -> object:
    return (run.instance, run.seed)


def _configuration_key(run: Run) -> object:
    """What two runs share where the file may repeat a configuration by its id alone."""
    return (tuple(sorted(run.settings.items())), tuple(sorted(run.active)), run.is_default)


def _dump(value: object) -> bytes:
    return _compact(value).encode() + b"\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _number(number: float) -> float | str:
    """JSON has only finite numbers; SMAC v2's reader takes infinities as texts."""
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"

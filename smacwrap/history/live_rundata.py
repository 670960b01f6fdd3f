"""live-rundata files: SMAC v2's own run history, appended run by run, read incrementally.

The format, as SMAC v2.10.03 writes it: a JSON array of the instances, then one JSON object a
run, concatenated. `@…-id` marks the first appearance of an object (a configuration, an instance
and seed, …); later ones stand for it by that id alone. We write a line a run, and what SMAC v2
has no field for into a field that its reader skips, `smacwrap`.
"""

import codecs
import json
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.history.run import Run
from smacwrap.protocol import NO_INSTANCE, Result, Status

_FIRST_ID = 2  # where SMAC v2 starts to count

_Json = dict[str, Any]


@dataclass(frozen=True)
class StudyIdentity:
    """What every run of a study has in common, and every live-rundata file repeats."""

    algo: str
    exec_dir: str
    pcs_file: str
    pcs_text: str
    cutoff: float
    deterministic: bool


class LiveRundataReader:
    """Reads the runs of one file, each once; every `poll` parses only what was appended.

    A half-written tail (a writer at work, or one that crashed) is left for the next poll.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._size = 0
        self._text = ""
        self._parsed = 0  # bytes of the file that were parsed
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
        self._has_instances = False
        self._instances: dict[int, str] = {}
        self._pairs: dict[int, tuple[str, int]] = {}
        self._configurations: dict[int, tuple[Mapping[str, str], tuple[str, ...], bool]] = {}
        self._runs = 0

    @property
    def parsed(self) -> int:
        """How many bytes of the file belong to whole objects that have been read."""
        return self._parsed

    def poll(self) -> list[Run]:
        """The runs that were appended since the last poll.

        Raises:
            UserError: the file exists but cannot be read, or holds what no SMAC writes.
        """
        try:
            if self.path.stat().st_size == self._size:
                return []
            with self.path.open("rb") as file:
                file.seek(self._size)
                appended = file.read()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise UserError(Problem(f"cannot read runs: {error.strerror}", self.path)) from None
        self._size += len(appended)
        self._text += self._decoder.decode(appended)
        return list(self._take_runs())

    def _take_runs(self) -> Iterator[Run]:
        decoder = json.JSONDecoder()
        text, start = self._text, 0
        try:
            while (begin := _skip_space(text, start)) < len(text):
                value, end = decoder.raw_decode(text, begin)
                if self._has_instances:
                    yield self._run(value)
                else:
                    self._instances = {pi["@pi-id"]: pi["pi-name"] for pi in value}
                    self._has_instances = True
                self._parsed += len(text[start:end].encode(errors="surrogateescape"))
                start = end
        except json.JSONDecodeError:
            pass
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            message = f"run {self._runs + 1} is not as SMAC v2 writes it: {error!r}"
            raise UserError(Problem(message, self.path)) from None
        finally:
            self._text = text[start:]

    def _run(self, value: _Json) -> Run:
        rc = value["r-rc"]
        pair, pc = rc["rc-pisp"], rc["rc-pc"]
        if "pisp-seed" in pair:
            name = self._instances[pair["pisp-pi"]["@pi-id"]]
            self._pairs[pair["@pisp-id"]] = (name, int(pair["pisp-seed"]))
        if "pc-settings" in pc:
            self._configurations[pc["@pc-id"]] = (
                pc["pc-settings"],
                tuple(pc["pc-active-parameters"]),
                bool(pc.get("pc-default", False)),
            )
        instance, seed = self._pairs[pair["@pisp-id"]]
        settings, active, is_default = self._configurations[pc["@pc-id"]]
        self._runs += 1
        return Run(
            settings=settings,
            active=active,
            is_default=is_default,
            instance=instance,
            seed=seed,
            cutoff=float(rc["rc-cutoff"]),
            result=Result(
                # RUNNING and KILLED are SMAC's own words for runs that never ended by themselves.
                status=Status.__members__.get(value["r-run-result"], Status.TIMEOUT),
                runtime=float(value["r-runtime"]),
                run_length=float(value["r-run-length"]),
                quality=float(value["r-quality"]),
                seed=int(value["r-result-seed"]),
                additional=value.get("r-addl-run-data") or "",
            ),
            wallclock_time=float(value.get("r-wallclock-time", 0.0)),
            details=value.get("smacwrap", {}),
        )


class LiveRundataWriter:
    """Appends runs to the one file that is this worker's own, each safely on disk.

    Opening an existing file cuts off a half-written tail and goes on behind the last whole run.

    Raises:
        UserError: the file cannot be written, or holds what no SMAC writes.
    """

    def __init__(self, path: Path, identity: StudyIdentity) -> None:
        self.path = path
        self._identity = identity
        # The ids of the objects that the file holds already, by kind.
        self._ids: dict[str, dict[object, int]] = {"pc": {}, "pisp": {}}
        reader = LiveRundataReader(path)
        self.runs = reader.poll()
        """The runs that the file held when it was opened."""
        for run in self.runs:
            self._remember(run)
        try:
            self._file = path.open("ab", buffering=0)
            if reader.parsed:
                os.truncate(path, reader.parsed)
                self._append(b"\n")
            else:
                os.truncate(path, 0)
                self._append(_dump([_no_instance()]))
        except OSError as error:
            raise UserError(Problem(f"cannot write runs: {error.strerror}", path)) from None

    def append(self, run: Run) -> None:
        """Append a run; when this returns it is on disk.

        Raises:
            OSError: the disk is full; the file is left as it was.
        """
        before = self._file.seek(0, os.SEEK_END)
        try:
            self._append(_dump(self._json(run)))
        except OSError:
            os.truncate(self.path, before)
            raise
        self.runs.append(run)
        self._remember(run)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, data: bytes) -> None:
        while data:
            data = data[self._file.write(data) :]
        os.fsync(self._file.fileno())

    def _id(self, kind: str, key: object) -> tuple[int, bool]:
        """The id of an object in this file, and whether it has not appeared yet."""
        ids = self._ids[kind]
        return ids.get(key, _FIRST_ID + len(ids)), key not in ids

    def _remember(self, run: Run) -> None:
        for kind, key in _keys(run).items():
            self._ids[kind].setdefault(key, _FIRST_ID + len(self._ids[kind]))

    def _json(self, run: Run) -> _Json:
        keys = _keys(run)
        pair_id, new_pair = self._id("pisp", keys["pisp"])
        pc_id, new_pc = self._id("pc", keys["pc"])
        pair: _Json = {"@pisp-id": pair_id}
        if new_pair:
            pair |= {"pisp-pi": {"@pi-id": _FIRST_ID}, "pisp-seed": run.seed}
        pc: _Json = {"@pc-id": pc_id}
        if new_pc:
            pc |= {
                "pc-pcs": {"@pcs-id": _FIRST_ID},
                "pc-settings": dict(sorted(run.settings.items())),
                "pc-active-parameters": sorted(run.active),
                "pc-forbidden": False,
                "pc-default": run.is_default,
            }
        return {
            "r-rc": {
                "@rc-id": _FIRST_ID + len(self.runs),
                "rc-algo-exec-config": self._executed(),
                "rc-cutoff": run.cutoff,
                "rc-pisp": pair,
                "rc-pc": pc,
                "rc-sample-idx": 0,
            },
            "r-run-result": str(run.result.status),
            "r-runtime": _number(run.result.runtime),
            "r-run-length": _number(run.result.run_length),
            "r-quality": _number(run.result.quality),
            "r-result-seed": run.result.seed,
            "r-addl-run-data": run.result.additional,
            "r-wallclock-time": run.wallclock_time,
            "smacwrap": run.details,
        }

    def _executed(self) -> _Json:
        executed: _Json = {"@algo-exec-config-id": _FIRST_ID}
        if len(self.runs) == 0:
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
                "algo-cutoff": identity.cutoff,
                "algo-deterministic": identity.deterministic,
                "algo-tae-context": {},
            }
        return executed


def _keys(run: Run) -> dict[str, object]:
    """What makes two runs share an object of the file, for each kind of object."""
    return {"pc": run.configuration_key, "pisp": (run.instance, run.seed)}


def _no_instance() -> _Json:
    return {
        "@pi-id": _FIRST_ID,
        "pi-name": NO_INSTANCE,
        "pi-instance-specific-info": "0",
        "pi-features": {},
        "pi-instance-id(deprecated)": 1,
    }


def _dump(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def _number(number: float) -> float | str:
    """JSON has no infinity; SMAC v2's reader takes the word as a text."""
    return number if math.isfinite(number) else ("Infinity" if number > 0 else "-Infinity")


def _skip_space(text: str, start: int) -> int:
    while start < len(text) and text[start] in " \t\r\n":
        start += 1
    return start

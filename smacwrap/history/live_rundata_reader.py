"""Reads live-rundata files, SMAC v2's own run history, while they grow.

The format, as SMAC v2.10.03 writes it: a JSON array of the instances, then one JSON object a
run, concatenated. `@…-id` marks the first appearance of an object (a configuration, an instance
and seed, …); later ones stand for it by that id alone. What SMAC v2 has no field for is JSON in
the text of a field that its reader skips, `smacwrap`.
"""

import json
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from smacwrap.errors import Problem, UserError
from smacwrap.history.numbers import Numbers
from smacwrap.history.run import Run
from smacwrap.protocol import Result, Status

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_RUN_START = re.compile(r'\{\s*"r-rc"\s*:')
_DEFINITION = re.compile(r'\{\s*"@(?:pisp|pc)-id"\s*:')
_NUMBER = re.compile(r'\\"number\\":(\d+)')  # in the text that has our details
_RUN_ID = re.compile(r'"@rc-id"\s*:\s*(\d+)')
_CONTEXT = 256  # bytes in front of what is new, by which a file is known to be the same
_KINDS = {dict: "an object", list: "a list", str: "a text", int: "an integer"}
# RUNNING is SMAC v2's own word for a run that never came to an end.
_STATUSES = {**Status.__members__, "RUNNING": Status.KILLED}

_T = TypeVar("_T")
_Configuration = tuple[Mapping[str, str], tuple[str, ...], bool]


class NoHistoryError(UserError):
    """A file does not begin as a run history does: nothing of it can be read, now or later."""


class LiveRundataReader:
    """Reads the runs of one file, each once; every `poll` parses only what was appended.

    What cannot be parsed at the end of the file (a run being written, or what a crash left) is
    left for the next poll. In front of further runs it is waited for, as a network file system may
    show later parts of a file earlier; then it is lost, and the runs that follow are read. So are
    those that follow a run which is not as SMAC writes it. `lost` says what was lost.

    A file that is no longer the one that was read, for it is shorter or what was read last is not
    there, is read from its start again: SMAC v2 begins its file anew when it is started anew.
    The time of change is not looked at: network file systems report it late, and clocks jump.

    Args:
        path: the file.
        patience: for how many seconds garbage in front of further runs is waited for.
    """

    def __init__(self, path: Path, patience: float = 0.0) -> None:
        self.path = path
        self._patience = patience
        self._begin()

    def _begin(self) -> None:
        self.parsed = 0
        """How many bytes of the file belong to whole objects that have been read."""
        self.instances: dict[int, str] | None = None
        """The names of the instances by their ids, or None while there is no such list."""
        self.numbers = Numbers()
        """Those of the runs in the file; a run that is lost has one, too."""
        self.last_id = 0
        """The highest id of a run in the file."""
        self.lost: list[Problem] = []
        """What was lost of the file so far: a line of the file, and why."""
        self.torn = 0
        """How many bytes at the end of the file are no whole run."""
        self._pairs: dict[int, tuple[str, int]] = {}
        self._configurations: dict[int, _Configuration] = {}
        self._lines = 0
        self._size = 0  # of the file, if nothing in it is left to be parsed
        self._context = b""  # what is in front of `parsed`
        self._waiting_since: float | None = None

    def poll(self) -> list[Run]:
        """The runs that were appended since the last poll.

        Raises:
            UserError: the file exists but cannot be read now.
            NoHistoryError: it does not begin with a list of instances.
        """
        return [run for _, run in self.poll_numbered()]

    def poll_numbered(self) -> list[tuple[int, Run]]:
        """As `poll`, each run with its number among those of the file, from 1."""
        if not (pending := self._pending()):
            self._waiting_since = None
            return []
        text = pending.decode(errors="surrogateescape")
        runs: list[tuple[int, Run]] = []
        end, is_waiting = 0, False
        while (begin := _skip_space(text, end)) < len(text):
            try:
                value, end = _decode(text, begin)
            except (ValueError, RecursionError) as error:
                if not (following := _RUN_START.search(text, begin + 1)):
                    break
                if not self._has_waited():
                    is_waiting = True
                    break
                end = following.start()
                self._lose(getattr(error, "msg", str(error)), text, begin, end)
                continue
            if self.instances is None:
                self.instances = self._first(value, text, begin)
                continue
            try:
                run = self._run(value)
            except KeyError as error:
                self._lose(f"{error} is missing", text, begin, end)
            except (TypeError, ValueError, OverflowError, RecursionError) as error:
                self._lose(str(error), text, begin, end)
            else:
                runs.append((self.numbers.take(run.details.get("number")), run))
        if runs and self.lost:
            self.numbers.fill()
        if not is_waiting:
            self._waiting_since = None
        self._lines += text.count("\n", 0, end)
        parsed = len(text[:end].encode(errors="surrogateescape"))
        self._context = (self._context + pending[:parsed])[-_CONTEXT:]
        self.parsed += parsed
        self.torn = len(text[begin:].encode(errors="surrogateescape"))
        self._size = 0 if self.torn else self.parsed + len(pending) - parsed
        return runs

    def _first(self, value: Any, text: str, begin: int) -> dict[int, str]:
        try:
            return _instances(value)
        except KeyError as error:
            message = f"{error} is missing"
        except (TypeError, ValueError) as error:
            message = str(error)
        raise NoHistoryError(self._problem("the list of instances", message, text, begin))

    def _lose(self, why: str, text: str, begin: int, end: int) -> None:
        """Note that a piece is lost, with a run; what later runs refer to is taken from it.

        Raises:
            NoHistoryError: the piece has the list of instances.
        """
        if self.instances is None:
            message = f"{why} (move the file away to continue without it)"
            raise NoHistoryError(self._problem("the list of instances", message, text, begin))
        told = _NUMBER.search(text, begin, end)
        number = self.numbers.take(int(told[1]) if told else None)
        self.lost.append(self._problem(f"run {number} is lost: it", why, text, begin))
        for match in _RUN_ID.finditer(text, begin, end):
            self.last_id = max(self.last_id, int(match[1]))
        for match in _DEFINITION.finditer(text, begin, end):
            # What is known already is refused, too.
            with suppress(KeyError, TypeError, ValueError, RecursionError):
                value, _ = _decode(text, match.start())
                if "pisp-seed" in value:
                    self._pair(value)
                if "pc-settings" in value:
                    self._configuration(value)

    @property
    def waiting(self) -> bool:
        """Whether there are runs behind garbage that may still become something else."""
        return self._waiting_since is not None

    def _has_waited(self) -> bool:
        """Whether garbage has been waited for long enough."""
        now = time.monotonic()
        if self._waiting_since is None:
            self._waiting_since = now
        return now - self._waiting_since >= self._patience

    def _pending(self) -> bytes:
        """Everything behind the last whole object, or nothing if the file has the same size.

        An unfinished tail is read again each time, for its owner may have cut it off meanwhile.
        """
        try:
            if self._size and self.path.stat().st_size == self._size:
                return b""
            with self.path.open("rb") as file:
                file.seek(self.parsed - len(self._context))
                found = file.read()
                if not found.startswith(self._context):
                    self._begin()
                    file.seek(0)
                    found = file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise UserError(Problem(f"cannot read runs: {error.strerror}", self.path)) from None
        return found[len(self._context) :]

    def _problem(self, what: str, message: str, text: str, at: int) -> Problem:
        line = self._lines + text.count("\n", 0, at) + 1
        return Problem(f"{what} is not as SMAC v2 writes it: {message}", self.path, line)

    def _run(self, value: Any) -> Run:
        value = _expect(dict, value)
        rc = _expect(dict, value["r-rc"])
        self.last_id = max(self.last_id, _expect(int, rc["@rc-id"]))
        instance, seed = self._pair(_expect(dict, rc["rc-pisp"]))
        settings, active, is_default = self._configuration(_expect(dict, rc["rc-pc"]))
        return Run(
            settings=settings,
            active=active,
            is_default=is_default,
            instance=instance,
            seed=seed,
            cutoff=float(rc["rc-cutoff"]),
            result=Result(
                status=_known("status", _STATUSES, value["r-run-result"]),
                runtime=float(value["r-runtime"]),
                run_length=float(value["r-run-length"]),
                quality=float(value["r-quality"]),
                seed=_expect(int, value["r-result-seed"]),
                additional=_expect(str, value.get("r-addl-run-data") or ""),
            ),
            wallclock_time=float(value.get("r-wallclock-time", 0.0)),
            details=_details(value.get("smacwrap", "{}")),
        )

    def _pair(self, pair: dict[str, Any]) -> tuple[str, int]:
        number = pair["@pisp-id"]
        if "pisp-seed" in pair:
            instance = _expect(dict, pair["pisp-pi"])["@pi-id"]
            name = _known("instance", self.instances or {}, instance)
            _define(
                "instance and seed", self._pairs, number, (name, _expect(int, pair["pisp-seed"]))
            )
        return _known("instance and seed", self._pairs, number)

    def _configuration(self, pc: dict[str, Any]) -> _Configuration:
        number = pc["@pc-id"]
        if "pc-settings" in pc:
            settings = _expect(dict, pc["pc-settings"])
            for value in settings.values():
                _expect(str, value)
            active = tuple(_expect(list, pc["pc-active-parameters"]))
            for name in active:
                _known("parameter", settings, name)
            is_default = bool(pc.get("pc-default", False))
            _define("configuration", self._configurations, number, (settings, active, is_default))
        return _known("configuration", self._configurations, number)


def _instances(value: Any) -> dict[int, str]:
    instances: dict[int, str] = {}
    for instance in _expect(list, value):
        name = _expect(str, _expect(dict, instance)["pi-name"])
        _define("instance", instances, instance["@pi-id"], name)
    return instances


def _details(value: Any) -> dict[str, Any]:
    details = _expect(dict, json.loads(_expect(str, value)))
    _expect(dict, details.get("metrics", {}))
    for name in ("start", "end", "host", "zip", "reason"):
        _expect(str, details.get(name, ""))
    return details


def _decode(text: str, begin: int) -> tuple[Any, int]:
    value, end = _DECODER.raw_decode(text, begin)
    if not isinstance(value, dict | list):
        raise ValueError(f"expected an object, found {value!r:.40}")
    return value, end


def _expect(kind: type[_T], value: Any) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"expected {_KINDS[kind]}, found {value!r:.40}")
    return value


def _define(what: str, known: dict[int, _T], number: int, value: _T) -> None:
    if number in known:
        raise ValueError(f"{what} {number!r:.40} appears for the first time twice")
    known[number] = value


def _known(what: str, known: Mapping[Any, _T], name: Any) -> _T:
    if name not in known:
        raise ValueError(f"{what} {name!r:.40} is unknown")
    return known[name]


def _skip_space(text: str, start: int) -> int:
    match = _SPACE.match(text, start)
    return match.end() if match else start

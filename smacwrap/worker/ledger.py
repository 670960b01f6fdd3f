"""A few numbers that several processes change, one after the other: a file of their changes.

Each line is a JSON object with new values of some entries; where a value is an object itself, its
own entries are meant. To append a line takes a fraction of the time in which a file is replaced on
a disk where others sync, and who only reads needs no lock: half a line is not looked at.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from smacwrap.files import replace_text
from smacwrap.history.appended import AppendedFile

_PATIENCE = 2.0  # seconds; who holds the lock for longer has been stopped
_POLL = 0.005  # seconds between attempts to get it


class Ledger:
    """The numbers, by name, in a file.

    Args:
        path: the file.
        lock: the file by which its writers exclude each other.
    """

    def __init__(self, path: Path, lock: Path) -> None:
        self._path = path
        self._lock = FileLock(lock)
        self._read = 0
        self._values: dict[str, Any] = {}

    def begin(self, values: Mapping[str, Any]) -> None:
        """Begin anew with these values.

        Raises:
            OSError: the file cannot be written, or another process keeps the lock.
        """
        with self._locked():
            replace_text(self._path, json.dumps(values) + "\n", durable=False)
            self._read, self._values = 0, {}

    def values(self) -> Mapping[str, Any]:
        """The values of now.

        Raises:
            OSError: the file cannot be read.
        """
        with self._path.open("rb") as file:
            file.seek(self._read)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        for line in whole.splitlines():
            _apply(self._values, json.loads(line))
        self._read += len(whole)
        return self._values

    @contextmanager
    def changing(self) -> Iterator[tuple[Mapping[str, Any], dict[str, Any]]]:
        """The values of now, and an empty dictionary for the changes to be made of them.

        Raises:
            OSError: the file cannot be written, or another process keeps the lock; nothing is
                changed then.
        """
        with self._locked():
            changes: dict[str, Any] = {}
            yield self.values(), changes
            if changes:
                line = json.dumps(changes).encode() + b"\n"
                AppendedFile(self._path, self._read).append(line)

    def _locked(self) -> Any:
        return self._lock.acquire(timeout=_PATIENCE, poll_interval=_POLL)


def _apply(values: dict[str, Any], changes: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        if isinstance(value, dict):
            values.setdefault(name, {}).update(value)
        else:
            values[name] = value

"""What the peers reached: one line of JSON a search, appended as soon as it has ended."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from smacwrap.errors import UserError


@dataclass(frozen=True)
class Task:
    """One search: a peer on a problem with a seed, a budget and a number of workers."""

    problem: str
    peer: str
    seed: int
    runs: int
    workers: int = 1


@dataclass(frozen=True)
class Searched:
    """What came of it: after each run, what the incumbent costs without noise; wall seconds."""

    task: Task
    incumbents: tuple[float, ...]
    seconds: float


def append(path: Path, searched: Searched) -> None:
    """Adds a line to a file of results."""
    line = {
        **asdict(searched.task),
        "seconds": round(searched.seconds, 3),
        "incumbents": searched.incumbents,
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def read(path: Path) -> list[Searched]:
    """The results of a file; none where there is no file.

    Raises:
        UserError: a line is none of ours.
    """
    if not path.exists():
        return []
    return list(_read_lines(path, path.read_text(encoding="utf-8").splitlines()))


def _read_lines(path: Path, lines: Iterable[str]) -> Iterator[Searched]:
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            incumbents, seconds = tuple(line.pop("incumbents")), line.pop("seconds")
            yield Searched(Task(**line), incumbents, seconds)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise UserError(f"{path}:{number}: not a line of results: {text[:60]!r}") from None

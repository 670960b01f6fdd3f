"""The launchers that work on a study: the first, and those that joined it with more workers.

Each has a lock as long as it is at work, the first `launch`, another one `joined-SEED` with the
seed of its first worker and a file of that name that says who it is. Who comes or goes has the
lock `join` for a moment, so that of several that end together exactly one is the last.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from filelock import FileLock, Timeout

from smacwrap.errors import UserError
from smacwrap.files import replace_text
from smacwrap.history import Study
from smacwrap.worker.resources import Share
from smacwrap.worker.study_json import Description, read_description, share_from_json

_LOOKED_AT = 1.0  # seconds; who looks whether a launch is at work has its lock for a moment
_GLANCE = 0.2  # seconds; as short is that moment
_COMING_AND_GOING = "join"


@dataclass(frozen=True)
class Joined:
    """A launcher that joined another one's launch.

    - `seeds`, `shares`, `gpus`, `cores`, `nice`, `grace`, `detach`, `host`, `pid`, `start`,
      `slots`: as in Description.
    - `others`: the seeds of the workers that were there already.
    """

    seeds: Sequence[int]
    others: Sequence[int]
    gpus: str | None
    cores: int | None
    shares: Mapping[int, Share]
    nice: int
    grace: float
    detach: bool
    host: str
    pid: int
    start: str
    slots: int = 1

    @property
    def name(self) -> str:
        """That of its lock."""
        return f"joined-{self.seeds[0]}"

    def description(self, first: Description) -> Description:
        """What its workers have to know, in a launch that another launcher began."""
        own = {name: getattr(self, name) for name in asdict(self) if name != "others"}
        return replace(first, **own, repeat={})


def read_joined(study: Study) -> list[Joined]:
    """The launchers that joined the study's last launch, at work or not."""
    found = []
    for path in sorted(study.folder.glob("joined-*.json")):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            shares = document["shares"].items()
            document["shares"] = {int(seed): share_from_json(share) for seed, share in shares}
            found.append(Joined(**document))
    return sorted(found, key=lambda joined: len(joined.others))


def write_joined(study: Study, joined: Joined) -> None:
    """Say that a launcher has joined.

    Raises:
        OSError: it cannot be written.
    """
    text = json.dumps(asdict(joined), indent=2) + "\n"
    replace_text(study.folder / f"{joined.name}.json", text)


def clear_joined(study: Study) -> None:
    """Forget who joined an earlier launch.

    Raises:
        OSError: a file cannot be deleted.
    """
    for path in study.folder.glob("joined-*.json"):
        path.unlink(missing_ok=True)


def launcher_pids(study: Study) -> list[int]:
    """The processes of the launchers of the last launch.

    Raises:
        UserError: the study cannot be read.
    """
    first = read_description(study)
    return [*([first.pid] if first else []), *(joined.pid for joined in read_joined(study))]


def description_of_worker(study: Study, seed: int) -> tuple[Description, Sequence[int]]:
    """What the worker with a seed has to know, and the seeds of all that it knows of, its own too.

    Raises:
        UserError: the study cannot be read.
    """
    first = read_description(study)
    assert first, "the launcher wrote it"
    for joined in read_joined(study):
        if seed in joined.seeds:
            return joined.description(first), [*joined.others, *joined.seeds]
    return first, first.seeds


@contextmanager
def coming_and_going(study: Study) -> Iterator[None]:
    """As long as it is entered, no launcher comes to the study or leaves it."""
    with FileLock(study.lock(_COMING_AND_GOING)):
        yield


def at_work(study: Study, *, but: str = "") -> bool:
    """Whether a launcher is at work on the study, another than the one whose lock is `but`.

    Who asks has the lock of `coming_and_going`, or the answer may be old already.
    """
    names = ["launch", *(joined.name for joined in read_joined(study))]
    return any(_is_held(study, name) for name in names if name != but)


def _is_held(study: Study, name: str) -> bool:
    if not study.lock(name).exists():
        return False
    try:
        with FileLock(study.lock(name)).acquire(timeout=_GLANCE):
            return False
    except Timeout:
        return True


class Presence:
    """A launcher's lock: it is at work until it leaves, or its process ends."""

    def __init__(self, study: Study, name: str) -> None:
        self._study = study
        self._name = name
        self._lock = FileLock(study.lock(name))

    def enter(self) -> None:
        """Be at work from now on.

        Raises:
            UserError: another launcher with this name is.
        """
        try:
            self._lock.acquire(timeout=_LOOKED_AT)
        except Timeout:
            raise UserError(in_use(self._study)) from None

    def release(self) -> None:
        """Be at work no more, if it still is."""
        self._lock.release()

    def leave(self, clean_up: Callable[[], object]) -> bool:
        """Be at work no more; whether others go on. The last one cleans up before it goes."""
        with contextlib.suppress(OSError), coming_and_going(self._study):
            if at_work(self._study, but=self._name):
                self._lock.release()
                return True
            clean_up()
            self._lock.release()
        self._lock.release()  # also where the study cannot be written
        return False


def in_use(study: Study) -> str:
    """What to say to who wants a study for himself, and others work on it."""
    return (
        f"{study.folder}: another launch is at work on this study (smacwrap status {study.folder} "
        "shows it; --join adds workers to it)"
    )

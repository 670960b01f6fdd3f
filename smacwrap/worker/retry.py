"""Waits for a study that cannot be written just now: for room on a full disk, for a lock."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from smacwrap.errors import Problem, UserError
from smacwrap.worker.target import Stopped

log = logging.getLogger("smacwrap.worker")

_PAUSE = 1.0  # seconds between attempts
_PATIENCE = 60.0  # seconds for a folder to come back

_T = TypeVar("_T")


def insist(write: Callable[[], _T], give_up: Callable[[], bool]) -> _T:
    """What `write` gives; while it raises OSError it is called again.

    Raises:
        Stopped: `give_up` said so.
        UserError: the file or its folder is gone, and does not come back.
    """
    told = False
    give_up_at = time.monotonic() + _PATIENCE
    while True:
        try:
            return write()
        except OSError as error:
            if give_up():
                raise Stopped from None
            gone = isinstance(error, FileNotFoundError)
            if gone and time.monotonic() > give_up_at:
                raise UserError(Problem("was deleted", error.filename)) from None
            if not told:
                notify(f"cannot write to the study, trying again: {error.strerror or error}")
            told = True
            time.sleep(_PAUSE)


def notify(message: str) -> None:
    """Say something to the person at the launcher, which reads our standard output."""
    log.warning("%s", message)
    with suppress(OSError):
        print(" ".join(message.split()), flush=True)

"""A worker of a fleet: its process, as long as it has one, and how it fares."""

import subprocess
from dataclasses import dataclass
from enum import Enum


class End(Enum):
    """Why a worker that did not work to the end is not started again."""

    STOPPED = "somebody stopped it"
    GIVEN_UP = "it died again and again"


@dataclass
class Member:
    """The worker with a seed.

    It has a `process`, or died with an `exit_code` that was not looked at yet, or is to be started
    again `restart_at`, on the monotonic clock, or came to an `end`. `deaths` counts how often it
    died since its last run.
    """

    seed: int
    process: "subprocess.Popen[bytes] | None" = None
    exit_code: int | None = None
    restart_at: float | None = None
    deaths: int = 0
    end: End | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is at work, or more is to come of it."""
        return not (self.process is None and self.exit_code is None and self.restart_at is None)

    def leave(self) -> None:
        """Its process has ended."""
        if self.process and self.process.stdout:
            self.process.stdout.close()
        self.process = None

"""Who works in a launch: starts the process of a worker."""

import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from smacwrap.history import Study
from smacwrap.scenario import Scenario
from smacwrap.worker.frozen_job import frozen_job_environment
from smacwrap.worker.study_json import Description
from smacwrap.worker.target import target_environment

STOPPED = 130
"""The exit code of a worker that somebody stopped."""


class Crew(ABC):
    """Starts processes that append what they run to the study, each to its own file.

    `restarts` is how often one that dies is worth starting again, in a row; `claims` says whether
    they claim each run from the budget, `has_commands` whether they run the scenario's commands
    before and after by themselves; `reason` is why they all have ended if no limit is.
    """

    restarts: int
    claims: bool
    has_commands: bool
    reason: str

    @abstractmethod
    def start(self, seed: int) -> "subprocess.Popen[bytes]":
        """Start the worker with this seed; where its `stdout` is a pipe, lines are for people."""

    def last_words(self, log: str) -> str:
        """What the end of a worker's log says of why it died: a line."""
        return last_line(log)


def last_line(text: str) -> str:
    """The last line of a text that is not blank."""
    return text.strip().rpartition("\n")[2]


def worker_command(study: Study, seed: int, seeds: Iterable[int]) -> list[str]:
    """The words that start the process of one of the workers with these seeds."""
    command = [sys.executable, "-m", "smacwrap", "worker", str(study.folder)]
    return [*command, "--seed", str(seed), "--index", str(list(seeds).index(seed))]


class Workers(Crew):
    """Our own workers.

    Args:
        scenario: what to tune.
        study: prepared for them.
        description: of their launch.
        others: the seeds of workers that were there before.
    """

    restarts = 3
    claims = True
    has_commands = False
    reason = "every configuration of the space has been run"

    def __init__(
        self,
        scenario: Scenario,
        study: Study,
        description: Description,
        others: Sequence[int] = (),
    ) -> None:
        self._scenario = scenario
        self._study = study
        self._shares = description.shares
        self._job = description.job
        self._seeds = [*others, *description.seeds]

    def start(self, seed: int) -> "subprocess.Popen[bytes]":
        """See `Crew.start`."""
        command = worker_command(self._study, seed, self._seeds)
        with self._study.worker_log(seed).open("ab") as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C in the terminal is for the launcher, which tells the workers.
                start_new_session=True,
                env={
                    # SMAC3 iterates over sets: without this a seed would not repeat its runs.
                    "PYTHONHASHSEED": "0",
                    **target_environment(self._scenario, self._study.runs, self._shares[seed]),
                    **frozen_job_environment(self._study, self._job),
                },
            )

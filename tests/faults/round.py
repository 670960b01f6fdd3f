"""One round of the fault tests: a study, its launches, and what lives and lies of them."""

import ctypes
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Set
from pathlib import Path

import psutil

from smacwrap.history import HistoryReader, Run, Study
from smacwrap.history.running import read_running
from smacwrap.worker.study_json import read_description
from tests.conftest import write_program

LIMIT = 30
WORKERS = 3

# Some tenths of a second, half of them in a child of its own that ignores TERM.
TARGET = """\
#!/bin/sh
(trap '' TERM; sleep 0.$(($$ % 3 + 1))) &
sleep 0.$(($$ % 4))
wait
echo "Result for SMAC: SAT, 0.1, 1, 0.$$, $5"
"""

JOB = """\
[run]
input = ["target.sh"]
command = "./target.sh - - - - {seed}"
"""

_MARK = "FAULT_ROUND"
_CLOCK = Path(__file__).parent / "clock"

Key = tuple[object, ...]


class Round:
    """A study of `LIMIT` runs by `WORKERS` workers, and everything that was done to it.

    Args:
        scenario: the file of a quick scenario, whose target is made another.
        seed: draws everything that is drawn by chance.
        wrapped: whether the target is started by `smacwrap run`.
    """

    def __init__(self, scenario: Path, seed: int, wrapped: bool) -> None:
        self.scenario = scenario
        self.folder = scenario.parent
        self.random = random.Random(seed)
        self.study = Study(self.folder / "smac-output" / scenario.stem)
        self.clock = self.folder / "clock"
        self.outputs: list[Path] = []
        self.cut: set[int] = set()
        """The workers whose run history was cut off within a whole run: it is lost, and may be."""
        self.told = [f"seed {seed}" + ", wrapped" * wrapped]
        write_program(self.folder / "target.sh", TARGET)
        (self.folder / "job.toml").write_text(JOB)
        text = scenario.read_text()
        if wrapped:
            text = text.replace("./target.sh", f"{sys.executable} -m smacwrap run job.toml")
        scenario.write_text(f"{text}abort-on-first-run-crash = false\n")

    def launch(self) -> "subprocess.Popen[bytes]":
        """Launch, or go on; limit and number of workers are told only once."""
        words = ["--engine", "random", "--grace", "0.2"]
        if self.study.description.exists():
            words += ["--resume"]
        else:
            words += ["--parallel", str(WORKERS), "--runcount-limit", str(LIMIT)]
        path = os.pathsep.join([str(_CLOCK), *filter(None, [os.environ.get("PYTHONPATH")])])
        marks = {_MARK: str(self.folder), "FAULT_CLOCK": str(self.clock), "PYTHONPATH": path}
        self.outputs.append(self.folder / f"launch-{len(self.outputs) + 1}.out")
        with self.outputs[-1].open("wb") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "smacwrap", "launch", self.scenario.name, *words],
                cwd=self.folder,
                stdout=out,
                stderr=out,
                env={**os.environ, **marks},
                preexec_fn=_obey_file_modes,
            )

    def has_begun(self) -> bool:
        """Whether the last launch has prepared the study and is starting its workers."""
        return "workers, seeds" in self.outputs[-1].read_text()

    def runs(self) -> list[tuple[int, Run]]:
        """All runs that are on disk, with their workers' seeds."""
        return list(HistoryReader(self.study).poll())

    def interrupted(self) -> Mapping[int, Set[Key]]:
        """The keys of the runs that the next launch must make first, by the worker's seed."""
        known = {run.key for _, run in self.runs()}
        description = read_description(self.study)
        left = [run for runs in description.repeat.values() for run in runs] if description else []
        found: dict[int, set[Key]] = {}
        for run in [*left, *read_running(self.study)]:
            if run.key not in known:
                found.setdefault(run.worker, set()).add(run.key)
        return found

    def processes(self, *words: str) -> list[psutil.Process]:
        """What lives of all that the launches started, with these words in its command line."""
        found = []
        for process in psutil.process_iter():
            try:
                ours = process.environ().get(_MARK) == str(self.folder)
                if ours and all(word in " ".join(process.cmdline()) for word in words):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def wait_for_runs(self, launcher: "subprocess.Popen[bytes]", runs: int) -> None:
        """Wait until the study has so many runs, or the launch has ended."""

        def reached() -> bool:
            return self.study.description.exists() and len(self.runs()) >= runs

        self.wait(lambda: launcher.poll() is not None or reached(), 60)

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, (self.told, self.processes())
            time.sleep(0.05)


def _obey_file_modes() -> None:
    """Have root, too, be refused what a file's mode refuses (Linux)."""
    drop_from_bounding_set = 24
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)

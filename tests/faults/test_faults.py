"""Real launches that something happens to: nothing is lost, counted twice or left running.

Each round draws its faults and moments from its seed. A dozen rounds are part of every test run;
`FAULT_ROUNDS=200 pytest tests/faults` makes more, `FAULT_SEED=1000` other ones.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from smacwrap.history import HistoryReader, Study
from smacwrap.history.running import read_running
from tests.conftest import processes_in, write_program

ROUNDS = int(os.environ.get("FAULT_ROUNDS", "12"))
FIRST = int(os.environ.get("FAULT_SEED", "0"))

LIMIT = 20
WORKERS = 3

# Some tenths of a second, half of them in a child of its own that ignores TERM.
TARGET = """\
#!/bin/sh
(trap '' TERM; sleep 0.$(($$ % 3 + 1))) &
sleep 0.$(($$ % 4))
wait
echo "Result for SMAC: SAT, 0.1, 1, 0.$$, $5"
"""


class Round:
    """One launch, what happens to it, and what has to be true in the end."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.study = Study(folder / "smac-output" / "quick")
        self.told = [f"seed {seed}"]
        self.before: dict[Path, bytes] = {}

    def launch(self, *words: str) -> "subprocess.Popen[bytes]":
        common = ["--engine", "random", "--grace", "0.2"]
        with (self.folder / "launch.out").open("ab") as out:
            return subprocess.Popen(
                [sys.executable, "-m", "smacwrap", "launch", "quick.txt", *common, *words],
                cwd=self.folder,
                stdout=out,
                stderr=out,
            )

    def recorded(self) -> int:
        return sum(1 for _ in HistoryReader(self.study).poll())

    def keep(self) -> None:
        """Remember every whole run that is on disk now."""
        for path in self.study.folder.glob("live-rundata-*.json"):
            text = path.read_bytes()
            self.before[path] = text[: text.rfind(b"\n") + 1]

    def workers(self, launcher: psutil.Process) -> list[psutil.Process]:
        return [p for p in launcher.children() if "worker" in p.cmdline()]

    def targets(self) -> list[psutil.Process]:
        return [p for p in processes_in(self.folder) if "./target.sh" in " ".join(p.cmdline())]


Fault = Callable[[Round, psutil.Process], None]


def _one(round_: Round, processes: list[psutil.Process]) -> Iterator[psutil.Process]:
    if processes:
        yield round_.random.choice(processes)


def kill_a_worker(round_: Round, launcher: psutil.Process) -> None:
    number = round_.random.choice([signal.SIGKILL, signal.SIGTERM])
    for worker in _one(round_, round_.workers(launcher)):
        worker.send_signal(number)


def kill_all_workers(round_: Round, launcher: psutil.Process) -> None:
    for worker in round_.workers(launcher):
        worker.kill()


def kill_the_launcher(round_: Round, launcher: psutil.Process) -> None:
    signals = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    launcher.send_signal(round_.random.choice(signals))


def kill_a_target(round_: Round, launcher: psutil.Process) -> None:
    number = round_.random.choice([signal.SIGKILL, signal.SIGTERM])
    for target in _one(round_, round_.targets()):
        target.send_signal(number)


def fill_the_disk_for_a_while(round_: Round, launcher: psutil.Process) -> None:
    for worker in _one(round_, round_.workers(launcher)):
        files = list(round_.study.folder.glob("live-rundata-*.json"))
        size = max((path.stat().st_size for path in files), default=0)
        worker.rlimit(psutil.RLIMIT_FSIZE, (size + round_.random.randrange(600), -1))
        time.sleep(1.5)
        if worker.is_running():
            worker.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))


def stop_a_worker_for_a_while(round_: Round, launcher: psutil.Process) -> None:
    for worker in _one(round_, round_.workers(launcher)):
        worker.suspend()
        time.sleep(2)
        worker.resume()


def kill_everything_and_garble_a_tail(round_: Round, launcher: psutil.Process) -> None:
    for process in [launcher, *launcher.children(recursive=True)]:
        with _gone_already():
            process.kill()
    for path in round_.study.folder.glob("live-rundata-*.json"):
        garbage = [b"", b"\0" * 512, b'{"r-rc":{"@rc-id":99', b"\xff\xfe", b'"'][
            round_.random.randrange(5)
        ]
        with path.open("ab") as file:
            file.write(garbage)


FAULTS: list[Fault] = [
    kill_a_worker,
    kill_all_workers,
    kill_the_launcher,
    kill_a_target,
    fill_the_disk_for_a_while,
    stop_a_worker_for_a_while,
    kill_everything_and_garble_a_tail,
]


@contextmanager
def _gone_already() -> Iterator[None]:
    with suppress(psutil.NoSuchProcess):
        yield


@pytest.mark.parametrize("seed", range(FIRST, FIRST + ROUNDS))
def test_nothing_is_lost_counted_twice_or_left_running(quick: Path, seed: int) -> None:
    write_program(quick.parent / "target.sh", TARGET)
    quick.write_text(quick.read_text().replace("algo =", "abort-on-first-run-crash = 0\nalgo ="))
    round_ = Round(quick.parent, seed)
    words = ["--parallel", str(WORKERS), "--runcount-limit", str(LIMIT)]
    # The first rounds see each fault once, the others mix them.
    count = round_.random.randint(1, 3)
    faults = [FAULTS[seed % len(FAULTS)], *round_.random.choices(FAULTS, k=count - 1)]
    for fault in faults:
        process = round_.launch(*words)
        words = ["--resume"]  # from now on nothing is to be told again
        _wait_for_runs(round_, process, round_.random.randrange(LIMIT))
        time.sleep(round_.random.random())
        round_.keep()
        with _gone_already():
            round_.told.append(f"{fault.__name__} after {round_.recorded()} runs")
            fault(round_, psutil.Process(process.pid))
        if round_.random.random() < 0.5:
            process.send_signal(signal.SIGINT)
        process.wait(90)
        _wait_for_nothing_left(round_)
        _check_so_far(round_)
    interrupted = {run.key for run in read_running(round_.study)}
    assert round_.launch("--resume").wait(120) == 0, round_.told
    _check_so_far(round_)
    runs = list(HistoryReader(round_.study).poll())
    assert len(runs) == LIMIT, round_.told
    keys = Counter(run.key for _, run in runs)
    assert max(keys.values()) == 1, round_.told
    assert interrupted <= set(keys), round_.told
    assert not read_running(round_.study)
    assert not processes_in(round_.folder)


def _wait_for_runs(round_: Round, process: "subprocess.Popen[bytes]", runs: int) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and round_.recorded() < runs:
        assert time.monotonic() < deadline, round_.told
        time.sleep(0.05)


def _wait_for_nothing_left(round_: Round) -> None:
    """Workers whose launcher was killed end within seconds, and so do their targets."""
    deadline = time.monotonic() + 20
    while left := processes_in(round_.folder):
        assert time.monotonic() < deadline, (round_.told, left)
        time.sleep(0.1)


def _check_so_far(round_: Round) -> None:
    for path, text in round_.before.items():
        assert path.read_bytes().startswith(text), (round_.told, path)
    for path in round_.study.folder.glob("*.json"):
        if not path.name.startswith("live-rundata-"):
            json.loads(path.read_text())

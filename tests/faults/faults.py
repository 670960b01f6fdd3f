"""What can happen to a launch: each fault is done to a round at a moment of the test's choice."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.faults.round import Round

Fault = Callable[[Round, psutil.Process], None]

_DISK = 2**20  # bytes
_GARBAGE = (b"", b"\0" * 512, b'{"r-rc":{"@rc-id":99', b"\xff\xfe", b'"')


def kill_a_worker(round_: Round, launcher: psutil.Process) -> None:
    number = round_.random.choice([signal.SIGKILL, signal.SIGTERM])
    for worker in _one(round_, _workers(launcher)):
        worker.send_signal(number)


def kill_all_workers(round_: Round, launcher: psutil.Process) -> None:
    for worker in _workers(launcher):
        worker.kill()


def kill_the_launcher(round_: Round, launcher: psutil.Process) -> None:
    signals = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
    launcher.send_signal(round_.random.choice(signals))


def kill_a_target(round_: Round, launcher: psutil.Process) -> None:
    number = round_.random.choice([signal.SIGKILL, signal.SIGTERM])
    for target in _one(round_, round_.processes("./target.sh")):
        target.send_signal(number)


def kill_a_wrapper(round_: Round, launcher: psutil.Process) -> None:
    """The wrapper, or the guard that it is forked into."""
    number = round_.random.choice([signal.SIGKILL, signal.SIGTERM])
    for wrapper in _one(round_, round_.processes("smacwrap run")):
        wrapper.send_signal(number)


def fill_the_disk_for_a_while(round_: Round, launcher: psutil.Process) -> None:
    """Where no disk can be mounted, a file that may not grow is full to its writer."""
    if not os.path.ismount(round_.study.folder.parent):
        let_writes_fail_half_way(round_, launcher)
        return
    filler = round_.study.folder.parent / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass
    time.sleep(1.5)
    filler.unlink()


def let_writes_fail_half_way(round_: Round, launcher: psutil.Process) -> None:
    """A worker's files may not grow for a while."""
    for worker in _one(round_, _workers(launcher)):
        files = list(round_.study.folder.glob("live-rundata-*.json"))
        size = max((path.stat().st_size for path in files), default=0)
        worker.rlimit(psutil.RLIMIT_FSIZE, (size + round_.random.randrange(600), -1))
        time.sleep(1.5)
        worker.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))


def make_the_study_read_only_for_a_while(round_: Round, launcher: psutil.Process) -> None:
    modes: dict[Path, int] = {}
    for path in _all_in(round_.study.folder):
        with suppress(FileNotFoundError):
            modes[path] = path.stat().st_mode
            path.chmod(modes[path] & ~0o222)
    time.sleep(1.5)
    for path, mode in modes.items():
        with suppress(FileNotFoundError):
            path.chmod(mode)


def stop_workers_for_a_while(round_: Round, launcher: psutil.Process) -> None:
    """Longer than the others wait for the lock of the budget, which one of them may hold."""
    workers = _workers(launcher)
    stopped = workers[: round_.random.randint(1, 3)]
    for worker in stopped:
        worker.suspend()
    time.sleep(3)
    for worker in stopped:
        with gone_already():
            worker.resume()


def jump_the_clock(round_: Round, launcher: psutil.Process) -> None:
    """The wall clock of all processes, and the files' times, forwards or backwards for good."""
    seconds = round_.random.choice([-4e7, -3600.0, -2.0, 2.0, 3600.0, 4e7])
    round_.clock.write_text(str(seconds))
    for path in _all_in(round_.study.folder):
        with suppress(FileNotFoundError):
            os.utime(path, (time.time() + seconds, time.time() + seconds))


def kill_all_but_the_targets(round_: Round, launcher: psutil.Process) -> None:
    """Nobody is left to end them."""
    workers = _workers(launcher)
    for worker in workers:
        worker.suspend()
    for process in [launcher, *workers]:
        process.kill()


def kill_everything_and_damage_the_tails(round_: Round, launcher: psutil.Process) -> None:
    """One worker's last run never got to the disk as a whole, the others' files end in garbage."""
    for process in [launcher, *launcher.children(recursive=True)]:
        with gone_already():
            process.kill()
    with_runs = sorted({seed for seed, _ in round_.runs()})
    for seed in round_.random.sample(with_runs, min(1, len(with_runs))):
        path = round_.study.live_rundata(seed)
        last = path.read_bytes().splitlines(keepends=True)[-1]
        # It may have been killed after the first byte.
        os.truncate(path, path.stat().st_size - round_.random.randint(min(2, len(last)), len(last)))
        round_.cut.add(seed)
    for seed in set(round_.study.seeds()) - round_.cut:
        path = round_.study.live_rundata(seed)
        garbage = round_.random.choice(_GARBAGE)
        # What is damaged is mended before anybody can write again.
        if path.read_bytes()[-1:] in (b"", b"\n"):
            with path.open("ab") as file:
                file.write(garbage)


FAULTS: list[Fault] = [
    kill_a_worker,
    kill_all_workers,
    kill_the_launcher,
    kill_a_target,
    kill_a_wrapper,
    fill_the_disk_for_a_while,
    let_writes_fail_half_way,
    make_the_study_read_only_for_a_while,
    stop_workers_for_a_while,
    jump_the_clock,
    kill_all_but_the_targets,
    kill_everything_and_damage_the_tails,
]

ON_THE_LAUNCHER = (
    kill_the_launcher,
    kill_all_but_the_targets,
    kill_everything_and_damage_the_tails,
)
"""After all others the launch goes on, to its limit."""


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own for a folder, where this user may mount one."""
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "none", str(folder)]
    mounted = subprocess.run(words, capture_output=True, check=False).returncode == 0
    try:
        yield
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def gone_already() -> Iterator[None]:
    """It does not matter that the victim of a fault is gone."""
    with suppress(psutil.NoSuchProcess):
        yield


def _workers(launcher: psutil.Process) -> list[psutil.Process]:
    return [p for p in launcher.children() if "worker" in p.cmdline()]


def _one(round_: Round, processes: list[psutil.Process]) -> Iterator[psutil.Process]:
    if processes:
        yield round_.random.choice(processes)


def _all_in(folder: Path) -> list[Path]:
    return [Path(place, name) for place, _, files in os.walk(folder) for name in [".", *files]]

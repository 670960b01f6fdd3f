"""Measures what the wrapper adds to a run: python scripts/bench_wrapper.py [--repetitions 15]

The target prints a line and ends. Each figure is the median of alternating repetitions of all
ways to start it, in one run on one machine: the bare command, `smacwrap run` with an input folder
of 1 MB and of 100 MB (half of it text, half of it random) and with the 100 MB linked as `data`.
Where the environment variable GENERICWRAPPER4AC names a checkout of GenericWrapper4AC, a wrapper
of its kind, with its runsolver and no inputs at all, takes part.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

CALL = ["no_instance", "0", "60", "2147483647", "1", "-x", "0.5"]
TARGET = "print('loss\\t1')\n"
PEER = """\
from genericWrapper4AC.generic_wrapper import AbstractWrapper
class Wrapper(AbstractWrapper):
    def get_command_line_args(self, runargs, config):
        return {command!r}
    def process_results(self, filepointer, exit_code):
        line = filepointer.read().decode()
        return {{"status": "SUCCESS", "quality": float(line.split("\\t")[1])}}
Wrapper().main()
"""


def write_input(folder: Path, size: int) -> None:
    """A folder of `size` bytes in ten files, five of which can be compressed."""
    folder.mkdir(parents=True)
    source = random.Random(size)
    for i in range(5):
        (folder / f"random-{i}").write_bytes(source.randbytes(size // 10))
        text = source.randbytes(50).hex().encode() + b"\n"
        (folder / f"text-{i}").write_bytes(text * (size // 10 // len(text)))


def smacwrap(folder: Path, size: int, linked: bool = False) -> list[str]:
    """A command that runs a job with an input folder of `size` bytes, copied or linked."""
    write_input(folder / "files", size)
    (folder / "target.py").write_text(TARGET)
    inputs, data = (["target.py"], ["files"]) if linked else (["target.py", "files"], [])
    (folder / "job.toml").write_text(
        f"[run]\ninput = {inputs}\ndata = {data}\ncommand = '{sys.executable} target.py'\n"
        "[result]\nquality = 'loss'\n"
    )
    return [sys.executable, "-m", "smacwrap", "run", str(folder / "job.toml"), *CALL]


def peer(folder: Path, checkout: Path) -> list[str]:
    """A command that runs the target with a class of GenericWrapper4AC and runsolver."""
    (folder / "target.py").write_text(TARGET)
    (folder / "peer.py").write_text(PEER.format(command=f"{sys.executable} {folder}/target.py"))
    (runsolver,) = checkout.glob("runsolver/runsolver-3.3.4*/src/runsolver")
    options = ["--runsolver-path", str(runsolver), "--temp-file-dir", str(folder)]
    return [sys.executable, str(folder / "peer.py"), *options, *CALL]


def seconds(command: Sequence[str], folder: Path) -> float:
    """The wall time of one call.

    Raises:
        SystemExit: it failed.
    """
    environment = dict(os.environ)
    if checkout := environment.get("GENERICWRAPPER4AC"):
        environment["PYTHONPATH"] = checkout
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    passed = time.perf_counter() - start
    if done.returncode or "CRASHED" in done.stdout or "ABORT" in done.stdout:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return passed


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repetitions", type=int, default=15)
    repetitions = parser.parse_args().repetitions
    work = Path(tempfile.mkdtemp(prefix="bench-wrapper-"))
    try:
        (work / "target.py").write_text(TARGET)
        ways = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "the target": [sys.executable, str(work / "target.py")],
            "smacwrap run, 1 MB": smacwrap(work / "1", 1_000_000),
            "smacwrap run, 100 MB": smacwrap(work / "100", 100_000_000),
            "smacwrap run, 100 MB as data": smacwrap(work / "data", 100_000_000, linked=True),
        }
        if checkout := os.environ.get("GENERICWRAPPER4AC"):
            (work / "peer").mkdir()
            ways["GenericWrapper4AC, no inputs"] = peer(work / "peer", Path(checkout))
        first = {name: seconds(command, work) for name, command in ways.items()}
        later: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(repetitions):
            for name, command in ways.items():
                later[name].append(seconds(command, work))
            for bundle in (work / "smacwrap-runs").glob("run-*.zip"):
                bundle.unlink()
        bare = statistics.median(later["python -c pass"])
        print(f"{'':30} {'first':>9} {'median':>9} {'fastest':>9} {'added':>9}   (ms)")
        for name, times in later.items():
            median = statistics.median(times)
            row = (first[name], median, min(times), median - bare)
            print(f"{name:30}" + "".join(f" {1000 * value:9.1f}" for value in row))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()

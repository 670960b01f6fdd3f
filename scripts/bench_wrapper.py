"""Measures what the wrapper adds to a run.

python scripts/bench_wrapper.py

The target, printf, prints a line and ends. All ways to start it take turns, in one run on one
machine: the bare command, `smacwrap run` with an input folder of 1 MB and of 100 MB (half of it
text, half of it random) and with the 100 MB linked as `data`; and an empty Python, which every
wrapper in Python has to start. Where the environment variable GENERICWRAPPER4AC names a checkout
of GenericWrapper4AC, a wrapper of its kind, with its runsolver and no inputs at all, takes part.

Wall times grow with whatever else the machine does; CPU times are those of all processes.
"""

import compileall
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
CALL = ["no_instance", "0", "60", "2147483647", "1", "-x", "0.5"]
TARGET = ["/usr/bin/printf", "loss\\t1"]
SMACWRAP = "from smacwrap.__main__ import main; main()"  # what the installed command does
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


def smacwrap(folder: Path, size: int, key: str = "input") -> list[str]:
    """A command that runs a job with a folder of `size` bytes, its `input` or its `data`."""
    write_input(folder / "files", size)
    command = " ".join(TARGET).replace("\\", "\\\\")
    (folder / "job.toml").write_text(
        f"[run]\n{key} = ['files']\ncommand = '''{command}'''\n[result]\nquality = 'loss'\n"
    )
    return [sys.executable, "-c", SMACWRAP, "run", str(folder / "job.toml"), *CALL]


def peer(folder: Path, checkout: Path) -> list[str]:
    """A command that runs the target with a class of GenericWrapper4AC and runsolver."""
    folder.mkdir()
    command = " ".join(TARGET).replace("\\", "\\\\")
    (folder / "peer.py").write_text(PEER.format(command=command))
    (runsolver,) = checkout.glob("runsolver/runsolver-3.3.4*/src/runsolver")
    options = ["--runsolver-path", str(runsolver), "--temp-file-dir", str(folder)]
    return [sys.executable, str(folder / "peer.py"), *options, *CALL]


def call(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """The wall time and the CPU time of one call, in seconds.

    Raises:
        ClickException: it failed.
    """
    # Not PYTHONDONTWRITEBYTECODE and the like, which no user has.
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PYTHON")}
    paths = [str(ROOT), os.environ.get("GENERICWRAPPER4AC", "")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    wall_time = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or "CRASHED" in done.stdout or "ABORT" in done.stdout:
        raise click.ClickException(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return wall_time, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@click.command()
@click.option("--repetitions", default=30, show_default=True, help="Calls in each way.")
def main(repetitions: int) -> None:
    """Time the wrapper around a target that prints a line and ends.

    \b
    Example:
      python scripts/bench_wrapper.py --repetitions 10
    """
    compileall.compile_dir(ROOT / "smacwrap", quiet=1)  # as an installation does
    work = Path(tempfile.mkdtemp(prefix="bench-wrapper-"))
    try:
        ways = {
            "the bare command": TARGET,
            "python -c pass": [sys.executable, "-c", "pass"],
            "smacwrap run, 1 MB": smacwrap(work / "1", 1_000_000),
            "smacwrap run, 100 MB": smacwrap(work / "100", 100_000_000),
            "smacwrap run, 100 MB as data": smacwrap(work / "data", 100_000_000, "data"),
        }
        if checkout := os.environ.get("GENERICWRAPPER4AC"):
            ways["GenericWrapper4AC, no inputs"] = peer(work / "peer", Path(checkout))
        first = {name: call(command, work) for name, command in ways.items()}
        for command in ways.values():  # a job is remembered from the second run on
            call(command, work)
        later: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for _ in range(repetitions):
            for name, command in ways.items():
                later[name].append(call(command, work))
            for bundle in (work / "smacwrap-runs").glob("run-*.zip"):
                bundle.unlink()
        print_table(first, later)
    finally:
        shutil.rmtree(work)


def print_table(
    first: Mapping[str, tuple[float, float]], later: Mapping[str, Sequence[tuple[float, float]]]
) -> None:
    """Print wall and CPU times in milliseconds: fastest, median, and what is over bare Python."""
    print(f"{'':30} {'first':>8}   {'wall: fastest, median, over':>28}   {'CPU: the same':>28}")
    bare = [statistics.median(times) for times in zip(*later["python -c pass"], strict=True)]
    for name, times in later.items():
        row = f"{name:30} {1000 * first[name][0]:8.1f} "
        for measured, of_python in zip(zip(*times, strict=True), bare, strict=True):
            median = statistics.median(measured)
            figures = (min(measured), median, median - of_python)
            row += "  " + "".join(f" {1000 * value:9.1f}" for value in figures)
        print(row)


if __name__ == "__main__":
    main()

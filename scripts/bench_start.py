"""Measures how long commands take to start, and to read parameter files.

python scripts/bench_start.py

Each command runs in a process of its own; all take turns, in one run on one machine. The times
are medians of the processor's time, user and system, with that of child processes. SMAC3 and,
where it is installed, Optuna are imported for comparison: their users wait for that. The time
from `smacwrap launch` to the first run is one of the wall clock, until the target has begun.
"""

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

SMACWRAP = [sys.executable, "-m", "smacwrap"]
HELP = ("launch", "status", "pcs check", "scenario new")
PEERS = ("smac", "ConfigSpace", "optuna")

KINDS = (
    "r{} real [0.001, 1] [0.01] log",
    "n{} integer [1, 64] [8]",
    "c{} categorical {{a, b, c}} [a]",
    "x{} real [-5, 5] [0.5]",
    "o{} ordinal {{low, mid, high}} [mid]",
)
SCENARIO = """\
algo = {python} -S target.py
pcs-file = {pcs}
runObj = QUALITY
use-instances = false
deterministic = true
numberOfRunsLimit = 1
"""
TARGET = """\
import time
with open("begun", "a") as file:
    print(time.time(), file=file)
print("Result of algorithm run: SAT, 0, 0, 1, 0")
"""


def large_pcs(count: int) -> str:
    """A PCS file with so many parameters; a tenth of them is conditional."""
    lines = [KINDS[i % len(KINDS)].format(i) for i in range(count)]
    lines += [f"r{i} | c{i + 2} in {{a, b}}" for i in range(0, count, 10)]
    lines += [f"{{c{i + 2}=c, n{i + 1}=64}}" for i in range(5, count, 50)]
    return "\n".join([*lines, ""])


def commands(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """What is measured, by name; the files lie in a folder, with a study of one run."""
    yield "python -c pass", [sys.executable, "-c", "pass"]
    for name in PEERS:
        if importlib.util.find_spec(name):
            yield f'python -c "import {name}"', [sys.executable, "-c", f"import {name}"]
    yield 'python -c "import smacwrap"', [sys.executable, "-c", "import smacwrap"]
    words = [f"{command} --help" for command in ("", *HELP)]
    words += ["status smac-output", "stop smac-output", "scenario check scenario.txt"]
    words += ["pcs check small.pcs", "scenario check large.txt", "pcs check 1000.pcs"]
    words += ["pcs check 10000.pcs", "pcs sample 10000.pcs -n 200"]
    for line in words:
        yield f"smacwrap {line.strip()}", [*SMACWRAP, *line.split()]


def write_files(folder: Path) -> None:
    """The files that the commands name."""
    (folder / "target.py").write_text(TARGET)
    for name, count in (("small", 5), ("1000", 1000), ("10000", 10_000)):
        (folder / f"{name}.pcs").write_text(large_pcs(count))
    for name, pcs in (("scenario", "small.pcs"), ("large", "1000.pcs")):
        text = SCENARIO.format(python=sys.executable, pcs=pcs)
        (folder / f"{name}.txt").write_text(f"{text}rungroup = {name}\n")


def cpu_time(command: list[str], folder: Path) -> float:
    """Seconds of the processor that a command takes, with its child processes."""

    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = used()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2):  # 2: there is nothing to stop
        raise click.ClickException(f"{' '.join(command)}: {done.stderr}")
    return used() - before


def time_to_first_run(folder: Path, engine: str) -> float:
    """Seconds of the wall clock from a launch's command until its target has begun."""
    begun = folder / "begun"
    begun.unlink(missing_ok=True)
    start = time.time()
    command = [*SMACWRAP, "launch", "scenario.txt", "--overwrite", "--engine", engine]
    subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return float(begun.read_text().split()[0]) - start


@click.command()
@click.option("--repeat", type=click.IntRange(min=1), default=9, show_default=True)
def main(repeat: int) -> None:
    """Measure how long commands take to start.

    \b
    Example:
      python scripts/bench_start.py --repeat 9
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_files(folder)
        time_to_first_run(folder, "random")  # now there is a study, and all is compiled
        measured = list(commands(folder))
        times: dict[str, list[float]] = {}
        for _ in range(repeat):
            for label, command in measured:
                times.setdefault(label, []).append(cpu_time(command, folder))
            for engine in ("smac", "random"):
                label = f"smacwrap launch --engine {engine}, until the target begins"
                times.setdefault(label, []).append(time_to_first_run(folder, engine))
    click.echo(f"medians of {repeat}, seconds, {os.cpu_count()} cores")
    for label, found in times.items():
        click.echo(f"{statistics.median(found):7.3f}  {label}")


if __name__ == "__main__":
    main()

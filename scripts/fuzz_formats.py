"""Fuzzes the readers of all formats: any bytes give a value or an error for people, and soon.

python scripts/fuzz_formats.py --format pcs --inputs 100000
"""

import itertools
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random

import click
from fuzzing.inputs import Mutator, monsters
from fuzzing.runs import Report, reduced, run_inputs
from fuzzing.targets import FORMATS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

_BATCH = 500


def mutated(name: str, seed: str, count: int) -> Report:
    """Runs so many mutated inputs of a format."""
    form = FORMATS[name]
    mutator = Mutator(form.corpus(), form.words, Random(f"{seed} {name}"))
    return run_inputs(name, form, (mutator.input() for _ in range(count)))


def monstrous(name: str, size: int) -> Report:
    """Runs the monsters of a format."""
    form = FORMATS[name]
    general = monsters(form.corpus()[0], form.words, size)
    return run_inputs(name, form, itertools.chain(general, form.monsters(size)))


Batch = tuple[str, "partial[Report]"]


def batches(names: list[str], inputs: int, seed: int, size: int) -> Iterator[Batch]:
    """The work, formats taking turns: monsters of `size` bytes if not 0, then mutated inputs."""
    for name in names if size else ():
        yield name, partial(monstrous, name, size)
    shares = dict.fromkeys(names, inputs // len(names))
    shares[names[0]] += inputs % len(names)
    for number in itertools.count():
        if not any(shares.values()):
            return
        for name, left in shares.items():
            count = min(left, _BATCH)
            shares[name] -= count
            if count:
                yield name, partial(mutated, name, f"{seed} {number}", count)


@click.command()
@click.option("--inputs", default=10_000, show_default=True, help="Mutated inputs, in all.")
@click.option("--seconds", type=float, help="Start nothing new after so many seconds.")
@click.option("--seed", default=1, show_default=True, help="Another seed makes other inputs.")
@click.option("--format", "names", type=click.Choice([*FORMATS, "all"]), default="all")
@click.option("--monsters", "size", default=10_000_000, show_default=True,
              help="Bytes of the monsters' longest lines; 0 for no monsters.")  # fmt: skip
@click.option("--processes", default=1, show_default=True, help="How many at the same time.")
@click.option("--output", type=click.Path(path_type=Path), default="fuzz-failures",
              show_default=True, help="The folder for inputs that fail.")  # fmt: skip
def main(
    inputs: int,
    seconds: float | None,
    seed: int,
    names: str,
    size: int,
    processes: int,
    output: Path,
) -> None:
    """Try to break the readers of all formats, first with monsters, then with mutated files.

    An input fails if its reader raises anything but an error for people, takes more than a second
    (for files of many lines 0.2 ms more for each that is not blank), or memory out of proportion.
    It is reduced and written to the folder --output; the exit code is then 1.

    \b
    Example:
      python scripts/fuzz_formats.py --format pcs --inputs 100000
    """
    chosen = list(FORMATS) if names == "all" else [names]
    reports = {name: Report() for name in chosen}
    end = time.monotonic() + seconds if seconds else None
    started = time.monotonic()
    work = list(batches(chosen, inputs, seed, size))
    _run_all(work, reports, processes, end)
    console = Console()
    console.print(_table(reports, time.monotonic() - started))
    failures = [failure for report in reports.values() for failure in report.failures]
    for number, failure in enumerate(failures, start=1):
        output.mkdir(parents=True, exist_ok=True)
        path = output / f"{failure.format}-{number}"
        path.write_bytes(reduced(failure, FORMATS[failure.format]))
        console.print(f"{path}: {failure.place}: {failure.reason}", markup=False, soft_wrap=True)
    if failures:
        raise SystemExit(1)


def _run_all(
    work: list[Batch], reports: dict[str, Report], processes: int, end: float | None
) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    left = iter(work)
    running: dict[Future[Report], str] = {}
    with (
        Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress,
        ProcessPoolExecutor(processes, get_context("spawn")) as pool,
    ):
        task = progress.add_task("batches", total=len(work))
        while True:
            for name, batch in itertools.islice(left, 2 * processes - len(running)):
                if end is None or time.monotonic() < end:
                    running[pool.submit(batch)] = name
            if not running:
                return
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                reports[running.pop(future)].add(future.result())
                failures = sum(len(report.failures) for report in reports.values())
                progress.update(task, advance=1, description=f"batches, {failures} failures")


def _table(reports: dict[str, Report], seconds: float) -> Table:
    headings = ("format", "inputs", "inputs/s", "slowest", "of bytes", "memory", "failures")
    table = Table(*headings, title=f"{seconds:.0f} s")
    total = Report()
    for name, report in [*reports.items(), ("all", total)]:
        table.add_row(
            name,
            f"{report.inputs:,}",
            f"{report.inputs / max(report.seconds, 1e-9):,.0f}",
            f"{report.slowest:.3f} s",
            f"{report.slowest_bytes:,}",
            f"{report.growth / 2**20:,.0f} MiB",
            f"{len(report.failures)}",
        )
        if report is not total:
            total.add(report)
    return table


if __name__ == "__main__":
    main()

"""Compares our engine with other optimisers: how good is the incumbent after so many runs?

python scripts/bench_search.py --problems reported --seeds 8 --jobs 4
"""

import os

# Several threads wait for each other longer than they take for problems so small.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import logging
import signal
import time
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from searching.development import DEVELOPMENT
from searching.peers.registry import COMPARED, PEERS, missing, search_of
from searching.plot import plot
from searching.problem import Problem, Target
from searching.report import Comparison, print_report
from searching.reported import REPORTED
from searching.results import Searched, Task, append, read

from smacwrap.errors import UserError, did_you_mean

_HALVES = {
    "reported": REPORTED,
    "development": DEVELOPMENT,
    "all": [*REPORTED, *DEVELOPMENT],
}
_PROBLEMS = {problem.name: problem for problem in _HALVES["all"]}


def search(task: Task) -> Searched:
    """Makes one search."""
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    target = Target(_PROBLEMS[task.problem], task.seed, task.runs)
    start = time.perf_counter()
    search_of(task.peer, task.workers)(target, task.seed)
    seconds = time.perf_counter() - start
    # A peer that has tried the whole space stops early.
    spare = task.runs - len(target.incumbents)
    return Searched(task, (*target.incumbents, *target.incumbents[-1:] * spare), seconds)


@click.command()
@click.option("--problems", default="reported", show_default=True,
              help="reported, development, all, or names with commas between them.")  # fmt: skip
@click.option("--peers", default=",".join(COMPARED), show_default=True,
              help="Names with commas between them.")  # fmt: skip
@click.option("--seeds", default=8, show_default=True, help="How many searches each.")
@click.option("--runs", default=100, show_default=True, help="The budget of a search.")
@click.option("--workers", default=1, show_default=True,
              help="How many share a search's budget; our engines only.")  # fmt: skip
@click.option("--jobs", default=1, show_default=True, help="How many searches at the same time.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path),
              default="bench-search.jsonl", show_default=True,
              help="Where results are kept; what is in there is not made again.")  # fmt: skip
@click.option("--plot", "picture", type=click.Path(dir_okay=False, path_type=Path),
              help="Also write a picture, .svg or .png (needs matplotlib).")  # fmt: skip
@click.option("--report", "only_report", is_flag=True, help="Make no search, only print.")
def main(
    problems: str,
    peers: str,
    seeds: int,
    runs: int,
    workers: int,
    jobs: int,
    results: Path,
    picture: Path | None,
    only_report: bool,
) -> None:
    """Compare our engine with other optimisers.

    Prints the median regret on each problem and the mean rank after a quarter, half and all of
    the runs. The regret is what the incumbent costs above the optimum, or above the best that any
    peer found where nobody knows the optimum. The engine is developed on one half of the
    problems; the other half is reported.

    \b
    Example:
      python scripts/bench_search.py --problems branin,levy --peers smacwrap,random --seeds 2
    """
    console = Console()
    try:
        rows = _problems(problems)
        names = _chosen("peer", peers, PEERS)
        failed = 0
        if not only_report:
            present = _present(console, names, workers)
            failed = _search_all(_tasks(rows, present, seeds, runs, workers), results, jobs)
        found = [searched for searched in read(results) if searched.task.peer in names]
        comparison = Comparison(rows, found, runs)
        print_report(console, comparison, sorted({max(1, runs // 4), max(1, runs // 2), runs}))
        if picture:
            plot(comparison, picture)
    except UserError as error:
        console.print(str(error), markup=False, soft_wrap=True)
        raise SystemExit(2) from None
    if failed:
        raise SystemExit(1)


def _problems(text: str) -> Sequence[Problem]:
    if text in _HALVES:
        return _HALVES[text]
    return [_PROBLEMS[name] for name in _chosen("problem", text, tuple(_PROBLEMS))]


def _chosen(what: str, text: str, known: Sequence[str]) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            expected = ", ".join(known)
            raise UserError(
                f"no {what} '{name}'{did_you_mean(name, known)}: expected some of {expected}"
            )
    return names


def _present(console: Console, names: Sequence[str], workers: int) -> list[str]:
    """The peers that can take part; says why others cannot."""
    reasons = {name: missing(name, workers) for name in names}
    for name, reason in reasons.items():
        if reason:
            console.print(f"without {name}: {reason}", markup=False, soft_wrap=True)
    return [name for name, reason in reasons.items() if not reason]


def _tasks(
    problems: Sequence[Problem], peers: Sequence[str], seeds: int, runs: int, workers: int
) -> list[Task]:
    """Seed by seed, so that what is there after a while can be compared."""
    return [
        Task(problem.name, peer, seed, runs, workers)
        for seed in range(1, seeds + 1)
        for problem in problems
        for peer in peers
    ]


def _search_all(tasks: Sequence[Task], results: Path, jobs: int) -> int:
    """Makes the searches that are not there yet; how many of them failed.

    Ctrl-C ends it early: the same command goes on from there.
    """
    done = {searched.task for searched in read(results)}
    left = [task for task in tasks if task not in done]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    failed = 0
    with (
        Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True)) as progress,
        ProcessPoolExecutor(jobs, get_context("spawn"), _die_of_interrupts) as pool,
    ):
        bar = progress.add_task("searches", total=len(tasks), completed=len(tasks) - len(left))
        futures = {pool.submit(search, task): task for task in left}
        try:
            for future in as_completed(futures):
                error = future.exception()
                if error is None:
                    append(results, future.result())
                else:
                    failed += 1
                    progress.print(f"{futures[future]}: {error!r}", markup=False, soft_wrap=True)
                progress.advance(bar)
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
    return failed


def _die_of_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()

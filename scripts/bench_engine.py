"""Measures the engine against SMAC3 as it comes.

python scripts/bench_engine.py

Each figure is the median of alternating repetitions on one thread, in one run on one machine.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import logging
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import click
import numpy as np
from benching import PCS
from ConfigSpace import Configuration, ConfigurationSpace
from smac import HyperparameterOptimizationFacade, Scenario
from smac.runhistory import TrialInfo, TrialValue

from smacwrap.engines import ENGINES, Engine, Search, make_engine
from smacwrap.history import Objective, Run
from smacwrap.pcs import all_to_text, from_text, parse_pcs, to_text
from smacwrap.protocol import Result, Status

DOMAINS = ("real [0, 1] [0.5]", "integer [1, 1000] [10] log", "categorical {u, v, w} [u]")

CYCLE = 8
"""SMAC3 trains its model after so many runs; the mean of a cycle is what an ask takes."""

START = """\
import sys
from smacwrap.engines import Search, make_engine
from smacwrap.history import Objective
from smacwrap.pcs import parse_pcs
engine = make_engine(sys.argv[1], Search(parse_pcs(sys.argv[2]), Objective("QUALITY"), 1, 100))
assert engine.ask()
"""


def wide_pcs() -> str:
    """200 parameters, 190 of them conditional."""
    lines = []
    for block in range(10):
        lines.append(f"s{block} categorical {{off, a, b}} [a]")
        for i in range(19):
            name = f"p{block}_{i}"
            domains = (
                "real [0, 1] [0.5]",
                "integer [1, 1000] [10] log",
                "categorical {u, v, w} [u]",
            )
            lines += [f"{name} {domains[i % 3]}", f"{name} | s{block} in {{a, b}}"]
    return "\n".join(lines)


def cost(configuration: Configuration) -> float:
    """Something smooth in all active numbers."""
    vector = configuration.get_array()
    return float(np.nansum((vector - 0.3) ** 2))


class Smac3:
    """SMAC3's facade for hyperparameters, as it comes, behind `ask` and `tell`."""

    def __init__(self, space: ConfigurationSpace, history: Sequence[Configuration]) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="bench-engine-")
        scenario = Scenario(
            space,
            deterministic=True,
            n_trials=20_000,
            seed=1,
            output_directory=Path(self.scratch.name),
        )
        facade = HyperparameterOptimizationFacade
        self.smac = facade(
            scenario,
            initial_design=facade.get_initial_design(scenario, n_configs=1),
            logging_level=False,
            overwrite=True,
        )
        for configuration in history:
            self.tell(TrialInfo(configuration, seed=0))
        self.cycle()

    def tell(self, trial: TrialInfo) -> None:
        """Tells what a trial cost."""
        self.smac.tell(trial, TrialValue(cost=cost(trial.config), time=0.1), save=False)

    def cycle(self) -> float:
        """The seconds that an ask takes on average."""
        spent = 0.0
        for _ in range(CYCLE):
            start = time.perf_counter()
            trial = self.smac.ask()
            spent += time.perf_counter() - start
            self.tell(trial)
        return spent / CYCLE


class Ours:
    """An engine of smacwrap, likewise."""

    def __init__(
        self, name: str, space: ConfigurationSpace, history: Sequence[Configuration]
    ) -> None:
        self.space = space
        self.engine: Engine = make_engine(name, Search(space, Objective("QUALITY"), 1, 20_000))
        runs = [run_of(configuration) for configuration in history]
        start = time.perf_counter()
        self.engine.tell_all(runs)
        self.told = time.perf_counter() - start
        self.cycle()

    def cycle(self) -> float:
        """The seconds that an ask takes on average."""
        spent = 0.0
        for _ in range(CYCLE):
            start = time.perf_counter()
            suggestion = self.engine.ask()
            spent += time.perf_counter() - start
            assert suggestion
            self.engine.tell(run_of(from_text(self.space, suggestion.configuration)))
        return spent / CYCLE


def run_of(configuration: Configuration) -> Run:
    """A completed run."""
    return Run(
        settings=all_to_text(configuration),
        active=tuple(to_text(configuration)),
        result=Result(Status.SAT, 0.1, 0, cost(configuration), -1),
        wallclock_time=0.1,
    )


def alternate(repeat: int, *measures: Callable[[], float]) -> list[float]:
    """The median of each measure."""
    times = [[measure() for measure in measures] for _ in range(repeat)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def sampled(pcs: str, count: int) -> tuple[ConfigurationSpace, list[Configuration]]:
    """A space and some of its configurations."""
    space = parse_pcs(pcs)
    space.seed(7)
    return space, space.sample_configuration(count)


def start(name: str) -> tuple[float, float]:
    """Wall clock and CPU seconds from starting Python to the first suggestion, with imports."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", START, name, PCS], check=True)
    wall = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@click.command()
@click.option("--engine", "name", default="smac", show_default=True, type=click.Choice(ENGINES))
@click.option("--repeat", default=5, show_default=True, help="Repetitions of each measurement.")
@click.option("--sizes", default="100,400,1000", show_default=True,
              help="Runs in the history when SMAC3 and we are asked.")  # fmt: skip
def main(name: str, repeat: int, sizes: str) -> None:
    """Time `ask`: SMAC3's hyperparameter facade as it comes, and an engine of ours.

    \b
    Example:
      python scripts/bench_engine.py --engine forest --sizes 100 --repeat 3
    """
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")

    print(f"{'ask after runs':>32} {'SMAC3':>10} {name:>10} {'ratio':>8}")
    for count in map(int, sizes.split(",")):
        theirs = Smac3(*sampled(PCS, count))
        ours = Ours(name, *sampled(PCS, count))
        slow, fast = alternate(repeat, theirs.cycle, ours.cycle)
        where = f"5 parameters, {count} runs"
        print(f"{where:>32} {slow:9.3f}s {fast:9.4f}s {slow / fast:7.1f}x", flush=True)
    for pcs, parameters, count in ((PCS, 5, 10_000), (wide_pcs(), 200, 1000)):
        ours = Ours(name, *sampled(pcs, count))
        (fast,) = alternate(repeat, ours.cycle)
        where = f"{parameters} parameters, {count} runs"
        print(f"{where:>32} {'':>10} {fast:9.4f}s   all told in {ours.told:.2f}s", flush=True)
    starts = zip(*(start(name) for _ in range(repeat)), strict=True)
    wall, cpu = (statistics.median(seconds) for seconds in starts)
    print(f"{'Python to first suggestion':>32} {'':>10} {wall:9.2f}s   of that {cpu:.2f}s CPU")


if __name__ == "__main__":
    main()

"""What a state folder holds: runs, and copies of the files that they were made with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from smacwrap.errors import Problem
from smacwrap.history.live_rundata_writer import Instance
from smacwrap.history.run import Run
from smacwrap.protocol import NO_INSTANCE

# The parts of an iteration's file names: `runs_and_results-it8.csv` and so on.
RUNS = "runs_and_results"
SETTINGS = "paramstrings"
ARRAYS = "uniq_configurations"

CONFIGURATION = "Run History Configuration ID"
INSTANCE = "Instance ID"
CUTOFF = "Cutoff Time Used"
SEED = "Seed"
RUNTIME = "Runtime"
RUN_LENGTH = "Run Length"
QUALITY = "Run Quality"
ITERATION = "SMAC Iteration"
STATUS = "Run Result"
ADDITIONAL = "Additional Algorithm Run Data"
WALLCLOCK = "Wall Clock Time"

COLUMNS = (
    "Run Number",
    CONFIGURATION,
    INSTANCE,
    "Response Value (y)",
    "Censored?",
    CUTOFF,
    SEED,
    RUNTIME,
    RUN_LENGTH,
    "Run Result Code",
    QUALITY,
    ITERATION,
    "SMAC Cumulative Runtime",
    STATUS,
    ADDITIONAL,
    WALLCLOCK,
)
"""The columns of runs_and_results-it<k>.csv; the ones without a name follow from the others."""


@dataclass(frozen=True)
class Context:
    """What runs were made with, and the texts of the files that a state folder has copies of.

    `scenario_text` is empty where it is not known, `features_text` where there are none. With an
    empty `instances_text` the file is made of the instances; its own may say more, as their seeds.
    """

    pcs_text: str
    scenario_text: str = ""
    instances: tuple[Instance, ...] = (Instance(NO_INSTANCE),)
    instances_text: str = ""
    features_text: str = ""


@dataclass(frozen=True)
class State:
    """The runs of a state folder, in their order, as of an iteration of the optimiser.

    A run's own iteration, from 0, is in its `details` as `iteration`. `lost` says which runs could
    not be read, and why.
    """

    context: Context
    runs: tuple[Run, ...]
    iteration: int
    lost: tuple[Problem, ...] = ()


def with_iterations(runs: Iterable[Run]) -> list[Run]:
    """The runs of one worker, each with its iteration; one that has none is its own iteration.

    Iterations never decrease, and the first is 0.
    """
    numbered: list[Run] = []
    for run in runs:
        numbered.append(with_iteration(run, numbered))
    return numbered


def with_iteration(run: Run, before: Sequence[Run]) -> Run:
    """The run with its iteration, if so many came before it; see `with_iterations`."""
    last = before[-1].details["iteration"] if before else 0
    iteration = max(last, int(run.details.get("iteration", len(before))))
    return replace(run, details={**run.details, "iteration": iteration})

"""The seam between a worker and whoever proposes configurations."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from smacwrap.engines.seeds import DETERMINISTIC, Seeds
from smacwrap.history import Objective, Run
from smacwrap.history.run import run_key
from smacwrap.protocol import NO_CUTOFF, NO_INSTANCE

if TYPE_CHECKING:  # a worker's first run starts before ConfigSpace is there
    from ConfigSpace import Configuration, ConfigurationSpace


@dataclass(frozen=True)
class Search:
    """What an engine searches, and what it knows of the launch: all that it is built from.

    - `space`: the configurations to choose from, of `read_pcs`; `objective`: what is minimised.
    - `seed`: makes the proposals repeatable, and different from those of other seeds.
    - `budget`: the number of runs that all workers together may make; `workers`: how many engines
      share them, each of which brings its part of an initial design.
    - `initial`: what this engine proposes first, in this order.
    - `seeds`: the target algorithm's, the same for all workers.
    """

    space: "ConfigurationSpace"
    objective: Objective
    seed: int
    budget: int
    workers: int = 1
    initial: Sequence["Configuration"] = ()
    seeds: Seeds = DETERMINISTIC


@dataclass(frozen=True)
class Suggestion:
    """What to run next.

    `settings` and `active` are as in `Run`; `seed` is the target algorithm's, -1 where it is
    deterministic; `cutoff` is in seconds, and the scenario's where it is longer.
    """

    settings: Mapping[str, str]
    active: tuple[str, ...]
    instance: str = NO_INSTANCE
    seed: int = -1
    cutoff: float = NO_CUTOFF

    @property
    def configuration(self) -> dict[str, str]:
        """The active parameters' values, sorted by name."""
        return {name: self.settings[name] for name in sorted(self.active)}

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The `Run.key` of the run that comes of it."""
        return run_key(self.configuration, self.instance, self.seed)


@dataclass(frozen=True)
class Pending:
    """A run that somebody else has started; `configuration` is as in `Run`."""

    configuration: Mapping[str, str]
    instance: str = NO_INSTANCE
    seed: int = -1


class Engine(ABC):
    """Proposes configurations and learns from runs.

    An engine is built from a `Search`, and knows nothing else: no files, no processes. Telling a
    new engine all runs of a history gives one that goes on from there, which is how a study is
    resumed and how workers share what they learn; so it takes runs that it never asked for, in
    any order. The same calls with the same seed give the same suggestions.
    """

    @abstractmethod
    def ask(self, pending: Sequence[Pending] = ()) -> Suggestion | None:
        """What to run next, or None where nothing is left to run.

        What this engine was asked for before and not told yet counts as running.

        Args:
            pending: what others are running now: it is not proposed again, nor are the neighbours
                of its configurations as long as nothing is known of them.

        Raises:
            UserError: a pending configuration is none of this engine's space.
        """

    @abstractmethod
    def tell(self, run: Run) -> None:
        """Take in a run that has ended, whoever made it; it counts once, however often told.

        A killed run is not learned from, and not proposed again.

        Raises:
            UserError: the run's configuration is none of this engine's space.
        """

    def tell_all(self, runs: Sequence[Run]) -> None:
        """Take in many runs: the same as `tell` for one after the other, but quicker.

        Raises:
            UserError: the configuration of one of them is none of this engine's space.
        """
        for run in runs:
            self.tell(run)

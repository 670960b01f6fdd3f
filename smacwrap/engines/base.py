"""The seam between a worker and whoever proposes configurations."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smacwrap.history import Run
from smacwrap.protocol import NO_INSTANCE

if TYPE_CHECKING:  # most that imports this needs no ConfigSpace, which takes a second
    from ConfigSpace import Configuration


@dataclass(frozen=True)
class Suggestion:
    """What to run next; `seed` is the target algorithm's, -1 where it is deterministic."""

    configuration: "Configuration"
    instance: str = NO_INSTANCE
    seed: int = -1


@dataclass(frozen=True)
class Pending:
    """A run that somebody else has started; `configuration` is as in `Run`."""

    configuration: Mapping[str, str]
    instance: str = NO_INSTANCE
    seed: int = -1


class Engine(ABC):
    """Proposes configurations and learns from runs.

    An engine is built from a space, an objective, a seed, the size of the budget and the target
    algorithm's seeds, and knows nothing else: no files, no processes. Telling a new engine all
    runs of a history gives one that goes on from there, which is how a study is resumed and how
    workers share what they learn; so it takes runs that it never asked for, in any order. The
    same calls with the same seed give the same suggestions.
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

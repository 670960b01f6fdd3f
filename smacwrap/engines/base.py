"""The seam between a worker and whoever proposes configurations."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ConfigSpace import Configuration

from smacwrap.history import Run
from smacwrap.protocol import NO_INSTANCE


@dataclass(frozen=True)
class Suggestion:
    """What to run next; `seed` is the target algorithm's, -1 where it is deterministic."""

    configuration: Configuration
    instance: str = NO_INSTANCE
    seed: int = -1


class Engine(ABC):
    """Proposes configurations and learns from runs.

    An engine is built from a space, an objective, a seed and the size of the budget, and knows
    nothing else: no files, no processes. Telling a new engine all runs of a history gives one
    that goes on from there, which is how a study is resumed and how workers share what they
    learn; so `tell` takes runs that the engine never asked for, in any order. The same calls
    with the same seed give the same suggestions.
    """

    @abstractmethod
    def ask(self, pending: Iterable[Mapping[str, str]] = ()) -> Suggestion | None:
        """What to run next, or None where every configuration of the space has been proposed.

        What this engine was asked for before and not told yet counts as running.

        Args:
            pending: configurations that others are running now, as `Run.configuration` has them:
                they are not proposed again, nor are their neighbours as long as nothing is known
                of them.

        Raises:
            UserError: a pending configuration is none of this engine's space.
        """

    @abstractmethod
    def tell(self, run: Run) -> None:
        """Take in a completed run, whoever made it.

        Raises:
            UserError: the run's configuration is none of this engine's space.
        """

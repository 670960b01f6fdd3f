"""Random search: every configuration is as likely as any other, and none comes twice."""

from collections.abc import Sequence

from ConfigSpace import Configuration, ConfigurationSpace

from smacwrap.engines.base import Engine, Pending, Suggestion
from smacwrap.engines.search.unseen import Unseen
from smacwrap.engines.seeds import DETERMINISTIC, Seeds
from smacwrap.history import Objective, Run
from smacwrap.pcs.configuration import PcsConfiguration
from smacwrap.pcs.vectors import Vectors


class RandomEngine(Engine):
    """The yardstick of all engines: it learns nothing from the runs, but repeats none.

    There is no race: each configuration is run once, all of them on the same seed. `RoarEngine`
    races random configurations.

    Args:
        space: the configurations to choose from, of `read_pcs`.
        objective: not looked at.
        seed: makes the proposals repeatable, and different from those of other seeds.
        budget: not looked at.
        workers: not looked at.
        initial: what this engine proposes first, in this order.
        seeds: the target algorithm's, of which the first is used.
    """

    def __init__(
        self,
        space: ConfigurationSpace,
        objective: Objective,
        seed: int,
        *,
        budget: int,
        workers: int = 1,
        initial: Sequence[Configuration] = (),
        seeds: Seeds = DETERMINISTIC,
    ) -> None:
        self.space = space
        self._vectors = Vectors(space)
        self._unseen = Unseen(self._vectors, seed)
        self._initial = list(initial)
        self._seed = seeds.first

    def ask(self, pending: Sequence[Pending] = ()) -> Suggestion | None:
        """See `Engine.ask`."""
        rows = self._vectors.from_texts([run.configuration for run in pending])
        self._unseen.set_elsewhere(dict(zip(self._vectors.keys(rows), rows, strict=True)))
        while self._initial:
            configuration = self._initial.pop(0)
            row = configuration.get_array()[None, :]
            if self._unseen.new(row)[0]:
                break
        else:
            row = self._unseen.choose()
            if not len(row):
                return None
            configuration = PcsConfiguration(self.space, row[0])
        self._unseen.meet(self._vectors.keys(row))
        return Suggestion(configuration, seed=self._seed)

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        self.tell_all([run])

    def tell_all(self, runs: Sequence[Run]) -> None:
        """See `Engine.tell_all`."""
        rows = self._vectors.from_texts([run.configuration for run in runs])
        self._unseen.meet(self._vectors.keys(rows))

"""Random search: every configuration is as likely as any other, and none comes twice."""

from collections.abc import Sequence

from smacwrap.engines.base import Engine, Pending, Search, Suggestion
from smacwrap.engines.search.unseen import Unseen
from smacwrap.engines.suggest import suggest
from smacwrap.history import Run
from smacwrap.pcs.configuration import PcsConfiguration
from smacwrap.pcs.vectors import Vectors


class RandomEngine(Engine):
    """The yardstick of all engines: it learns nothing from the runs, but repeats none.

    There is no race: each configuration is run once, all of them on the same seed. `RoarEngine`
    races random configurations.

    Args:
        search: of which the space, the seed, what is `initial`, and the first of the target
            algorithm's seeds are looked at.
    """

    def __init__(self, search: Search) -> None:
        self.space = search.space
        self._vectors = Vectors(search.space)
        self._unseen = Unseen(self._vectors, search.seed)
        self._initial = list(search.initial)
        self._seed = search.seeds.first

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
        return suggest(configuration, self._seed)

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        self.tell_all([run])

    def tell_all(self, runs: Sequence[Run]) -> None:
        """See `Engine.tell_all`."""
        rows = self._vectors.from_texts([run.configuration for run in runs])
        self._unseen.meet(self._vectors.keys(rows))

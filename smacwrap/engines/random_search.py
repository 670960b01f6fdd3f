"""Random search: every configuration is as likely as any other, and none comes twice."""

from collections.abc import Iterable, Mapping

from ConfigSpace import Configuration, ConfigurationSpace

from smacwrap.engines.base import Engine, Suggestion
from smacwrap.engines.search.unseen import Unseen
from smacwrap.history import Objective, Run
from smacwrap.pcs.vectors import Vectors


class RandomEngine(Engine):
    """The yardstick of all engines: it learns nothing from the runs, but repeats none.

    Args:
        space: the configurations to choose from, of `read_pcs`.
        objective: not looked at.
        seed: makes the proposals repeatable, and different from those of other seeds.
        budget: not looked at.
        workers: not looked at.
        start_with_default: whether the first proposal is the default configuration.
    """

    def __init__(
        self,
        space: ConfigurationSpace,
        objective: Objective,
        seed: int,
        *,
        budget: int,
        workers: int = 1,
        start_with_default: bool = True,
    ) -> None:
        self.space = space
        self._vectors = Vectors(space)
        self._unseen = Unseen(self._vectors, seed)
        self._first = space.get_default_configuration() if start_with_default else None

    def ask(self, pending: Iterable[Mapping[str, str]] = ()) -> Suggestion | None:
        """See `Engine.ask`."""
        self._unseen.set_elsewhere(self._vectors.from_texts(pending))
        first, self._first = self._first, None
        if first is not None and self._unseen.new(first.get_array()[None, :])[0]:
            row = first.get_array()[None, :]
        else:
            row = self._unseen.choose()
        if not len(row):
            return None
        self._unseen.meet(row)
        return Suggestion(Configuration(self.space, vector=row[0]))

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        self._unseen.meet(self._vectors.from_texts([run.configuration]))

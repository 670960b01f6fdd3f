"""Who is told what happens in a launch."""

from collections.abc import Sequence

from smacwrap.history import Run
from smacwrap.history.objective import Incumbent


class Observer:
    """Told what happens in a launch; does nothing by itself."""

    def started(self, run_limit: int, already: int, seeds: Sequence[int]) -> None:
        """The workers are starting; the study has `already` runs."""

    def finished(self, seed: int, run: Run, incumbent: Incumbent | None, new: bool) -> None:
        """A run was recorded; `new` says that it changed the incumbent."""

    def tick(self) -> None:
        """Some time has passed."""

    def note(self, message: str) -> None:
        """Something that a person should know."""

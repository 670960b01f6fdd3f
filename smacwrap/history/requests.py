"""Requests from another terminal: to end a launch, one of its workers, or one run.

A request is an empty file in the study, so that it reaches workers on other machines too. Who
acts on it looks for it several times a second, which costs one `stat`.
"""

from smacwrap.history.study import Study


class Requests:
    """The requests to stop that have been made in a study."""

    def __init__(self, study: Study) -> None:
        self._folder = study.requests

    def stop(self, worker: int | None = None, number: int | None = None) -> None:
        """Ask to end the launch, the worker with a seed, or its run with a number.

        Raises:
            OSError: the study cannot be written.
        """
        self._folder.mkdir(exist_ok=True)
        (self._folder / _name(worker, number)).touch()

    def stopped(self, worker: int | None = None, number: int | None = None) -> bool:
        """Whether exactly that has been asked for."""
        return (self._folder / _name(worker, number)).exists()

    def clear(self) -> None:
        """Forget all requests: they were made to an earlier launch."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                path.unlink(missing_ok=True)


def _name(worker: int | None, number: int | None) -> str:
    return "-".join(["stop", *(str(part) for part in (worker, number) if part is not None)])

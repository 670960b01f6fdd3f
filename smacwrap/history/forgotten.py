"""Runs that a person took out of the model: they stay in the history, and count no more."""

import json
from collections.abc import Iterable

from filelock import FileLock

from smacwrap.errors import Problem, UserError
from smacwrap.files import replace_text
from smacwrap.history.run import Run
from smacwrap.history.study import Study
from smacwrap.lookup import unreadable
from smacwrap.protocol.run_id import format_run_id


def run_id(worker: int, run: Run) -> str:
    """How a person names a run that was read from a study, or is recorded there."""
    return format_run_id(worker, run.details["number"])


class Forgotten:
    """The forgotten runs of a study, by their IDs, in `forgotten.json`."""

    def __init__(self, study: Study) -> None:
        self._path = study.forgotten
        self._lock = FileLock(study.lock("forgotten"))

    def ids(self) -> frozenset[str]:
        """The IDs.

        Raises:
            UserError: the file cannot be read, or is not as smacwrap writes it.
        """
        try:
            ids = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return frozenset()
        except OSError as error:
            raise unreadable(self._path, error) from None
        except ValueError:
            ids = None
        if not isinstance(ids, list) or not all(isinstance(name, str) for name in ids):
            raise UserError(Problem("expected a list of runs, as smacwrap writes it", self._path))
        return frozenset(ids)

    def change(self, ids: Iterable[str], *, forget: bool) -> frozenset[str]:
        """Forget runs, or remember them again; the IDs that are forgotten now.

        Raises:
            OSError: the file cannot be written.
            UserError: as `ids` does.
        """
        with self._lock:
            now = self.ids() | set(ids) if forget else self.ids() - set(ids)
            replace_text(self._path, json.dumps(sorted(now)))
        return now

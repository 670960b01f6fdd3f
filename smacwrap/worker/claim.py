"""The claim of a seed: no two processes of a study work with the same one."""

import contextlib

from filelock import FileLock, Timeout

from smacwrap.errors import UserError
from smacwrap.history import Study

_PATIENCE = 2.0  # seconds; who looks whether a worker is alive has its lock for a moment


def claim_seed(study: Study, seed: int) -> contextlib.AbstractContextManager[object]:
    """The claim, which has just been made, to be given up at the end.

    Raises:
        OSError: the study cannot be written.
        UserError: another process has it.
    """
    try:
        return FileLock(study.lock(f"worker-{seed}")).acquire(timeout=_PATIENCE)
    except Timeout:
        raise UserError(f"seed {seed} is claimed by another process") from None

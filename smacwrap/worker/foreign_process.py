"""A worker that is somebody else's program: one process of SMAC v2, kept until it is to end."""

import subprocess
from collections.abc import Sequence

from smacwrap.history import Study
from smacwrap.processes import control
from smacwrap.worker.claim import claim_seed
from smacwrap.worker.stopping import Stopping
from smacwrap.worker.study_json import read_description
from smacwrap.worker.target import Stopped

_POLL = 0.2  # seconds
_SAME_MOMENT = 1.0  # seconds in which all processes of a job are told to end
_PATIENCE = 10.0  # seconds for it to write its files, beyond the grace that its target has


def keep(study: Study, seed: int, words: Sequence[str]) -> int:
    """Start a program, and see that nothing of it is left in the end; its exit code.

    Args:
        study: that the launcher prepared.
        seed: claimed for it.
        words: its command line. It prints to where this process does.

    Raises:
        OSError: it cannot be started, or the study cannot be written.
        Stopped: somebody said stop.
        UserError: another process has the seed, or the study cannot be read.
    """
    description = read_description(study)
    assert description, "the launcher wrote it"
    stopping = Stopping(study, seed, description.grace, description.detach)
    stopping.listen()
    control.adopt_orphans()
    with claim_seed(study, seed):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            while (exit_code := control.wait(process, _POLL)) is None:
                if stopping.no_more_runs():
                    process.terminate()
                    control.wait(process, description.grace + _PATIENCE)
                    raise Stopped
            if exit_code and stopping.comes_within(_SAME_MOMENT):
                raise Stopped
            return exit_code
        finally:
            control.end_tree(lambda: {process.pid, *control.children()}, 0.0)
            process.poll()

"""Starts a launch in the background, so that it goes on when the terminal is closed."""

import subprocess
import sys
import time
from collections.abc import Sequence

from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.worker.launchers import launcher_pids

_POLL = 0.1  # seconds


def launch_in_background(study: Study, words: Sequence[str]) -> int:
    """Start `smacwrap WORDS…`, which launches the study; its process id once it is at work.

    What it prints goes to the study's launch.log.

    Raises:
        UserError: it ended at once; the message is what it said.
    """
    new = not study.folder.exists()
    try:
        study.folder.mkdir(parents=True, exist_ok=True)
        with study.launch_log.open("ab") as log:
            before = log.tell()
            process = subprocess.Popen(
                [sys.executable, "-m", "smacwrap", *words],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        message = f"cannot write the study: {error.strerror}: {error.filename}"
        raise UserError(Problem(message)) from None
    while process.poll() is None:
        if process.pid in launcher_pids(study):
            return process.pid
        time.sleep(_POLL)
    if process.returncode == 0:
        return process.pid  # it had nothing to do, or was very quick
    said = study.launch_log.read_bytes()[before:].decode(errors="replace")
    if new:
        study.launch_log.unlink()
        study.folder.rmdir()
    raise UserError(said.strip() or f"{study.launch_log}: cannot be written: is the disk full?")

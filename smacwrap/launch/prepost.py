"""The commands that a scenario wants to have run before and after a launch."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from smacwrap.errors import UserError
from smacwrap.launch.observer import Observer
from smacwrap.scenario import Scenario


@contextmanager
def before_and_after(scenario: Scenario, observer: Observer) -> Iterator[None]:
    """Run the scenario's `pre-scenario-command`, and at the end its `post-scenario-command`.

    Both are started without a shell; the observer is told what they print.

    Raises:
        UserError: one of them failed, and `exception-on-prepost-command` is true.
    """
    _run(scenario, "pre-scenario-command", scenario.pre_command, observer)
    try:
        yield
    finally:
        _run(scenario, "post-scenario-command", scenario.post_command, observer)


def _run(scenario: Scenario, option: str, words: Sequence[str], observer: Observer) -> None:
    if not words or not (problem := _failure(scenario, option, words, observer)):
        return
    if scenario.prepost_must_succeed:
        raise UserError(scenario.settings[option].problem(problem))
    observer.note(f"{option}: {problem}")


def _failure(scenario: Scenario, option: str, words: Sequence[str], observer: Observer) -> str:
    """Why the command failed, if it did."""
    try:
        process = subprocess.Popen(
            words,
            cwd=scenario.prepost_exec_dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return f"cannot start {words[0]}: {error.strerror}"
    with process:
        assert process.stdout is not None
        for line in process.stdout:
            observer.note(f"{option}: {line.rstrip()}")
    return f"it ended with exit code {process.returncode}" if process.returncode else ""

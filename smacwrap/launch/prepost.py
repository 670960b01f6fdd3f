"""The commands that a scenario wants to have run before and after a launch."""

import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from smacwrap.errors import UserError
from smacwrap.launch.observer import Observer
from smacwrap.processes import control
from smacwrap.processes.startable import start_problem
from smacwrap.scenario import Scenario
from smacwrap.wrapper.outcome import failure

_POLL = 0.1  # seconds
_GRACE = 5.0  # seconds that a command has to end by itself


@contextmanager
def before_and_after(
    scenario: Scenario, observer: Observer, times_told: Callable[[], int]
) -> Iterator[None]:
    """Run the scenario's `pre-scenario-command`, and at the end its `post-scenario-command`.

    Both are started without a shell; the observer is told what they print.

    Args:
        times_told: how often somebody said stop; a command that runs then is ended.

    Raises:
        UserError: one of them failed, and `exception-on-prepost-command` is true.
    """
    _run(scenario, "pre-scenario-command", scenario.pre_command, observer, times_told)
    try:
        yield
    finally:
        _run(scenario, "post-scenario-command", scenario.post_command, observer, times_told)


def _run(
    scenario: Scenario,
    option: str,
    words: Sequence[str],
    observer: Observer,
    times_told: Callable[[], int],
) -> None:
    told = times_told()

    def is_told() -> bool:
        return times_told() > told

    problem = _failure(scenario, option, words, observer, is_told) if words else ""
    if problem and scenario.prepost_must_succeed and not is_told():
        raise UserError(scenario.settings[option].problem(problem))
    if problem:
        observer.note(f"{option}: {problem}")


def _failure(
    scenario: Scenario,
    option: str,
    words: Sequence[str],
    observer: Observer,
    is_told: Callable[[], bool],
) -> str:
    """Why the command failed, if it did."""
    try:
        process = subprocess.Popen(
            words,
            cwd=scenario.prepost_exec_dir,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        problem = start_problem(words[0], scenario.prepost_exec_dir)
        return f"cannot start {words[0]}: {problem or error.strerror}"
    if _follow(process, is_told, lambda line: observer.note(f"{option}: {line}")):
        return failure(process.returncode).replace("the target", "it")
    return "ended before its time"


def _follow(
    process: "subprocess.Popen[bytes]", is_told: Callable[[], bool], on_line: Callable[[str], None]
) -> bool:
    """Wait for a process and pass on what it prints; whether it ended by itself."""
    assert process.stdout is not None
    rest, new = b"", b"."
    with process.stdout as output:
        while new and not is_told():
            if control.readable([output.fileno()], _POLL):
                new = os.read(output.fileno(), 1 << 16)
                *lines, rest = (rest + new).split(b"\n")
                for line in [*lines, *([rest] if rest and not new else [])]:
                    on_line(line.decode(errors="replace").rstrip())
    while not is_told():
        if control.wait(process, _POLL) is not None:
            return True
    control.end_tree(lambda: [process.pid], _GRACE)
    process.wait()
    return False

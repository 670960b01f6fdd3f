"""Calls the target algorithm: one process per run, from call string to result."""

import contextlib
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from smacwrap.errors import UserError
from smacwrap.executors import processes
from smacwrap.frozen import replace
from smacwrap.history.run import details_of
from smacwrap.launch.job import job_of
from smacwrap.launch.resources import Share
from smacwrap.protocol import CallString, Result, ResultLineError, Status, find_result
from smacwrap.scenario import Scenario
from smacwrap.wrapper import Job
from smacwrap.wrapper.outcome import crashed, failure
from smacwrap.wrapper.place import RUNS_VARIABLE, SCENARIO_VARIABLE
from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.shown import command_line

log = logging.getLogger("smacwrap.worker")

_GRACE = 5.0  # seconds; the wrapper needs some of them to end its own target
_LEAST_KILL = 5.0  # seconds; SMAC v2, too, looks at no run's time before
_TAIL = 20  # lines of output that explain a crash


class Stopped(Exception):  # noqa: N818  (not an error: somebody asked for it)
    """The run was ended because the worker is to stop; it has no result."""


@dataclass(frozen=True)
class Answer:
    """What a call of the target algorithm gave.

    `reason` explains a CRASHED result, `output` ends with the last lines that were printed, and
    begins with the job's command if it crashed;
    `wallclock_time` is in seconds.
    """

    result: Result
    wallclock_time: float
    output: str
    reason: str = ""


def target_environment(
    scenario: Scenario, runs: Path | None, share: Share | None = None
) -> dict[str, str]:
    """The environment for target algorithms: where runs are kept, and what they may use."""
    environment = dict(os.environ)
    if share:
        environment |= share.environment(os.environ)
    environment[SCENARIO_VARIABLE] = str(scenario.file.parent)
    if runs:
        environment[RUNS_VARIABLE] = str(runs)
    environment["PATH"] = _path_with_ourselves(environment.get("PATH", os.defpath))
    # A pipe makes Python's output block-buffered; a log is to be followed while it grows.
    environment.setdefault("PYTHONUNBUFFERED", "1")
    return environment


def _path_with_ourselves(path: str) -> str:
    """`path`, with our own folder in front unless it already leads to this `smacwrap`.

    So `smacwrap` and `python` in a scenario mean this environment's, activated or not.
    """
    here = Path(sys.executable).parent
    found = shutil.which("smacwrap", path=path)
    if found and os.path.realpath(found) == os.path.realpath(here / "smacwrap"):
        return path
    return f"{here}{os.pathsep}{path}"


def check_target(scenario: Scenario, environment: Mapping[str, str]) -> None:
    """Complain now if the target algorithm cannot be started.

    Raises:
        UserError: the program does not exist or is not executable.
    """
    word = scenario.algo[0]
    problem = ""
    if os.sep in word:
        program = scenario.exec_dir / word
        if not program.exists():
            problem = f"the target algorithm {program} does not exist"
        elif not (program.is_file() and os.access(program, os.X_OK)):
            problem = f"the target algorithm {program} is not executable (try: chmod +x {program})"
    elif shutil.which(word, path=environment.get("PATH")) is None:
        local = f" … did you mean './{word}'?" if (scenario.exec_dir / word).exists() else ""
        problem = f"no program '{word}' on the PATH{local}"
    if problem:
        raise UserError(scenario.settings["algo-exec"].problem(problem))


class Target:
    """The target algorithm of a scenario, ready to be called."""

    def __init__(self, scenario: Scenario, environment: Mapping[str, str]) -> None:
        self.scenario = scenario
        self.environment = dict(environment)

    def words(self, call: CallString) -> list[str]:
        """The words that one call starts."""
        words = call.words()
        if self.scenario.cli_call_params_with_quotes:
            words[6::2] = [f"'{value}'" for value in words[6::2]]
        return [*self.scenario.algo, *words]

    def sample_call(self, call: CallString) -> str:
        """A line for a shell that makes the same call again, as SMAC v2 prints it."""
        settings = f"{SCENARIO_VARIABLE}={shlex.quote(str(self.scenario.file.parent))}"
        if self.environment["PATH"] != os.environ.get("PATH"):
            settings += f" PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH"
        folder = shlex.quote(str(self.scenario.exec_dir))
        return f"cd {folder}; {settings} {self.scenario.algo_text} {call}"

    def command(self, call: CallString) -> str:
        """What the target's job starts for a call, as a person would type it.

        Empty where the target has no job, or its job cannot start this call.
        """
        with contextlib.suppress(FillError, KeyError):
            return command_line(self._job, call) if self._job else ""
        return ""

    @cached_property
    def _job(self) -> Job | None:
        return job_of(self.scenario)

    def call(
        self,
        call: CallString,
        should_stop: Callable[[], bool] = lambda: False,
        echo: IO[bytes] | None = None,
    ) -> Answer:
        """Run the target algorithm; whatever it does becomes a result.

        One that crashed is run again as often as the scenario says; the time that it took is
        lost, as in SMAC v2.

        Args:
            call: what to run.
            should_stop: asked several times a second.
            echo: where its output goes too, as it comes.

        Raises:
            Stopped: `should_stop` said so; the run's processes are gone.
        """
        for attempt in range(1, self.scenario.retry_crashed_count + 1):
            answer = self._call(call, should_stop, echo)
            if answer.result.status is not Status.CRASHED:
                return answer
            log.warning("attempt %d crashed, trying again: %s", attempt, answer.reason)
        return self._call(call, should_stop, echo)

    def _call(
        self, call: CallString, should_stop: Callable[[], bool], echo: IO[bytes] | None
    ) -> Answer:
        start = time.monotonic()
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            try:
                process = subprocess.Popen(
                    self.words(call),
                    cwd=self.scenario.exec_dir,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=err,
                    start_new_session=True,
                )
            except OSError as error:
                reason = f"cannot start {self.scenario.algo[0]}: {error.strerror}"
                return Answer(crashed(call, reason).result, 0.0, "", reason)
            deadline = start + max(_LEAST_KILL, self.scenario.kill_factor * call.cutoff)
            exit_code = _wait(process, should_stop, deadline, [out, err] if echo else [], echo)
            if exit_code is None:
                reason = (
                    f"ended: still running after {self.scenario.kill_factor:g} times the cutoff"
                )
                seconds = time.monotonic() - start
                result = crashed(call, reason, seconds).result
            else:
                result, reason = self._result(call, out, exit_code)
            output = _tail(err) + _tail(out)
            if result.status is Status.CRASHED and (command := self.command(call)):
                output = f"its command: {command}\n{output}"
            return Answer(result, time.monotonic() - start, output, reason)

    def _result(self, call: CallString, out: IO[bytes], exit_code: int) -> tuple[Result, str]:
        out.seek(0)
        try:
            result = find_result(line.decode(errors="replace") for line in out)
        except ResultLineError as error:
            return crashed(call, "").result, f"bad result line: {error}"
        if result is None:
            reason = failure(exit_code) or "the target printed no result line"
            return crashed(call, "").result, reason
        if result.status.decided and call.has_cutoff and result.runtime > call.cutoff:
            result = replace(result, status=Status.TIMEOUT)
        if result.status in (Status.CRASHED, Status.ABORT):
            return result, details_of(result.additional).get("reason") or "the target said so"
        return result, ""


def killed(call: CallString, seconds: float) -> Result:
    """The result of a run that was stopped after `seconds`, in SMAC v2's way without a quality."""
    return Result(Status.KILLED, seconds, 0, 0.0, call.seed)


def _wait(
    process: "subprocess.Popen[bytes]",
    should_stop: Callable[[], bool],
    deadline: float,
    sources: Sequence[IO[bytes]],
    echo: IO[bytes] | None,
) -> int | None:
    """The exit code; None if the process was ended at the deadline, a monotonic time."""
    offsets = [0] * len(sources)
    try:
        while True:
            exit_code = processes.wait(process, 0.2)
            for i, source in enumerate(sources):
                new = os.pread(source.fileno(), 1 << 20, offsets[i])
                offsets[i] += len(new)
                if echo and new:
                    echo.write(new)
                    echo.flush()
            if exit_code is not None:
                return exit_code
            if should_stop():
                raise Stopped
            if time.monotonic() > deadline:
                return None
    finally:
        # To look for children takes longer than to ask whether there are any.
        if process.poll() is None or processes.has_children():
            processes.end_tree(lambda: {process.pid, *processes.children()}, _GRACE)
            process.poll()


def _tail(file: IO[bytes]) -> str:
    file.seek(0, os.SEEK_END)
    file.seek(max(0, file.tell() - 8192))
    lines = file.read().decode(errors="replace").splitlines(keepends=True)
    return "".join(lines[-_TAIL:])

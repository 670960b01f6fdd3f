"""Calls the target algorithm: one process per run, from call string to result."""

import contextlib
import errno
import logging
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from smacwrap.errors import UserError
from smacwrap.frozen import replace
from smacwrap.history.run import details_of
from smacwrap.processes import control
from smacwrap.processes.startable import start_problem
from smacwrap.protocol import CallString, Result, ResultLineError, ResultLines, Status
from smacwrap.protocol.additional import ENVIRONMENT, INTERRUPTED, VOID, parse_additional
from smacwrap.scenario import Scenario
from smacwrap.worker.job import job_of
from smacwrap.worker.leftovers import Leftovers
from smacwrap.worker.resources import Share
from smacwrap.wrapper import Job
from smacwrap.wrapper.last_words import FAR, end_of, last_words
from smacwrap.wrapper.outcome import crashed, failure
from smacwrap.wrapper.place import RUN_VARIABLE, RUNS_VARIABLE, SCENARIO_VARIABLE
from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.shown import command_line

log = logging.getLogger("smacwrap.worker")

_LEAST_KILL = 5.0  # seconds; SMAC v2, too, looks at no run's time before
_TAIL = 20  # lines of output that explain a crash


class Stopped(Exception):  # noqa: N818  (not an error: somebody asked for it)
    """The run was ended because the worker is to stop; it has no result."""


@dataclass(frozen=True)
class Answer:
    """What a call of the target algorithm gave.

    `reason` explains a CRASHED result, `warnings` do not change a result; `output` ends with the
    last lines that were printed, and begins with the job's command if it crashed;
    `wallclock_time` is in seconds. `void` is INTERRUPTED or ENVIRONMENT, or empty: with it the
    CRASHED result is none, for it says nothing of the configuration.
    """

    result: Result
    wallclock_time: float
    output: str
    reason: str = ""
    warnings: tuple[str, ...] = ()
    void: str = ""


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
    program = str(scenario.exec_dir / word) if os.sep in word else word
    if problem := start_problem(program, scenario.exec_dir, environment.get("PATH")):
        problem = f"the target algorithm cannot be started: {problem}"
        raise UserError(scenario.settings["algo-exec"].problem(problem))


class Target:
    """The target algorithm of a scenario, ready to be called: up to `slots` times at once."""

    def __init__(self, scenario: Scenario, environment: Mapping[str, str], slots: int = 1) -> None:
        self.scenario = scenario
        self.environment = dict(environment)
        self._leftovers = Leftovers(slots)

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
        more: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run the target algorithm; whatever it does becomes a result.

        One that crashed is run again as often as the scenario says; the time that it took is
        lost, as in SMAC v2.

        Args:
            call: what to run.
            should_stop: asked several times a second.
            echo: where its output goes too, as it comes.
            more: environment variables of this call alone, of which RUN_VARIABLE has its ID.

        Raises:
            Stopped: `should_stop` said so; the run's processes are gone.
        """
        for attempt in range(1, self.scenario.retry_crashed_count + 1):
            answer = self._call(call, should_stop, echo, more or {})
            if answer.void or answer.result.status is not Status.CRASHED:
                return answer
            log.warning("attempt %d crashed, trying again: %s", attempt, answer.reason)
        return self._call(call, should_stop, echo, more or {})

    def _call(
        self,
        call: CallString,
        should_stop: Callable[[], bool],
        echo: IO[bytes] | None,
        more: Mapping[str, str],
    ) -> Answer:
        start = time.monotonic()
        printed = ResultLines(call.seed)
        with ExitStack() as files:
            try:
                out, err = (files.enter_context(tempfile.TemporaryFile()) for _ in range(2))
                process = self._leftovers.start(
                    lambda: subprocess.Popen(
                        self.words(call),
                        cwd=self.scenario.exec_dir,
                        env={**self.environment, **more},
                        stdin=subprocess.DEVNULL,
                        stdout=out,
                        stderr=err,
                        start_new_session=True,
                    )
                )
            except OSError as error:
                return self._not_started(call, error)
            deadline = start + max(_LEAST_KILL, self.scenario.kill_factor * call.cutoff)
            try:
                exit_code = _wait(process, should_stop, deadline, [out, err] if echo else [], echo)
            finally:
                self._leftovers.end(process, more.get(RUN_VARIABLE, ""))
            if exit_code is None:
                reason = (
                    f"ended: still running after {self.scenario.kill_factor:g} times the cutoff"
                )
                seconds = time.monotonic() - start
                result = crashed(call, reason, seconds).result
            else:
                out.seek(0)
                for line in out:
                    printed.add(line.decode(errors="replace"))
                result, reason = _result(call, printed)
                if printed.result is None and exit_code:
                    reason = _failure(exit_code, out, err)
            output = _tail(err) + _tail(out)
            seconds, void = time.monotonic() - start, _void(result)
            if result.status is Status.CRASHED and not void and _is_full(out):
                void, reason = ENVIRONMENT, f"no room for its output in {tempfile.gettempdir()}"
            if result.status is Status.CRASHED and (command := self.command(call)):
                output = f"its command: {command}\n{output}"
            return Answer(result, seconds, output, reason, _warnings(printed), void)

    def _not_started(self, call: CallString, error: OSError) -> Answer:
        word, folder = self.scenario.algo[0], self.scenario.exec_dir
        problem = f"there is no folder {folder}"
        if folder.is_dir():
            problem = start_problem(word, folder, self.environment.get("PATH"))
        reason = f"cannot start {word}: {problem or error.strerror}"
        # Only where its values are too long for the system, it is the configuration's fault.
        void = "" if error.errno == errno.E2BIG else ENVIRONMENT
        return Answer(crashed(call, reason).result, 0.0, "", reason, void=void)


def _result(call: CallString, printed: ResultLines) -> tuple[Result, str]:
    """The result of a run, with the seed that was sent, and the reason of a failed one."""
    result = printed.result
    if result is None:
        return crashed(call, "").result, "the target printed no result line"
    if isinstance(result, ResultLineError):
        return crashed(call, "").result, f"bad result line: {result}"
    result = replace(result, seed=call.seed)
    if result.status.decided and result.runtime > call.cutoff:
        if result.runtime > call.cpu_limit:
            return replace(result, status=Status.TIMEOUT), ""
        result = replace(result, runtime=call.cutoff)
    if result.status in (Status.CRASHED, Status.ABORT):
        told = details_of(result.additional).get("reason")
        return result, told or f"the target reported {result.status}"
    return result, ""


def _warnings(printed: ResultLines) -> tuple[str, ...]:
    """What there is to say of a result line, by us and by the wrapper that printed it."""
    found = printed.result
    told = details_of(found.additional).get("warnings", []) if isinstance(found, Result) else []
    return (*printed.warnings(), *told)


def _failure(exit_code: int, out: IO[bytes], err: IO[bytes]) -> str:
    """Why a target failed that printed no result: in its own words, of which `err` has more."""
    ends = [end_of(_end(file, FAR)) for file in (err, out)]
    return failure(exit_code, next((end for end in ends if last_words(end)), ""))


def _void(result: Result) -> str:
    """Why a result line says that it is none, or an empty text."""
    if result.status is not Status.CRASHED:
        return ""
    void = parse_additional(result.additional).get(VOID, "")
    return void if void in (INTERRUPTED, ENVIRONMENT) else ""


def _is_full(file: IO[bytes]) -> bool:
    """Whether there is no room for more in a file."""
    more = bytes(1 << 16)
    try:
        return os.pwrite(file.fileno(), more, file.seek(0, os.SEEK_END)) < len(more)
    except OSError:
        return True


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
    """The exit code; None if the process is to be ended at the deadline, a monotonic time."""
    offsets = [0] * len(sources)
    while True:
        exit_code = control.wait(process, 0.2)
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


def _tail(file: IO[bytes]) -> str:
    lines = _end(file, 8192).decode(errors="replace").splitlines(keepends=True)
    return "".join(lines[-_TAIL:])


def _end(file: IO[bytes], size: int) -> bytes:
    file.seek(max(0, file.seek(0, os.SEEK_END) - size))
    return file.read()

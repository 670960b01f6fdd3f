"""`AbstractWrapper`: a wrapper as a class, with the methods that GenericWrapper4AC asks for."""

import contextlib
import errno
import io
import logging
import os
import signal
import sys
import tempfile
import traceback
from argparse import Namespace
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from typing import IO, Any

from smacwrap.bundles.bundle import pack
from smacwrap.executors import Completion, Limits, Task
from smacwrap.executors.local import LocalExecutor
from smacwrap.frozen import replace
from smacwrap.protocol import CallString, CallStringError, format_answer, is_result_line
from smacwrap.protocol.additional import ENVIRONMENT, INTERRUPTED
from smacwrap.python.program import answer_of, own_output, tell_reason
from smacwrap.python.result import describe
from smacwrap.python.watcher import watcher_text
from smacwrap.python.wrapper_data import Data
from smacwrap.python.wrapper_words import CommandError, command_words, option_parser, parse_words
from smacwrap.wrapper.last_words import FAR, end_of
from smacwrap.wrapper.outcome import Outcome, crashed
from smacwrap.wrapper.process import (
    StoppedError,
    catch_stop_signals,
    echo,
    ignore_stop_signals,
    write_text,
)

# What GenericWrapper4AC calls to start runsolver, and a subclass may have replaced.
_NOT_CALLED = ("call_target", "set_tmpdir")


class _EnvironmentError(Exception):
    """The command could not be started, or seen to its end, for no fault of its own."""


@contextlib.contextmanager
def _no_fault_of_the_run() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno == errno.E2BIG:  # the values are too long for the system
            raise
        raise _EnvironmentError(describe(error)) from None


class AbstractWrapper:
    """A wrapper around a command: a subclass says what to start, and what its output means.

    Made for wrappers that were written for GenericWrapper4AC: replace its import by
    `from smacwrap import AbstractWrapper`. There are `self.parser` for options of one's own
    (before `main`), `self.args`, `self.data` and `self.logger`; `self._solver_file` has the
    command's output, and `self._watcher_file` what runsolver would have said. The command runs in
    the current folder; cutoff (CPU time) and memory hold for its whole process tree, and
    runsolver is not needed.

    Example:
        class Solver(AbstractWrapper):
            def get_command_line_args(self, runargs, config):
                words = [word for pair in config.items() for word in pair]
                return ["./solver", "--seed", runargs["seed"], *words, runargs["instance"]]

            def process_results(self, filepointer, out_args):
                solved = b"SATISFIABLE" in filepointer.read()
                return {"status": "SUCCESS" if solved else "CRASHED"}

        if __name__ == "__main__":
            Solver().main()
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        for name in _NOT_CALLED:
            if name in vars(cls):
                raise TypeError(
                    f"{cls.__name__}.{name}() would never be called by smacwrap: change the "
                    "command in get_command_line_args, and the result in process_results"
                )

    def __init__(self) -> None:
        self.parser = option_parser()
        self.args = Namespace()
        self.logger = logging.getLogger("GenericWrapper")
        self.data: Data
        # Words of one's own for statuses, as {"SOLVED": "SUCCESS"}.
        self.RESULT_MAPPING: dict[str, str] = {}
        # GenericWrapper4AC's wrappers use these; the files are None until the command has ended.
        self._watcher_file: IO[bytes] | None = None
        self._solver_file: IO[bytes] | None = None
        self._exit_code: int | None = None
        self._DEBUG = True
        self._completion: tuple[Completion, CallString]
        self._answer: tuple[CallString, Outcome, Data]

    def get_command_line_args(self, runargs: dict[str, Any], config: dict[str, str]) -> Any:
        """The command to start: a list of words, or a text that is read by a shell.

        Args:
            runargs: `instance`, `specifics`, `cutoff` (seconds), `runlength`, `seed`, and `tmp`,
                a folder for the command's temporary files.
            config: values of the active parameters by `-name`.
        """
        raise NotImplementedError

    def process_results(self, filepointer: IO[bytes], out_args: dict[str, Any]) -> Any:
        """The result of a command that has ended, by itself or at a limit.

        Args:
            filepointer: the command's output, standard error included.
            out_args: `exit_code`, negative for a signal, and `instance`.

        Returns:
            A dict with any of `status` (`SUCCESS`, `SAT`, `UNSAT`, `TIMEOUT`, `CRASHED`,
            `ABORT`), `quality` or `cost`, `runtime` in seconds, and `misc`, a text. At a limit,
            only SUCCESS, SAT and UNSAT can change the status, which is TIMEOUT.
        """
        raise NotImplementedError

    def float_regex(self) -> str:
        """A regular expression for a number, as GenericWrapper4AC has it."""
        return r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]\d+)?"

    def print_d(self, text: str) -> None:
        """Log something for people who look for an error."""
        self.logger.debug(text)

    def read_runsolver_output(self) -> None:
        """Take over into `self.data` what was measured; called before `process_results`."""
        completion, call = self._completion
        self.data.take(completion, call)

    def cleanup(self) -> None:
        """Called when the run is over, before the result is printed."""

    def print_result_string(self) -> None:
        """Print the result; what another one prints is the answer, if it has a result line."""
        call, outcome, data = self._answer
        if self.data != data:  # a subclass thinks otherwise
            outcome = self.data.outcome(call, self.args)
        print(format_answer(answer_of(outcome), aclib=call.aclib), end="")

    def main(self, exit: bool = True) -> None:
        """Run once for the words of the command line, and print the result line.

        Args:
            exit: whether to exit afterwards, with code 0, or to return.
        """
        try:
            self.args, call = parse_words(self.parser, sys.argv[1:])
        except CallStringError as error:
            print(f"{self.parser.prog}: {error}", file=sys.stderr)
            sys.exit(2)
        self.data = Data.of(call, self.args)
        with own_output() as output:
            before = catch_stop_signals()
            try:
                outcome = self._outcome(call)
                ignore_stop_signals()
            except StoppedError as error:
                outcome = crashed(call, f"the wrapper was ended by {error}", void=INTERRUPTED)
            write_text(output, self._printed(call, outcome))
            tell_reason(outcome)
            for file in (self._watcher_file, self._solver_file):
                if file:
                    file.close()
            for number, handler in before.items():
                signal.signal(number, handler)
        if exit:
            sys.exit(0)

    def _outcome(self, call: CallString) -> Outcome:
        try:
            self._run(call)
        except SystemExit:
            pass  # a method has put into self.data what there is to say
        except CommandError as error:
            return crashed(call, str(error))
        except _EnvironmentError as error:
            return crashed(call, str(error), void=ENVIRONMENT)
        except Exception as error:
            traceback.print_exc()
            return crashed(call, describe(error), self.data.time)
        return self.data.outcome(call, self.args, self._last_output())

    def _last_output(self) -> str:
        """The end of what a command printed that failed."""
        file = self._solver_file
        if not file or file.closed or not self.data.exit_code:
            return ""
        file.seek(max(0, file.seek(0, os.SEEK_END) - FAR))
        return end_of(file.read())

    def _printed(self, call: CallString, outcome: Outcome) -> str:
        """What the wrapper prints as its result, with a result line whatever its methods do."""
        if self.data.cost is None:
            self.data.cost = outcome.result.quality
        self._answer = call, outcome, copy(self.data)
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):
                self.cleanup()
                self.print_result_string()
        except (Exception, SystemExit):
            traceback.print_exc()
        text = printed.getvalue()
        if any(is_result_line(line) for line in text.splitlines()):
            return text if text.endswith("\n") else f"{text}\n"
        print(text, end="", file=sys.stderr)
        return format_answer(answer_of(outcome), aclib=call.aclib)

    def _run(self, call: CallString) -> None:
        data = self.data
        with _no_fault_of_the_run():
            folder = tempfile.TemporaryDirectory(prefix="smacwrap-", dir=self.args.tmp_dir)
        with folder as name:
            scratch, tmp = Path(name), Path(name, "tmp")
            with _no_fault_of_the_run():
                tmp.mkdir()
                pack(tmp, bundle := scratch / "run.zip")  # the command runs in the current folder
            runargs = {
                "instance": data.instance,
                "specifics": data.specifics,
                "cutoff": data.cutoff,
                "runlength": data.runlength,
                "seed": data.seed,
                "tmp": str(tmp),
            }
            command = command_words(self.get_command_line_args(runargs, dict(data.config)), call)
            limits = self._limits(call)
            task = Task(bundle, command, limits=limits, leftovers=(scratch,))
            with _no_fault_of_the_run():
                submission = LocalExecutor(scratch).submit(task)
            with submission:
                with _no_fault_of_the_run():
                    completion = submission.wait(on_output=echo)
                    self._exit_code = completion.exit_code
                    self._completion = completion, call
                    watcher = scratch / "watcher.log"
                    watcher.write_text(watcher_text(completion, limits))
                    # Wrappers use the files' names as texts, which Path.open would not make them.
                    self._watcher_file = open(str(watcher), "rb")  # noqa: PTH123, SIM115
                    self._solver_file = open(str(completion.log), "rb")  # noqa: PTH123, SIM115
                self.read_runsolver_output()
                out_args = {"exit_code": data.exit_code, "instance": data.instance}
                returned = self.process_results(self._solver_file, out_args)
                data.take_results(returned, self.RESULT_MAPPING)

    def _limits(self, call: CallString) -> Limits:
        """The limits for a command, which is given a cutoff in whole seconds, rounded up."""
        allowed = replace(call, cutoff=float(self.data.cutoff)) if call.has_cutoff else call
        memory = self.data.mem_limit * 2**20
        return Limits(allowed.cpu_limit, allowed.wall_limit, memory=memory)

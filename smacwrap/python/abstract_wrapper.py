"""`AbstractWrapper`: a wrapper as a class, with the methods that GenericWrapper4AC asks for."""

import logging
import math
import signal
import sys
import tempfile
import traceback
from argparse import Namespace
from pathlib import Path
from typing import IO, Any

from smacwrap.executors import Limits, Task
from smacwrap.executors.bundle import pack
from smacwrap.executors.local import LocalExecutor
from smacwrap.protocol import CallString, CallStringError
from smacwrap.protocol.additional import INTERRUPTED
from smacwrap.python.program import own_output, write_outcome
from smacwrap.python.result import describe
from smacwrap.python.wrapper_data import Data
from smacwrap.python.wrapper_words import CommandError, command_words, option_parser, parse_words
from smacwrap.wrapper.outcome import Outcome, crashed
from smacwrap.wrapper.process import StoppedError, catch_stop_signals, echo, ignore_stop_signals

# What GenericWrapper4AC calls, and a subclass may have replaced to change its inner workings.
_NOT_CALLED = ("call_target", "read_runsolver_output", "print_result_string", "cleanup")


class AbstractWrapper:
    """A wrapper around a command: a subclass says what to start, and what its output means.

    Made for wrappers that were written for GenericWrapper4AC: replace its import by
    `from smacwrap import AbstractWrapper`. There are `self.parser` for options of one's own
    (before `main`), `self.args`, `self.data` and `self.logger`. The command runs in the current
    folder; cutoff and memory hold for its whole process tree, and runsolver is not needed.

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
        with own_output() as output:
            before = catch_stop_signals()
            try:
                outcome = self._outcome(call)
                ignore_stop_signals()
            except StoppedError as error:
                outcome = crashed(call, f"the wrapper was ended by {error}", void=INTERRUPTED)
            write_outcome(output, call, outcome)
            for number, handler in before.items():
                signal.signal(number, handler)
        if exit:
            sys.exit(0)

    def _outcome(self, call: CallString) -> Outcome:
        self.data = Data.of(call)
        try:
            self._run(call)
        except SystemExit:
            pass  # a method has put into self.data what there is to say
        except CommandError as error:
            return crashed(call, str(error))
        except Exception as error:
            traceback.print_exc()
            return crashed(call, describe(error), self.data.time)
        return self.data.outcome(call, self.args)

    def _run(self, call: CallString) -> None:
        data = self.data
        with tempfile.TemporaryDirectory(prefix="smacwrap-", dir=self.args.tmp_dir) as name:
            scratch, tmp = Path(name), Path(name, "tmp")
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
            seconds = call.cutoff if call.has_cutoff else math.inf
            limits = Limits(seconds, seconds, memory=self.args.mem_limit * 2**20)
            task = Task(bundle, command, limits=limits, leftovers=(scratch,))
            with LocalExecutor(scratch).submit(task) as submission:
                completion = submission.wait(on_output=echo)
                data.take(completion, call)
                out_args = {"exit_code": data.exit_code, "instance": data.instance}
                # Wrappers use the file's name as a text, which Path.open would not make it.
                with open(str(completion.log), "rb") as output:  # noqa: PTH123
                    returned = self.process_results(output, out_args)
                data.take_results(returned, self.RESULT_MAPPING)

"""`SatWrapper`: the wrapper of a SAT solver, with GenericWrapper4AC's options."""

import re
import subprocess
from pathlib import Path
from typing import IO, Any

from smacwrap.python.abstract_wrapper import AbstractWrapper

_ANSWER = re.compile(r"^(?:s )?(SATISFIABLE|UNSATISFIABLE|UNKNOWN|INDETERMINATE)\s*$", re.MULTILINE)
_SAT = ("SAT", "SATISFIABLE", "10")
_UNSAT = ("UNSAT", "UNSATISFIABLE", "20")


class SatWrapper(AbstractWrapper):
    """A wrapper around a SAT solver: a subclass says what to start.

    The answer is the line `s SATISFIABLE`, `s UNSATISFIABLE` or `s UNKNOWN` of the SAT
    competitions, with or without its `s`. A wrong answer is CRASHED: one that differs from the
    instance information (`SAT`, `UNSAT`, `10`, `20`, …) or from the `--sol-file`, or has a model
    that the `--sat-checker` calls wrong.
    """

    def __init__(self) -> None:
        super().__init__()
        add = self.parser.add_argument
        add(
            "--sol-file",
            dest="solubility_file",
            metavar="FILE",
            help="lines of INSTANCE SATISFIABLE|UNSATISFIABLE|UNKNOWN",
        )
        add(
            "--sat-checker",
            metavar="PROGRAM",
            help="gets the instance and the output; prints 'Wrong solution' for a wrong model",
        )

    def process_results(self, filepointer: IO[bytes], out_args: dict[str, Any]) -> Any:
        """The solver's answer, checked; see the class."""
        answer = _ANSWER.search(filepointer.read().decode(errors="replace"))
        if answer is None:
            return {}
        if answer[1] not in (*_SAT, *_UNSAT):
            return {"status": "TIMEOUT", "misc": f"the solver's answer is {answer[1]}"}
        status = "SAT" if answer[1] in _SAT else "UNSAT"
        known = self._known(out_args["instance"])
        if known and known != status:
            return {"status": "CRASHED", "misc": f"the answer is {status}, but it is {known}"}
        if status == "SAT" and self.args.sat_checker and not self._checked(filepointer.name):
            return {"status": "CRASHED", "misc": "the solver's model is wrong"}
        return {"status": status}

    def _known(self, instance: str) -> str:
        """SAT, UNSAT, or nothing if it is not known."""
        words = [self.data.specifics or ""]
        if self.args.solubility_file:
            with Path(self.args.solubility_file).open() as file:
                lines = [line.split() for line in file]
            words += [line[1] for line in lines if len(line) > 1 and line[0] == instance]
        known = ["SAT" if w in _SAT else "UNSAT" for w in words if w in (*_SAT, *_UNSAT)]
        return known[0] if known else ""

    def _checked(self, output: str) -> bool:
        words = [self.args.sat_checker, self.data.instance, output]
        done = subprocess.run(words, capture_output=True, check=False)
        return b"Wrong solution" not in done.stdout

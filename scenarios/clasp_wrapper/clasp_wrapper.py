"""A wrapper around the SAT solver clasp, in GenericWrapper4AC's style.

clasp comes with `pip install clingo`. Called as SMAC calls it:

    python clasp_wrapper.py pigeons.cnf 0 10.0 2147483647 1 -heuristic Vsids -restarts no
"""

import sys

from smacwrap import AbstractWrapper


class ClaspWrapper(AbstractWrapper):
    """Starts clasp on the run's instance, or where a scenario has none, on `--formula`."""

    def __init__(self):
        AbstractWrapper.__init__(self)
        self.parser.add_argument("--formula", help="the formula where there are no instances")

    def get_command_line_args(self, runargs, config):
        """The words of clasp's command line."""
        words = [sys.executable, "-m", "clingo", "--mode=clasp", "--quiet"]
        if runargs["seed"] >= 0:
            words.append(f"--seed={runargs['seed']}")
        schedule = config.pop("-restarts")
        if schedule == "x":
            schedule += f",{config.pop('-restarts-base')},{config.pop('-restarts-factor')}"
        words.append(f"--restarts={schedule}")
        words += [f"-{name}={value}" for name, value in config.items()]
        no_instance = runargs["instance"] == "no_instance" and self.args.formula
        return [*words, self.args.formula if no_instance else runargs["instance"]]

    def process_results(self, filepointer, out_args):
        """The answer; clasp says UNKNOWN where it gave up."""
        text = filepointer.read().decode(errors="replace")
        for answer, status in (("UNSATISFIABLE", "UNSAT"), ("SATISFIABLE", "SAT")):
            if f"s {answer}\n" in text:
                return {"status": status}
        return {"status": "TIMEOUT"} if "s UNKNOWN\n" in text else {}


if __name__ == "__main__":
    ClaspWrapper().main()

"""A wrapper around the script sgd.py, in GenericWrapper4AC's style.

python sgd_wrapper.py no_instance 0 60 2147483647 1 -alpha 0.001 -loss log_loss
"""

import sys
from pathlib import Path

from smacwrap import AbstractWrapper


class SGDWrapper(AbstractWrapper):
    """Starts the script, and reads the error that it prints."""

    def get_command_line_args(self, runargs, config):
        """The words of the script's command line: `-alpha` is its `--alpha`."""
        words = [sys.executable, Path(__file__).with_name("sgd.py")]
        words += ["--seed", max(0, runargs["seed"])]
        return words + [word for name, value in config.items() for word in (f"-{name}", value)]

    def process_results(self, filepointer, out_args):
        """The error, where there is one."""
        for line in filepointer:
            if line.startswith(b"error "):
                return {"status": "SUCCESS", "quality": float(line.split()[1])}
        return {"status": "CRASHED"}


if __name__ == "__main__":
    SGDWrapper().main()

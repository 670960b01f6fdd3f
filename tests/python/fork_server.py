"""Runs functions as programs, a fork each: `python fork_server.py`, then a JSON line a call."""

import json
import os
import sys
import tempfile
from enum import Enum
from pathlib import Path
from typing import Literal

import psutil  # noqa: F401  (loaded once for all forks)

import smacwrap


class Kernel(Enum):
    RBF = "rbf"
    POLY = 3


@smacwrap.target
def typed(i: int = 0, f: float = 0.0, b: bool = False, *, seed):
    print(i, f, b, end="")
    return f, {"i": i, "b": b}


@smacwrap.target(maximize=True, infeasible=(ValueError, OSError), infeasible_quality=5)
def choices(lit: Literal["a", 1, None] = "a", e: Kernel | None = None, **rest: str):
    if rest:
        Path("".join(rest.values())).read_bytes()
    return len(str(lit)), {str(rest): e}


@smacwrap.target
def texts(s: str, **rest):
    print(f"\nResult for SMAC: SAT, 0, 0, 0, 0\r{s}")
    return smacwrap.Result(s or 1, {s: s, **rest}, status=s[:5] or "SAT")


@smacwrap.target
def loud(s: str = "", *, instance, cutoff):
    raise RuntimeError(s, instance)


def main() -> None:
    """Answer each call with the exit code and what was written to standard output."""
    for line in sys.stdin:
        name, words = json.loads(line)
        with tempfile.TemporaryFile() as output:
            pid = os.fork()
            if pid == 0:
                sys.stdin.close()
                os.dup2(output.fileno(), 1)
                globals()[name].main(words)
            _, status = os.waitpid(pid, 0)
            output.seek(0)
            written = output.read().decode()
        print(json.dumps([os.waitstatus_to_exitcode(status), written]), flush=True)


if __name__ == "__main__":
    main()

"""SMAC v2, the Java program, with a target that hands its calls over to us by named pipes."""

import os
import select
import shlex
import subprocess
import tempfile
from pathlib import Path

from searching.problem import Target

from smacwrap.errors import UserError
from smacwrap.pcs import from_text
from smacwrap.protocol import Result, Status, format_result, parse_call_string

_TARGET = """\
#!/bin/sh
echo "$*" > calls
cat answers
"""

_SCENARIO = """\
use-instances = false
runObj = QUALITY
deterministic = true
numberOfRunsLimit = {runs}
pcs-file = params.pcs
algo = ./target.sh
validation = false
"""


def search(target: Target, seed: int) -> None:
    """Starts SMAC v2 of the folder SMAC2_HOME, and answers its calls.

    Raises:
        UserError: it ended before its time.
    """
    with tempfile.TemporaryDirectory(prefix="bench-search-") as scratch:
        folder = Path(scratch)
        (folder / "params.pcs").write_text(target.pcs + "\n")
        (folder / "scenario.txt").write_text(_SCENARIO.format(runs=target.runs))
        (folder / "target.sh").write_text(_TARGET)
        (folder / "target.sh").chmod(0o755)
        os.mkfifo(folder / "calls")
        os.mkfifo(folder / "answers")
        with (folder / "log").open("w") as log:
            smac = subprocess.Popen(
                [
                    *("bash", f"{os.environ['SMAC2_HOME']}/smac"),
                    *("--scenario-file", "scenario.txt", "--seed", str(seed)),
                ],
                cwd=folder,
                env={
                    **os.environ,
                    "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED",
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            _serve(target, folder, smac)
        finally:
            smac.kill()
            smac.wait()
        if not target.incumbents:
            raise UserError(f"SMAC v2 made no run:\n{(folder / 'log').read_text()[-2000:]}")


def _serve(target: Target, folder: Path, smac: "subprocess.Popen[bytes]") -> None:
    # Open for reading and writing, a pipe neither waits for its other end nor ends with it.
    calls = os.open(folder / "calls", os.O_RDWR)
    try:
        while smac.poll() is None and not target.done:
            if not select.select([calls], [], [], 0.5)[0]:
                continue
            call = parse_call_string(shlex.split(os.read(calls, select.PIPE_BUF).decode()))
            configuration = from_text(target.space, call.parameters)
            cost = target.run(configuration)
            if cost is None:
                result = Result(Status.CRASHED, 0.1, 0, 1e9, call.seed)
            else:
                result = Result(Status.SAT, 0.1, 0, cost, call.seed)
            (folder / "answers").write_text(format_result(result) + "\n")
    finally:
        os.close(calls)

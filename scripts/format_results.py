"""Turn the output of a training script into `name<TAB>value` lines, one a metric.

Reads the file that is named, or standard input. SMAC's result line passes through unchanged, so
that a verdict such as UNSAT survives the pipe; all other lines go to standard error, so that
nothing of the log is lost.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

METRICS = {b"Test error": b"testerr", b"Val error": b"valerr"}
METRIC_LINE = re.compile(rb"\s*(Test error|Val error):\s*(\S+)\s*")
# As loose about the prefix as SMAC v2 itself.
RESULT_LINE = re.compile(
    rb"\s*(?:Result\s+of\s+(?:this\s+)?[Aa]lgorithm\s+[Rr]un"
    rb"|(?:Final\s+)?Result\s+(?:for|of)\s+(?:ParamILS|SMAC|HAL|this wrapper))\s*:",
)


def format_results(lines: Iterable[bytes], results: BinaryIO, log: BinaryIO) -> None:
    """Write each line's metric to results, or the line itself to where it belongs.

    Lines are bytes: a training script may print anything. Each is flushed at once, so that the
    log can be followed while the script is running.
    """
    for line in lines:
        metric = METRIC_LINE.fullmatch(line)
        if metric:
            name, value = metric.groups()
            line = METRICS[name] + b"\t" + value + b"\n"
        target = results if metric or RESULT_LINE.match(line) else log
        target.write(line)
        target.flush()


def main(argv: list[str]) -> int:
    """Format the file named in argv, or standard input, and return the exit code."""
    if len(argv) > 1 or argv[:1] in (["-h"], ["--help"]):
        print("usage: format_results.py [FILE]", file=sys.stderr)
        return 2
    try:
        with Path(argv[0]).open("rb") if argv else sys.stdin.buffer as lines:
            format_results(lines, sys.stdout.buffer, sys.stderr.buffer)
    except OSError as error:
        print(f"format_results.py: error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The standard streams of a process, usable however it was started."""

import os
import sys


def open_standard_streams() -> None:
    """Give a process that was started without them a standard input, output and error.

    A descriptor that is closed would be given to the next file that is opened, a study's perhaps.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(opened, True)
    os.close(opened)
    sys.stdin = sys.stdin or os.fdopen(0)
    sys.stdout = sys.stdout or os.fdopen(1, "w")
    sys.stderr = sys.stderr or os.fdopen(2, "w")


def show_everything() -> None:
    """Have characters that a stream cannot show come as escapes: no text is a reason to end."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

"""The entry point of `smacwrap` and `python -m smacwrap`."""

import contextlib
import gc
import os
import sys

from smacwrap.streams import open_standard_streams, show_everything

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> None:
    """Run the command line; `smacwrap run` by a shorter way, for it is started once per run."""
    open_standard_streams()
    words = sys.argv[1:]
    if words[:1] == ["run"] and len(words) > 1 and not words[1].startswith("-"):
        _run(words[1], words[2:])
    else:
        show_everything()
        import signal

        from smacwrap.cli import main as run_command
        from smacwrap.processes.control import stop_signals

        try:
            run_command()
        finally:
            # What asks a command to end that is over must not give it another exit code.
            for number in stop_signals():
                signal.signal(number, signal.SIG_IGN)


def _run(job_file: str, call_string: list[str]) -> "NoReturn":
    """The wrapper without click, which takes as long to load as all that the wrapper needs."""
    gc.disable()  # nothing that is loaded now will ever be garbage
    import signal

    from smacwrap.processes.guard import Guard

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback until there is a handler
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # whoever ignores it does not learn exit codes
    guard = None
    with contextlib.suppress(OSError):  # no more processes or files: the run will say so
        guard = Guard()
    from smacwrap.errors import UserError
    from smacwrap.wrapper.main import wrap

    gc.freeze()
    gc.enable()
    code = 0
    try:
        wrap(job_file, call_string, guard)
    except UserError as error:
        with contextlib.suppress(OSError):  # nobody reads it, or a full disk takes it
            print(error.underlined(), file=sys.stderr)
        code = 2
    if guard:
        guard.abandon()  # if it was not needed, or nobody could tidy up
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # All is tidied up but the interpreter, which would take 10 ms for it.
    os._exit(code)


if __name__ == "__main__":
    main()

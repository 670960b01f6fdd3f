"""The entry point of `smacwrap` and `python -m smacwrap`."""

import os
import sys
from typing import NoReturn


def main() -> None:
    """Run the command line; `smacwrap run` by a shorter way, for it is started once per run."""
    words = sys.argv[1:]
    if words[:1] == ["run"] and len(words) > 1 and not words[1].startswith("-"):
        _run(words[1], words[2:])
    else:
        from smacwrap.cli import main as run_command

        run_command()


def _run(job_file: str, call_string: list[str]) -> NoReturn:
    """The wrapper without click, which takes as long to load as all that the wrapper needs."""
    from smacwrap.errors import UserError
    from smacwrap.wrapper.main import wrap

    code = 0
    try:
        wrap(job_file, call_string)
    except UserError as error:
        print(error.underlined(), file=sys.stderr)
        code = 2
    sys.stdout.flush()
    sys.stderr.flush()
    # All is tidied up but the interpreter, which would take 10 ms for it.
    os._exit(code)


if __name__ == "__main__":
    main()

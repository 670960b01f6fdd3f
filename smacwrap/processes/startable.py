"""Why a program cannot be started, where the system says only `No such file or directory`."""

import os
from pathlib import Path

_BYTES = 4096  # of a program's begin; its first line is shorter
_BINARY = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_MARK = b"\xef\xbb\xbf"  # a byte order mark, which Windows editors write


def start_problem(program: str, folder: Path = Path(), path: str | None = None) -> str:
    """What keeps a program from being started, and what to do; an empty text if nothing is seen.

    Args:
        program: a path, or a name that is looked for on the PATH.
        folder: where it is to be started.
        path: the PATH, if it is not this process's.
    """
    place = folder / program
    if os.sep not in program:
        paths = os.get_exec_path(None if path is None else {"PATH": path})
        if any((folder / one / program).is_file() for one in paths):
            return ""
        hint = f" … did you mean './{program}'?" if place.is_file() else ""
        return f"there is no program '{program}' on the PATH{hint}"
    if place.is_dir():
        return f"{program} is a folder"
    try:
        with place.open("rb") as file:
            begin = file.read(_BYTES)
    except (FileNotFoundError, NotADirectoryError):
        return f"{program} does not exist"
    except OSError:
        begin = b"#!"  # what is in it is not known
    if not os.access(place, os.X_OK):
        return f"{program} is not executable (try: chmod +x {program})"
    return _problem_inside(program, begin)


def _problem_inside(program: str, begin: bytes) -> str:
    if not begin:
        return f"{program} is empty"
    if begin.startswith(_BINARY):
        return ""
    if begin.startswith(_MARK):
        fix = f"sed -i '1s/^\\xEF\\xBB\\xBF//' {program}"
        return f"{program} begins with a byte order mark, as on Windows (try: {fix})"
    if not begin.startswith(b"#!"):
        return f"{program} is a script without a first line such as #!/bin/sh"
    line = begin[2:].split(b"\n", 1)[0].decode(errors="replace")
    if line.endswith("\r"):
        return (
            f"the first line of {program} ends with a carriage return, \\r, as on Windows "
            f"(try: sed -i 's/\\r$//' {program})"
        )
    interpreter = line.split()[0] if line.split() else ""
    if interpreter and not Path(interpreter).exists():
        return f"the first line of {program} names {interpreter}, which does not exist"
    if interpreter and not os.access(interpreter, os.X_OK):
        return f"the first line of {program} names {interpreter}, which is not executable"
    return ""

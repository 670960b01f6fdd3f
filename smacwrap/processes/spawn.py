"""Starts a run's command in a new process, the root of the run's tree."""

from __future__ import annotations

import errno
import math
import os
import signal
from collections.abc import Mapping

from smacwrap.frozen import Frozen
from smacwrap.processes import control
from smacwrap.processes.messages import receive, send
from smacwrap.processes.tree import Descendants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

ErrorArguments = tuple[int, str, str | None]
"""Those of an `OSError`: its number, what it means, and the file."""


class Program(Frozen):
    """What to start, and where: `environment` is added to this process's own."""

    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    log: str


def spawn(program: Program, largest: float, tree: Descendants) -> int:
    """Start a program in its folder, its output going to its log, and give its process id.

    It does what `subprocess.Popen` does with a `preexec_fn`, whose import takes longer; this
    process has no threads, and its standard input and inheritable files are those of the command.

    Args:
        program: the program.
        largest: bytes that no file may exceed, or `math.inf`.
        tree: the process tree that begins with it.

    Raises:
        OSError: the command cannot be started, or not in the tree.
    """
    environment = {**os.environ, **program.environment}
    output = os.open(program.log, os.O_WRONLY | os.O_APPEND)
    reader, writer = os.pipe()
    guard = os.getpid()
    pid = tree.fork()
    if pid == 0:
        _become(program, environment, output, largest, tree, writer, guard)
    os.close(writer)
    os.close(output)
    try:
        why = receive(reader)
    except EOFError:
        return pid
    finally:
        os.close(reader)
    os.waitpid(pid, 0)
    raise OSError(*why)


def error_arguments(error: Exception, file: str | None = None) -> ErrorArguments:
    """The arguments of an OSError that says the same."""
    if isinstance(error, OSError) and error.errno:
        return error.errno, error.strerror or "", file or (error.filename and str(error.filename))
    return errno.EINVAL, str(error), file


def _become(
    program: Program,
    environment: Mapping[str, str],
    output: int,
    largest: float,
    tree: Descendants,
    failure: int,
    guard: int,
) -> NoReturn:
    """Turn this new process into the command; if that fails, write why to `failure`.

    Success closes `failure`, as it closes all files that are not to be inherited.
    """
    name = program.command[0]
    file = None  # that is at fault, where the error does not say it
    try:
        os.setsid()
        control.die_with_parent()
        if os.getppid() != guard:  # it went before
            os._exit(127)
        tree.enter()
        if math.isfinite(largest):
            _limit_file_size(int(largest))
        for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Python itself ignores them
            signal.signal(number, signal.SIG_DFL)
        os.chdir(program.folder)
        os.dup2(output, 1)
        os.dup2(output, 2)
        file = name
        os.execvpe(name, program.command, environment)
    except Exception as error:
        code, meaning, at_fault = error_arguments(error, file)
        problem = ""
        if file and not isinstance(error, ValueError):
            from smacwrap.processes.startable import start_problem

            problem = start_problem(name, path=environment.get("PATH"))
        send(failure, (code, problem, None) if problem else (code, meaning, at_fault))
    finally:
        os._exit(127)


def _limit_file_size(most: int) -> None:
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    most = most if hard < 0 else min(most, hard)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

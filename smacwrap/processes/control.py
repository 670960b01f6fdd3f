"""Processes: waiting for one, and ending whole trees of them with nothing left behind."""

import contextlib
import math
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import subprocess

    import psutil

_ALWAYS = (signal.SIGINT, signal.SIGTERM)
_UNLESS_IGNORED = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)

STOP_VARIABLE = "SMACWRAP_STOP_SIGNALS"
"""The environment variable with the names of more stop signals, for all processes of a launch."""

PATIENCE = 10.0
"""Seconds after KILL in which a process goes, unless the kernel holds it for a device."""

_ON_PARENT_DEATH = 1  # PR_SET_PDEATHSIG of linux/prctl.h

# psutil and subprocess are imported where they are used: the wrapper itself rarely needs them.


def stop_signals() -> list[signal.Signals]:
    """What asks a process to end: Ctrl-C, kill, a closed terminal, the end of a batch job."""
    more = os.environ.get(STOP_VARIABLE, "").split()
    named = (signal.Signals[name] for name in more if name in signal.Signals.__members__)
    return list(dict.fromkeys([*_ALWAYS, *_UNLESS_IGNORED, *named]))


def heeded_stop_signals() -> list[signal.Signals]:
    """Those of the stop signals that end this process; HUP and USR that are ignored are none.

    That is what `nohup`, and a batch script's `trap '' USR1`, are for. Shells have background jobs
    ignore SIGINT, too, but nobody sends it to them by accident.
    """
    ignored = [n for n in _UNLESS_IGNORED if signal.getsignal(n) is signal.SIG_IGN]
    return [number for number in stop_signals() if number not in ignored]


def adopt_orphans() -> None:
    """Make this process the parent of descendants whose own parent exits (Linux only).

    A daemon that leaves its group and its parent then still belongs to this process's tree.
    """
    _prctl(36)  # PR_SET_CHILD_SUBREAPER


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent's thread exits (Linux only)."""
    _prctl(_ON_PARENT_DEATH, signal.SIGKILL)


def wake_with_parent() -> None:
    """Have the kernel continue this process, if it is stopped, when its parent's thread exits."""
    _prctl(_ON_PARENT_DEATH, signal.SIGCONT)


def _prctl(option: int, argument: int = 1) -> None:
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, argument, 0, 0, 0)


@contextlib.contextmanager
def hold_stop_signals() -> Iterator[Iterable[int]]:
    """Have what asks this thread to end wait until something is done; the signals held before."""
    # A handler of what came before may raise as soon as there is a call.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, (*stop_signals(), signal.SIGALRM))
        yield mask
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def readable(descriptors: Iterable[int], seconds: float | None) -> list[int]:
    """Those file descriptors that can be read from, or are at their end, after some waiting.

    Unlike `select.select`, it takes any number that a descriptor can have.

    Args:
        descriptors: the file descriptors.
        seconds: the longest time to wait, or None.
    """
    return _poll(descriptors, select.POLLIN, seconds)


def writable(descriptor: int, seconds: float | None) -> bool:
    """Whether a file descriptor can be written to, after some waiting; see `readable`."""
    return bool(_poll([descriptor], select.POLLOUT, seconds))


def _poll(descriptors: Iterable[int], event: int, seconds: float | None) -> list[int]:
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, event)
    milliseconds = None if seconds is None else math.ceil(min(seconds, 86400) * 1000)
    return [descriptor for descriptor, _ in poll.poll(milliseconds)]


def wait(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    """The exit code of `process` as soon as it exits, or None after `seconds`."""
    if hasattr(os, "pidfd_open") and process.returncode is None:
        try:
            handle = os.pidfd_open(process.pid)
        except OSError:
            return process.poll()
        try:
            # Popen.wait with a timeout polls, and answers up to 50 ms late.
            readable([handle], max(0.0, seconds))
        finally:
            os.close(handle)
        return process.poll()
    import subprocess

    try:
        return process.wait(max(0.0, seconds))
    except subprocess.TimeoutExpired:
        return None


def end_tree(
    roots: Callable[[], Iterable[int]],
    grace: float,
    kill: Callable[[], None] = lambda: None,
) -> None:
    """End processes and all their descendants: TERM first, KILL after `grace` seconds.

    `roots` is asked again and again for process ids until none of the trees has a living
    process, so that what is started meanwhile, or changes its parent, is ended too. Processes
    are told apart by their start time: one that only inherited a number is not touched.

    Args:
        kill: called before processes are killed; it may kill them all at once.
    """
    import psutil

    late_from = time.monotonic() + grace
    give_up = math.inf
    asked: set[psutil.Process] = set()

    def look() -> set[psutil.Process]:
        return {p for p in {*_trees(roots), *asked} if _running(p)}

    # Twice: what lost its parent after all processes were looked at has another root then.
    while alive := look() or look():
        now = time.monotonic()
        if now > give_up:
            break
        late = now >= late_from
        if late:
            kill()
            give_up = min(give_up, now + PATIENCE)
        for process in alive if late else alive - asked:
            with contextlib.suppress(psutil.Error):
                process.send_signal(signal.SIGKILL if late else signal.SIGTERM)
        asked |= alive
        # Waiting also reaps those among them that are our own children.
        psutil.wait_procs(asked, timeout=0.02)


def signal_name(number: int) -> str:
    """A signal in words: its name, or its number where it has none here, as 33 on Linux."""
    try:
        return signal.Signals(number).name
    except ValueError:
        pass
    first, last = getattr(signal, "SIGRTMIN", 0), getattr(signal, "SIGRTMAX", -1)
    return f"SIGRTMIN+{number - first}" if first < number < last else f"signal {number}"


def exists(pid: int) -> bool:
    """Whether there is a process with this number, maybe one that exited and was not waited for."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:  # it is another user's
        pass
    return True


def has_children() -> bool:
    """Whether this process has a child that is alive or not yet waited for; it may guess yes."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    except AttributeError:  # macOS before Python 3.13
        return True
    return True


def children() -> list[int]:
    """The direct children of this process, adopted orphans included."""
    import psutil

    return [process.pid for process in psutil.Process().children()]


def belongs_to(pid: int, session: int, name: str, value: str) -> bool:
    """Whether a process is in a session, or was started with an environment variable."""
    import psutil

    with contextlib.suppress(OSError, psutil.Error):
        return os.getsid(pid) == session or psutil.Process(pid).environ().get(name) == value
    return False


def with_variable(name: str, value: str) -> list[int]:
    """The processes that were started with an environment variable, as far as one may know."""
    import psutil

    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):  # gone already, or another user's
            if process.environ().get(name) == value:
                found.append(process.pid)
    return found


def _trees(roots: Callable[[], Iterable[int]]) -> "list[psutil.Process]":
    """The processes `roots` and all that descend from them, by one look at all processes."""
    import psutil

    children: dict[int, list[psutil.Process]] = {}
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            children.setdefault(process.ppid(), []).append(process)
    found = []
    for pid in roots():
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(pid))
    for parent in found:  # which grows
        with contextlib.suppress(psutil.Error):
            # A child that is older than its parent is one of another process with this number.
            born = parent.create_time()
            found += [c for c in children.pop(parent.pid, ()) if c.create_time() >= born]
    return found


def _running(process: "psutil.Process") -> bool:
    import psutil

    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False

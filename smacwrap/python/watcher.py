"""What runsolver would have written into its watcher file about a run, which wrappers read.

The lines are those of runsolver 3.3.4 and 3.4.0 by Olivier Roussel.
"""

import signal

from smacwrap.executors import Completion, Limits
from smacwrap.processes import control

_REASONS: dict[str, tuple[str, str]] = {
    "CPU time": ("runsolver_max_cpu_time_exceeded\n", "CPU time"),
    "wall time": ("", "wall clock time"),
    "memory": ("runsolver_max_memory_limit_exceeded\n", "VSize"),
}


def watcher_text(completion: Completion, limits: Limits) -> str:
    """The lines about a run: limits, why it was ended, exit code or signal, and what it used.

    Args:
        completion: how the run ended.
        limits: what it was allowed, with numbers for both times and memory, or `math.inf`.
    """
    mark, limit = _REASONS.get(completion.exceeded, ("", ""))
    ended = f"{mark}\n\n\nMaximum {limit} exceeded: sending SIGTERM then SIGKILL\n" if limit else ""
    wall, cpu = completion.wallclock_time, completion.cpu_time
    memory = completion.peak_memory // 1024
    return (
        f"Enforcing CPUTime limit (soft limit, will send SIGTERM then SIGKILL): "
        f"{limits.cpu_time:g} seconds\n"
        f"Enforcing wall clock limit (soft limit, will send SIGTERM then SIGKILL): "
        f"{limits.wall_time:g} seconds\n"
        f"Enforcing VSIZE limit (soft limit, will send SIGTERM then SIGKILL): "
        f"{limits.memory / 1024:g} KiB\n"
        f"{ended}\n"
        f"{_child(completion)}\n"
        f"Real time (s): {wall:.6g}\n"
        f"runsolver_walltime: {wall:.6g}\n"
        f"CPU time (s): {cpu:.6g}\n"
        f"runsolver_cputime: {cpu:.6g}\n"
        f"CPU usage (%): {100 * cpu / wall if wall else 100:.6g}\n"
        f"Max. virtual memory (cumulated for all children) (KiB): {memory}\n"
        f"Max. memory (cumulated for all children) (KiB): {memory}\n"
        f"\nWCTIME={wall:.6g}\n"
        f"CPUTIME={cpu:.6g}\n"
        f"TIMEOUT={str(completion.timed_out).lower()}\n"
        f"MEMOUT={str(completion.exceeded == 'memory').lower()}\n"
    )


def _child(completion: Completion) -> str:
    code = completion.exit_code
    if code is None:
        code = -signal.SIGTERM
    if code >= 0:
        return f"Child status: {code}"
    return f"Child ended because it received signal {-code} ({control.signal_name(-code)})"

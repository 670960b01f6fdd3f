"""Control groups (cgroup v2, Linux): the kernel itself measures and limits a process tree.

The files are described in the kernel's Documentation/admin-guide/cgroup-v2.rst. A tree's first
process is born in its group, by clone3(2): to move there takes a process some 10 ms, for the
kernel waits until no other process forks (measured: 7 to 15 ms).
"""

import contextlib
import ctypes
import math
import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from smacwrap.executors import processes
from smacwrap.executors.tree import Descendants

_CLONE3 = 435  # the number of the system call, the same for all processors that Python knows
_INTO_CGROUP = 0x200000000  # CLONE_INTO_CGROUP of linux/sched.h, since Linux 5.7


def make_group(memory: float) -> "ControlGroup | None":
    """A new control group for a tree that may use `memory` bytes; None where none can be made.

    It can be made where this user may write (`systemd-run --user --scope -p Delegate=yes`, a container
    with its own cgroup namespace), best where the memory controller is handed down.
    """
    for place in _places():
        # To move a process takes the right to write this file in the groups' common ancestor.
        if not os.access(place / "cgroup.procs", os.W_OK):
            continue
        for attempt in count():
            folder = place / f"{_name(os.getpid())}-{attempt}"
            try:
                folder.mkdir()
                return ControlGroup(folder, memory)
            except FileExistsError:
                continue
            except OSError:
                with contextlib.suppress(OSError):
                    folder.rmdir()
                break
    return None


def end_groups(maker: int) -> None:
    """End what is in the groups that a process made, which was killed meanwhile; remove them."""
    for place in _places():
        for folder in place.glob(f"{_name(maker)}-*"):
            group = ControlGroup(folder)
            group.end(0.0)
            group.close()


class ControlGroup(Descendants):
    """A process tree in a control group of its own, with the kernel's accounts of it."""

    def __init__(self, folder: Path, memory: float = math.inf) -> None:
        self.folder = folder
        self._born_inside = False
        self._is_limited = math.isfinite(memory)
        limit = folder / "memory.max"
        self._has_memory = self._is_limited and limit.exists()
        if self._has_memory:
            limit.write_text(str(int(memory)))
            (folder / "memory.oom.group").write_text("1")
            with contextlib.suppress(OSError):  # a kernel without swap has no such file
                (folder / "memory.swap.max").write_text("0")

    @property
    def enforced_by(self) -> str:
        """What measures and limits the tree, in words."""
        memory = ", memory.max" if self._has_memory else ", memory by polling its processes"
        return f"cgroup v2 (cpu.stat, cgroup.kill{memory if self._is_limited else ''})"

    @property
    def bounds_memory(self) -> bool:
        """Whether the kernel itself keeps the tree within its memory."""
        return self._has_memory

    def fork(self) -> int:
        """Fork a process into the group; see `Descendants`."""
        try:
            pid = _fork_into(self.folder)
        except OSError:  # an older kernel, or a container that forbids it
            return os.fork()
        self._born_inside = True
        return pid

    def enter(self) -> None:
        """Move the new process, and with it all that it will start, into the group."""
        if not self._born_inside:
            (self.folder / "cgroup.procs").write_text("0")

    def cpu_time(self) -> float:
        """CPU seconds used by all processes, living or exited."""
        return self._table("cpu.stat")["usage_usec"] / 1e6

    def peak_memory(self) -> int:
        """The most memory that the group used at a time, in bytes; see also `Descendants`."""
        with contextlib.suppress(OSError):
            return int((self.folder / "memory.peak").read_text())
        return super().peak_memory()

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed a process for the memory of the group."""
        return self._has_memory and self._table("memory.events")["oom"] > 0

    def end(self, grace: float) -> None:
        """End all processes: TERM first, then KILL to the whole group at once."""
        processes.end_tree(processes.children, grace, kill=self._kill)

    def close(self) -> None:
        """Remove the group, and those that the tree made in it."""
        for folder, _, _ in os.walk(self.folder, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()

    def _kill(self) -> None:
        with contextlib.suppress(OSError):  # Linux 5.14 and later have it
            (self.folder / "cgroup.kill").write_text("1")

    def _table(self, name: str) -> dict[str, int]:
        lines = (self.folder / name).read_text().splitlines()
        return {key: int(value) for key, value in (line.split() for line in lines)}


class _CloneArguments(ctypes.Structure):
    """The `struct clone_args` of linux/sched.h, as of Linux 5.7."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size"),
            *("tls", "set_tid", "set_tid_size", "cgroup"),
        )
    )


def _fork_into(group: Path) -> int:
    """Fork this process, which has no other threads, into a control group, as `os.fork` does.

    Raises:
        OSError: the kernel refuses.
    """
    system = ctypes.PyDLL(None, use_errno=True)  # a PyDLL, unlike a CDLL, keeps the GIL
    folder = os.open(group, os.O_RDONLY | os.O_DIRECTORY)
    try:
        arguments = _CloneArguments(
            flags=_INTO_CGROUP, exit_signal=signal.SIGCHLD.value, cgroup=folder
        )
        ctypes.pythonapi.PyOS_BeforeFork()
        pid = system.syscall(_CLONE3, ctypes.byref(arguments), ctypes.sizeof(arguments))
        if pid == 0:
            ctypes.pythonapi.PyOS_AfterFork_Child()
            return 0
        ctypes.pythonapi.PyOS_AfterFork_Parent()
    finally:
        os.close(folder)
    if pid < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return int(pid)


def _name(maker: int) -> str:
    return f"smacwrap-{maker}"


def _places() -> list[Path]:
    """The groups in which one can be made, the best first, if this user may write there."""
    if not (own := _own_group()):
        return []
    # A group with processes hands no controllers down to its children, but its parent may.
    return sorted([own, own.parent], key=_hands_down_memory, reverse=True)


def _own_group() -> Path | None:
    """The folder of the group that this process is in."""
    try:
        groups = Path("/proc/self/cgroup").read_text().splitlines()
        mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    except OSError:
        return None
    path = next((line[3:] for line in groups if line.startswith("0::")), None)
    if path is None:
        return None
    for root, mount in _cgroup_mounts(mounts):
        if Path(path).is_relative_to(root):
            return mount / Path(path).relative_to(root)
    return None


def _cgroup_mounts(lines: list[str]) -> Iterator[tuple[Path, Path]]:
    """Which part of the hierarchy is mounted where, from proc(5)'s mountinfo."""
    for line in lines:
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            root, mount = fields.split()[3:5]
            yield Path(root), Path(mount)


def _hands_down_memory(group: Path) -> bool:
    try:
        return "memory" in (group / "cgroup.subtree_control").read_text().split()
    except OSError:
        return False

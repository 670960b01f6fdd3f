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
import time
from collections.abc import Iterator

from smacwrap.processes import control
from smacwrap.processes.tree import Descendants

_CLONE3 = 435  # the number of the system call, the same for all processors that Python knows
_PREFIX = "smacwrap-"  # of the names of groups: the process that made it follows
_INTO_CGROUP = 0x200000000  # CLONE_INTO_CGROUP of linux/sched.h, since Linux 5.7


def make_group(name: str) -> "ControlGroup | None":
    """A new control group, or None where none can be made.

    It can where this user may write (`systemd-run --user --scope -p Delegate=yes`, a container
    with its own cgroup namespace), best where the memory controller is handed down.

    Args:
        name: one that no other process uses.
    """
    for place in _places():
        # To move a process takes the right to write this file in the groups' common ancestor.
        if os.access(f"{place}/cgroup.procs", os.W_OK):
            folder = f"{place}/{_PREFIX}{os.getpid()}-{name}"
            with contextlib.suppress(OSError):
                os.mkdir(folder)
                return ControlGroup(folder)
    return None


def end_group(maker: int, name: str) -> None:
    """End what is in the group that a process made, which was killed meanwhile, and remove it."""
    for place in _places():
        ControlGroup(f"{place}/{_PREFIX}{maker}-{name}").close()


class ControlGroup(Descendants):
    """A process tree in a control group of its own, with the kernel's accounts of it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._born_inside = False
        self._limits_memory = False
        self._has_controller = False

    @property
    def enforced_by(self) -> str:
        """What measures and limits the tree, in words."""
        memory = "memory.max" if self.bounds_memory else "memory by polling its processes"
        return f"cgroup v2 (cpu.stat, cgroup.kill{f', {memory}' if self._limits_memory else ''})"

    @property
    def bounds_memory(self) -> bool:
        """Whether the kernel itself keeps the tree within its memory."""
        return self._limits_memory and self._has_controller

    def limit_memory(self, memory: float) -> None:
        """Have the kernel keep the tree within `memory` bytes, where it can."""
        self._limits_memory = math.isfinite(memory)
        self._has_controller = os.path.exists(f"{self.folder}/memory.max")
        if self.bounds_memory:
            self._write("memory.max", str(int(memory)))
            self._write("memory.oom.group", "1")
            with contextlib.suppress(OSError):  # a kernel without swap has no such file
                self._write("memory.swap.max", "0")

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
            self._write("cgroup.procs", "0")

    def cpu_time(self) -> float:
        """CPU seconds used by all processes, living or exited, also if they left the group."""
        return max(self._table("cpu.stat")["usage_usec"] / 1e6, super().cpu_time())

    def peak_memory(self) -> int:
        """The most memory that the group used at a time, in bytes; see also `Descendants`."""
        with contextlib.suppress(OSError):
            return int(self._read("memory.peak"))
        return super().peak_memory()

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel killed a process for the memory of the group."""
        # The file without `local` counts what happens in groups that the tree makes, too.
        return self.bounds_memory and self._table("memory.events.local")["oom"] > 0

    def end(self, grace: float) -> None:
        """End all processes: TERM first, then KILL to the whole group at once."""
        control.end_tree(control.children, grace, kill=self._kill)

    def clear(self) -> None:
        """Kill all that is in the group, and wait until it is empty.

        Raises:
            OSError: there is no such group.
        """
        give_up = time.monotonic() + control.PATIENCE
        while self._table("cgroup.events")["populated"] and time.monotonic() < give_up:
            self._kill()
            time.sleep(0.01)

    def close(self) -> None:
        """Remove the group, those that the tree made in it, and those whose maker was killed."""
        with contextlib.suppress(OSError):  # it is closed
            self.clear()
        _remove(self.folder)
        place = os.path.dirname(self.folder)
        with contextlib.suppress(OSError):
            for name in os.listdir(place):
                if (maker := _maker(name)) and not control.exists(maker):
                    _remove(f"{place}/{name}")

    def _kill(self) -> None:
        if os.path.exists(f"{self.folder}/cgroup.kill"):
            self._write("cgroup.kill", "1")
            return
        for pid in self._read("cgroup.procs").split():  # before Linux 5.14
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)

    def _table(self, name: str) -> dict[str, int]:
        lines = self._read(name).splitlines()
        return {key: int(value) for key, value in (line.split() for line in lines)}

    def _read(self, name: str) -> str:
        with open(f"{self.folder}/{name}") as file:
            return file.read()

    def _write(self, name: str, text: str) -> None:
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)


class _CloneArguments(ctypes.Structure):
    """The `struct clone_args` of linux/sched.h, as of Linux 5.7."""

    _fields_ = tuple(
        (name, ctypes.c_uint64)
        for name in (
            *("flags", "pidfd", "child_tid", "parent_tid", "exit_signal", "stack", "stack_size"),
            *("tls", "set_tid", "set_tid_size", "cgroup"),
        )
    )


def _fork_into(group: str) -> int:
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


def _maker(name: str) -> int | None:
    """The process that made a group; None if it is not one of ours."""
    maker = name.removeprefix(_PREFIX).partition("-")[0]
    return int(maker) if name.startswith(_PREFIX) and maker.isdecimal() else None


def _remove(group: str) -> None:
    """Remove a group with those inside it, unless there are processes in them."""
    for folder, _, _ in os.walk(group, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)


def _places() -> list[str]:
    """The groups in which one can be made, the best first, if this user may write there."""
    if not (own := _own_group()):
        return []
    # A run inside a run counts as that one's; above the mount point are no groups.
    if _maker(os.path.basename(own)) or os.path.ismount(own):
        return [own]
    # A group with processes hands no controllers down to its children, but its parent may.
    return sorted([own, os.path.dirname(own)], key=_hands_down_memory, reverse=True)


def _own_group() -> str | None:
    """The folder of the group that this process is in."""
    try:
        with open("/proc/self/cgroup") as groups, open("/proc/self/mountinfo") as mounts:
            path = next((line[3:].rstrip("\n") for line in groups if line.startswith("0::")), None)
            for root, mount in _cgroup_mounts(mounts):
                if path is not None and f"{path}/".startswith(f"{root.rstrip('/')}/"):
                    return os.path.normpath(f"{mount}/{os.path.relpath(path, root)}")
    except OSError:
        pass
    return None


def _cgroup_mounts(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Which part of the hierarchy is mounted where, from proc(5)'s mountinfo."""
    for line in lines:
        fields, _, kind = line.partition(" - ")
        if kind.startswith("cgroup2 "):
            root, mount = fields.split()[3:5]
            yield root, mount


def _hands_down_memory(group: str) -> bool:
    try:
        with open(f"{group}/cgroup.subtree_control") as controllers:
            return "memory" in controllers.read().split()
    except OSError:
        return False

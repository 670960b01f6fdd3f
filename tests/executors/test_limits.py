"""Limits where the kernel has no control group for us, and where it has one."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from smacwrap.bundles.bundle import pack
from smacwrap.executors import Limits, Submission, Task
from smacwrap.executors.local import LocalExecutor
from smacwrap.processes.cgroup import ControlGroup, make_group

MEMORY = (
    "import os, sys, time\n"
    "for _ in range(3):\n    if os.fork() == 0: break\n"
    "ballast = os.urandom(1) * 50_000_000; time.sleep(300)"
)


def submit(folder: Path, script: str, limits: Limits) -> Submission:
    (folder / "in").mkdir()
    pack(folder / "in", folder / "run-1.zip")
    task = Task(folder / "run-1.zip", ("python3", "-c", script), limits=limits)
    return LocalExecutor(folder).submit(task)


@pytest.fixture
def group() -> Iterator[ControlGroup]:
    """A control group, on machines where this user may make one."""
    group = make_group(os.urandom(4).hex())
    if group is None:
        pytest.skip("no cgroup v2 that this user may write to")
    yield group
    assert not Path(group.folder).exists()


def test_memory_is_limited_without_a_control_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smacwrap.processes.supervisor.make_group", lambda name: None)
    with submit(tmp_path, MEMORY, Limits(memory=150e6, grace=0)) as submission:
        done = submission.wait()
    assert (done.exceeded, done.exit_code) == ("memory", None)
    assert done.peak_memory >= 150e6
    assert done.enforced_by == "polling the process tree"


def test_memory_is_limited_in_a_control_group(tmp_path: Path, group: ControlGroup) -> None:
    group.close()
    with submit(tmp_path, MEMORY, Limits(memory=150e6, grace=0)) as submission:
        done = submission.wait()
    assert (done.exceeded, done.exit_code) == ("memory", None)
    assert done.enforced_by.startswith("cgroup v2 (cpu.stat, cgroup.kill, memory")


def test_a_control_group_counts_the_time_of_processes_that_nobody_waited_for(
    tmp_path: Path, group: ControlGroup
) -> None:
    group.close()
    script = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "for _ in range(5):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        while time.process_time() < 0.1: pass\n"
        "        os._exit(0)\n"
        "    try: os.waitpid(pid, 0)\n"
        "    except ChildProcessError: pass"
    )
    with submit(tmp_path, script, Limits(memory=1e9)) as submission:
        done = submission.wait()
    assert (done.exceeded, done.exit_code) == ("", 0)
    assert done.cpu_time >= 0.5


def test_a_control_group_that_takes_no_process_is_done_without(
    tmp_path: Path, group: ControlGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.close()
    # Removed meanwhile: one of the reasons.
    monkeypatch.setattr(ControlGroup, "fork", lambda self: os.fork())
    monkeypatch.setattr(ControlGroup, "enter", lambda self: self._write("absent", ""))
    with submit(tmp_path, "pass", Limits(memory=1e9)) as submission:
        done = submission.wait()
    assert (done.exit_code, done.enforced_by) == (0, "polling the process tree")


def test_a_process_moves_to_its_control_group_where_none_can_be_born_there(
    tmp_path: Path, group: ControlGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    group.close()
    monkeypatch.setattr("smacwrap.processes.cgroup._CLONE3", 9999)  # as before Linux 5.3
    with submit(tmp_path, "print(open('/proc/self/cgroup').read())", Limits()) as submission:
        done = submission.wait()
        assert "/smacwrap-" in done.log.read_text()
    assert (done.exit_code, done.enforced_by) == (0, "cgroup v2 (cpu.stat, cgroup.kill)")


def test_a_control_group_is_removed_with_the_groups_that_the_target_made_in_it(
    group: ControlGroup,
) -> None:
    Path(group.folder, "a", "b").mkdir(parents=True)
    group.close()


def test_groups_whose_maker_was_killed_are_removed_with_the_next(group: ControlGroup) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    place = Path(group.folder).parent
    abandoned, other = place / f"smacwrap-{gone.pid}-0", place / f"smacwrap-{os.getpid()}-other"
    (abandoned / "inside").mkdir(parents=True)
    other.mkdir()
    try:
        group.close()
        assert other.exists()
        assert not abandoned.exists()
    finally:
        other.rmdir()


def test_a_control_group_with_the_memory_controller_has_the_kernel_limit_it(
    tmp_path: Path,
) -> None:
    # The files of the kernel, as cgroup-v2.rst describes them.
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.swap.max").write_text("max\n")
    (tmp_path / "memory.peak").write_text("12345\n")
    events = "low 0\nhigh 0\nmax {0}\noom {0}\noom_kill {0}\noom_group_kill {0}\n"
    group = ControlGroup(str(tmp_path))
    group.limit_memory(1e9)
    assert (tmp_path / "memory.max").read_text() == "1000000000"
    assert (tmp_path / "memory.swap.max").read_text() == "0"
    assert (tmp_path / "memory.oom.group").read_text() == "1"
    assert group.bounds_memory
    assert group.peak_memory() == 12345
    assert group.enforced_by == "cgroup v2 (cpu.stat, cgroup.kill, memory.max)"
    for count in (0, 1):
        (tmp_path / "memory.events.local").write_text(events.format(count))
        assert group.ran_out_of_memory() == bool(count)

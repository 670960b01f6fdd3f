"""The local executor with real processes: what comes back, and that nothing stays behind."""

import os
import subprocess
import sys
import time
import tracemalloc
from pathlib import Path

import psutil
import pytest

from smacwrap.bundles.bundle import pack
from smacwrap.executors import Limits, Submission, Task
from smacwrap.executors.local import LocalExecutor
from tests.conftest import processes_in


def submit(
    folder: Path,
    script: str,
    *outputs: str,
    environment: dict[str, str] | None = None,
    data: tuple[Path, ...] = (),
    **limits: float,
) -> Submission:
    """A shell script on its way, in a place below `folder`/scratch."""
    inputs, scratch = folder / "in", folder / "scratch"
    inputs.mkdir()
    scratch.mkdir()
    (inputs / "given").write_text("input")
    pack(inputs, folder / "run-1.zip")
    command = ("sh", "-c", script)
    bundle = folder / "run-1.zip"
    task = Task(bundle, command, outputs, environment or {}, data, Limits(**limits))
    return LocalExecutor(scratch).submit(task)


def wait_for(path: Path) -> str:
    """The content of a file that a process is about to write."""
    deadline = time.monotonic() + 30
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return path.read_text()


def gone(*pids: str) -> bool:
    return not any(psutil.pid_exists(int(pid)) for pid in pids)


def test_a_task_runs_in_a_folder_of_its_own_with_its_inputs_and_environment(tmp_path: Path) -> None:
    script = 'cat given; echo " $COLOUR" >&2; pwd; exit 3'
    with submit(tmp_path, script, environment={"COLOUR": "red"}) as submission:
        done = submission.wait()
        assert (done.exit_code, done.timed_out) == (3, False)
        first, folder = done.log.read_text().splitlines()
        assert first == "input red"
        assert Path(folder).is_relative_to(tmp_path / "scratch")
        assert 0 < done.wallclock_time < 60
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_signal_is_a_negative_exit_code(tmp_path: Path) -> None:
    with submit(tmp_path, "kill -SEGV $$") as submission:
        assert submission.wait().exit_code == -11


def test_outputs_are_files_that_match_each_once_and_never_links_to_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "secret").write_text("secret")
    script = (
        "mkdir -p m/deep other; echo 1 > m/a.h5; echo 2 > m/deep/b.h5; echo 3 > c.txt\n"
        f"ln -s {tmp_path}/secret m/secret.h5; ln -s {tmp_path} m/elsewhere\n"
        "ln -s ../c.txt m/c.h5; ln -s loop m/loop.h5; ln -s loop.h5 m/loop; mkfifo m/pipe.h5"
    )
    outputs = ("m/*.h5", "m/a.*", "**/*.h5", "m/elsewhere/*", "absent", "other")
    with submit(tmp_path, script, *outputs) as submission:
        found = dict(submission.wait().outputs)
        assert set(found) == {"m/a.h5", "m/deep/b.h5", "m/c.h5"}
        assert found["m/c.h5"].read_text() == "3\n"


SAVED = """
mkdir -p checkpoints/epoch1/assets checkpoints/epoch2 empty
echo 1 > checkpoints/epoch1/model.keras; echo 2 > checkpoints/epoch2/model.keras
ln -s epoch2 checkpoints/latest; ln -s .. checkpoints/around; ln -s gone checkpoints/dangling
mkfifo checkpoints/pipe
"""
TREE = [
    "checkpoints/epoch1/assets",
    "checkpoints/epoch1/model.keras",
    "checkpoints/epoch2/model.keras",
    "checkpoints/latest/model.keras",
]


@pytest.mark.parametrize(
    "pattern", ["checkpoints", "checkpoints/", "checkpoints/**", "./checkpoints", "ch*", "*points/"]
)
def test_a_folder_among_the_outputs_is_all_that_is_in_it(tmp_path: Path, pattern: str) -> None:
    with submit(tmp_path, SAVED, pattern) as submission:
        done = submission.wait()
        assert [name for name, _ in done.outputs] == TREE
        assert done.missing == ()


def test_outputs_of_which_no_file_came_are_missing(tmp_path: Path) -> None:
    outputs = ("*.keras", "empty", "absent", "checkpoints/pipe", "**/*.keras")
    with submit(tmp_path, SAVED, *outputs) as submission:
        done = submission.wait()
        assert done.missing == outputs[:-1]


def test_outputs_that_the_target_made_for_nobody_to_read_are_read(tmp_path: Path) -> None:
    script = "mkdir m; echo 1 > m/a; echo 2 > b; chmod 0 m/a b m"
    with submit(tmp_path, script, "m", "b") as submission:
        found = {name: path.read_text() for name, path in submission.wait().outputs}
        assert found == {"m/a": "1\n", "b": "2\n"}


def test_a_cutoff_ends_the_whole_tree_also_what_left_its_session(tmp_path: Path) -> None:
    script = (
        'setsid sh -c "sleep 91 & echo $$ \\$! > pids; wait" &\n'
        "trap '' TERM; sleep 92 & wait; sleep 93"
    )
    with submit(tmp_path, script, wall_time=1.0) as submission:
        start = time.monotonic()
        done = submission.wait()
        assert time.monotonic() - start < 30
        assert done.timed_out
        assert done.wallclock_time >= 1.0
        (pids,) = (tmp_path / "scratch").glob("*/*/pids")
        assert gone(*pids.read_text().split())


def test_cpu_time_is_that_of_all_processes(tmp_path: Path) -> None:
    burn = f'{sys.executable} -c "import time\nwhile time.process_time() < 0.3: pass"'
    with submit(tmp_path, f"{burn} & ({burn}; {burn}) & wait") as submission:
        assert submission.wait().cpu_time >= 0.9


def test_processes_that_a_task_leaves_behind_are_ended_when_it_exits(tmp_path: Path) -> None:
    script = "setsid sleep 94 >/dev/null 2>&1 & echo $! > pid; sleep 95 & exit 0"
    with submit(tmp_path, script) as submission:
        assert submission.wait().exit_code == 0
        (pid,) = (tmp_path / "scratch").glob("*/*/pid")
        assert gone(pid.read_text())


def test_to_leave_a_submission_cancels_it_and_to_cancel_twice_is_safe(tmp_path: Path) -> None:
    with submit(tmp_path, f"echo $$ > {tmp_path}/pid; sleep 96 & sleep 97") as submission:
        pid = wait_for(tmp_path / "pid")
        assert not gone(pid)
        submission.cancel()
        assert gone(pid)
        submission.cancel()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_command_that_does_not_exist_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    (tmp_path / "in").mkdir()
    pack(tmp_path / "in", tmp_path / "run-1.zip")
    task = Task(tmp_path / "run-1.zip", ("no-such-program",))
    executor = LocalExecutor(tmp_path / "scratch")
    with pytest.raises(FileNotFoundError, match="no-such-program"), executor.submit(task) as run:
        run.wait()
    assert list((tmp_path / "scratch").iterdir()) == []


def test_data_is_linked_and_never_comes_back_as_an_output(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "large").write_text("data")
    script = "cat set/large; test -L set && printf ' linked'; echo 1 > own"
    with submit(tmp_path, script, "**/*", data=(tmp_path / "set",)) as submission:
        done = submission.wait()
        assert done.log.read_text() == "data linked"
        assert [name for name, _ in done.outputs] == ["given", "own"]
    assert (tmp_path / "set" / "large").read_text() == "data"


def test_the_folder_of_a_wrapper_that_is_killed_while_it_unpacks_is_removed(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from smacwrap.processes.guard import Guard
place = Path({str(tmp_path)!r}, "place")
guard = Guard()
guard.clear_if_killed(place, place.with_name("run-1.zip"))
(place / "work").mkdir(parents=True)
place.with_name("run-1.zip").touch()
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    deadline = time.monotonic() + 30
    while list(tmp_path.iterdir()) or processes_in(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_output_is_passed_on_as_it_comes(tmp_path: Path) -> None:
    script = f"echo first; while [ ! -e {tmp_path}/go ]; do sleep 0.05; done; echo second"
    seen: list[bytes] = []

    def on_output(new: bytes) -> None:
        seen.append(new)
        (tmp_path / "go").touch()

    with submit(tmp_path, script) as submission:
        submission.wait(on_output)
    assert b"".join(seen) == b"first\nsecond\n"


def test_a_large_log_takes_no_memory(tmp_path: Path) -> None:
    sizes: list[int] = []
    with submit(tmp_path, "head -c 100000000 /dev/zero") as submission:
        tracemalloc.start()
        done = submission.wait(lambda new: sizes.append(len(new)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert sum(sizes) == done.log.stat().st_size == 100_000_000
    assert peak < 10_000_000


def test_a_command_inherits_the_standard_streams_only(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    with submit(tmp_path, "ls -l /proc/self/fd") as submission:
        listed = submission.wait().log.read_text()
    os.close(reader)
    os.close(writer)
    assert {line.split()[-3] for line in listed.splitlines()[1:]} == {"0", "1", "2", "3"}
    assert "pipe" not in listed
    assert "0 -> /dev/null" in listed


def test_a_guard_that_is_killed_costs_other_children_nothing(tmp_path: Path) -> None:
    other = subprocess.Popen(["sleep", "60"])
    try:
        with (
            submit(tmp_path, "sleep 61 & sleep 0.3; kill -9 $PPID; sleep 62") as submission,
            pytest.raises(OSError, match="ended with exit code -9"),
        ):
            submission.wait()
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_killed_process_costs_nothing_that_is_not_of_the_run(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from smacwrap.executors import Task
from smacwrap.bundles.bundle import pack
from smacwrap.executors.local import LocalExecutor
folder = Path({str(tmp_path)!r})
pack(folder / "data", folder / "data.zip")
(folder / "scratch").mkdir()
submission = LocalExecutor(folder / "scratch").submit(Task(folder / "data.zip", ("sleep", "60")))
os.kill(os.getpid(), signal.SIGKILL)
"""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept").write_text("kept")
    subprocess.run([sys.executable, "-c", code], check=False)
    deadline = time.monotonic() + 30
    while processes_in(tmp_path) or list((tmp_path / "scratch").iterdir()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "data.zip", "scratch"]
    assert (tmp_path / "data" / "kept").read_text() == "kept"

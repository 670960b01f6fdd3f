"""Limits of `smacwrap run` over whole process trees: nothing gets out, nothing stays behind."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from smacwrap.processes.cgroup import make_group
from smacwrap.protocol import Result, Status, parse_result_line

CALL = "no_instance 0 1.7976931348623157E308 2147483647 -1 -x 1".split()

# A process that ends only by KILL, in a session of its own and without its parent.
DAEMON = """\
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3):
            os.close(fd)
        open('daemon', 'w').write(f'{os.getpid()}\\n')
        time.sleep(300)
    os._exit(0)
os.wait()
while not os.path.exists('daemon') or not open('daemon').read().endswith('\\n'):
    time.sleep(0.01)
print('loss\\t1\\nready', flush=True)
"""

BURN = """\
import time
def burn(seconds):
    start = time.process_time()
    while time.process_time() - start < seconds: pass
"""


# Python loads it as it starts: what a user meets who may make no control groups.
NO_GROUPS = """\
import os

make = os.mkdir

def mkdir(path, *args, **kwargs):
    if str(path).startswith("/sys/fs/cgroup"):
        raise PermissionError(13, "Permission denied", str(path))
    make(path, *args, **kwargs)

os.mkdir = mkdir
"""


class Run:
    """A run of a job in a folder of its own; its processes carry a mark in their environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.env = {**os.environ, "SMACWRAP_TEST_MARK": str(folder)}
        self.held_by = "cgroup v2 (cpu.stat, cgroup.kill"

    def start(
        self,
        script: str,
        limits: str = "",
        cutoff: str = "",
        command: str = "python script.py",
        result: str = "quality = 'loss'",
    ) -> "subprocess.Popen[str]":
        (self.folder / "input").mkdir(exist_ok=True)
        (self.folder / "input" / "script.py").write_text(script)
        (self.folder / "job.toml").write_text(
            f"[run]\ninput = 'input'\ncommand = '{command}'\n"
            f"[result]\n{result}\n[limits]\n{limits}\n"
        )
        call = [*CALL[:2], cutoff or CALL[2], *CALL[3:]]
        return subprocess.Popen(
            [sys.executable, "-m", "smacwrap", "run", "job.toml", *call],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *args: str, **options: str) -> Result:
        process = self.start(*args, **options)
        out, self.said = process.communicate(timeout=120)
        assert "Traceback" not in self.said, self.said
        return parse_result_line(out)

    def processes(self) -> list[psutil.Process]:
        """The living processes with the mark, the wrapper and its guard included."""
        return list(marked(str(self.folder)))

    def kept(self, name: str) -> bytes:
        (bundle,) = (self.folder / "smacwrap-runs").glob("run-*.zip")
        with zipfile.ZipFile(bundle) as archive:
            return archive.read(name)


def marked(mark: str) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        try:
            if process.environ().get("SMACWRAP_TEST_MARK") == mark:
                yield process
        except psutil.Error:
            continue


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.fixture(params=["control group", "polling"])
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Run]:
    """A run that must leave nothing behind, neither processes nor folders."""
    run = Run(tmp_path)
    if request.param == "polling":
        run.held_by = "polling the process tree"
        (tmp_path / "lib").mkdir()
        (tmp_path / "lib" / "sitecustomize.py").write_text(NO_GROUPS)
        paths = [str(tmp_path / "lib"), os.environ.get("PYTHONPATH", "")]
        run.env["PYTHONPATH"] = os.pathsep.join(paths)
    elif group := make_group(os.urandom(4).hex()):
        group.close()
    else:
        pytest.skip("no cgroup v2 that this user may write to")
    yield run
    assert run.processes() == []
    assert not list((tmp_path / "smacwrap-runs").glob("run-*/"))


def ready(run: Run, script: str, limits: str = "", **options: str) -> "subprocess.Popen[str]":
    """A run whose target has printed that it is ready."""
    wrapper = run.start(script, limits, **options)
    assert wrapper.stderr
    while wrapper.stderr.readline() != "ready\n":
        assert wrapper.poll() is None
    return wrapper


@contextmanager
def ignored(number: signal.Signals) -> Iterator[None]:
    """What is started now ignores a signal, for exec keeps that."""
    before = signal.signal(number, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(number, before)


def is_sleep(process: psutil.Process) -> bool:
    try:
        return process.name() == "sleep"
    except psutil.NoSuchProcess:
        return False


def test_fifty_sleeping_grandchildren_leave_none(run: Run) -> None:
    script = (
        "import subprocess, time\n"
        "line = \"trap '' TERM; for i in 1 2 3 4 5 6 7 8 9 10; do setsid sleep 301 & done; wait\"\n"
        "for _ in range(5): subprocess.Popen(['sh', '-c', line])\n"
        "print('ready', flush=True); time.sleep(300)"
    )
    wrapper = run.start(script, "grace = 0.2")
    wait_until(lambda: sum(map(is_sleep, run.processes())) == 50)
    wrapper.terminate()
    out, _ = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert run.processes() == []


def test_a_daemon_that_ignores_term_does_not_outlive_the_run(run: Run) -> None:
    result = run(DAEMON, "grace = 0.2")
    assert (result.status, result.quality) == (Status.SAT, 1)


def test_a_tree_that_ignores_term_is_killed_after_its_grace(run: Run) -> None:
    start = time.monotonic()
    result = run(DAEMON + "time.sleep(300)", "wall_time = 1\ngrace = 0.3")
    assert time.monotonic() - start > 1.3
    assert result.status is Status.TIMEOUT


def test_a_target_has_its_grace_to_tidy_up(run: Run) -> None:
    script = (
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(print('tidied', flush=True)))\n"
        "time.sleep(300)"
    )
    assert run(script, "wall_time = 1\ngrace = 60").status is Status.TIMEOUT
    assert b"tidied\n" in run.kept("log.txt")
    assert b"ended at its limit of wall time\n" in run.kept("log.txt")


def test_cpu_time_counts_processes_that_have_exited(run: Run) -> None:
    # No process uses as much as the cutoff, and there is never more than one.
    script = BURN + (
        "import os\nfor _ in range(100):\n    if os.fork() == 0:\n        burn(0.2); os._exit(0)\n"
        "    os.wait()"
    )
    assert run(script, "cpu_time = 1").status is Status.TIMEOUT
    call = json.loads(run.kept("call.json"))
    assert 1 <= call["cpu_time"] < 5
    assert call["exceeded"] == "CPU time"
    assert call["exit_code"] is None


def test_cpu_time_counts_daemons(run: Run) -> None:
    script = BURN + (
        "import os\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0: burn(100)\n"
        "    os._exit(0)\n"
        "os.wait(); time.sleep(300)"
    )
    assert run(script, "cpu_time = 0.5").status is Status.TIMEOUT


def test_memory_is_that_of_all_processes_together(run: Run) -> None:
    script = (
        "import os, time\n"
        "for _ in range(3):\n    if os.fork() == 0: break\n"
        "ballast = os.urandom(1) * 50_000_000\n"
        "print('loss\\t1', flush=True); time.sleep(300)"
    )
    result = run(script, "memory = '150 MB'")
    assert result.status is Status.CRASHED
    assert "limit of memory" in run.said
    call = json.loads(run.kept("call.json"))
    assert 150_000_000 <= call["peak_memory"] < 400_000_000
    assert call["exceeded"] == "memory"


def test_memory_that_processes_share_counts_once(run: Run) -> None:
    script = (
        "import os, time\n"
        "ballast = os.urandom(1) * 50_000_000\n"
        "for _ in range(5):\n    if os.fork() == 0: time.sleep(1); os._exit(0)\n"
        "time.sleep(1); print('loss\\t1')"
    )
    assert run(script, "memory = '200 MB'").status is Status.SAT, run.said


def test_the_log_says_what_measured_and_limited_the_run(run: Run) -> None:
    assert run("print('loss\\t1', end='')").status is Status.SAT
    words = json.loads(run.kept("call.json"))["enforced_by"]
    assert words.startswith(run.held_by)
    log = run.kept("log.txt").decode()
    assert log == f"loss\t1\nsmacwrap: measured and limited by {words}\n"


def test_a_folder_that_grows_over_its_limit_ends_the_run(run: Run) -> None:
    script = (
        "import time\n"
        "for i in range(20): open(f'file-{i}', 'wb').write(bytes(range(256)) * 4000)\n"
        "print('loss\\t1', flush=True); time.sleep(300)"
    )
    assert run(script, "disk = '10 MB'").status is Status.CRASHED
    assert "limit of disk" in run.said


def test_no_file_gets_larger_than_the_limit_of_the_folder(run: Run) -> None:
    script = (
        "import os\n"
        "with open('large', 'wb') as out:\n"
        "    try:\n        for _ in range(100): out.write(bytes(range(256)) * 4000)\n"
        "    except OSError as error: print(error.strerror)\n"
        "print('size', os.path.getsize('large')); print('loss\\t1')"
    )
    assert run(script, "disk = '10 MB'").status is Status.CRASHED
    assert b"File too large\nsize 10000000\n" in run.kept("log.txt")
    assert "limit of disk" in run.said


def test_output_is_cut_at_its_limit(run: Run) -> None:
    result = run("", "output = '1 MB'", command="yes loss")
    assert result.status is Status.CRASHED
    log = run.kept("log.txt")
    assert log[:1_000_000] == b"loss\n" * 200_000
    assert log[1_000_000:].count(b"\n") == 3
    assert b"limit of output" in log[1_000_000:]


def test_output_over_its_limit_counts_also_when_it_came_too_fast_to_be_seen(run: Run) -> None:
    assert run("print('x' * 200_000); print('loss\\t1')", "output = 100_000").status.failed


def test_limits_that_are_not_reached_change_nothing(run: Run) -> None:
    limits = "cpu_time = 60\nwall_time = 60\nmemory = '1 GB'\ndisk = '10 MB'\noutput = '1 MB'"
    result = run("open('x', 'w').write('x'); print('loss\\t1')", limits, cutoff="60")
    assert (result.status, result.quality) == (Status.SAT, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_wrapper_that_is_told_to_end_ends_a_stubborn_tree_and_answers(
    run: Run, number: signal.Signals
) -> None:
    wrapper = ready(run, DAEMON + "time.sleep(300)", "grace = 0.2")
    assert len(run.processes()) == 4, "wrapper, guard, target, daemon"
    wrapper.send_signal(number)
    out, _ = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert run.processes() == []


def test_nohup_has_a_wrapper_outlive_its_terminal(run: Run) -> None:
    script = "import time\nprint('ready', flush=True); time.sleep(1); print('loss\\t1')"
    with ignored(signal.SIGHUP):  # as nohup does
        wrapper = ready(run, script)
    wrapper.send_signal(signal.SIGHUP)
    out, _ = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.SAT


def test_when_the_wrapper_is_killed_the_tree_dies_with_it(run: Run) -> None:
    wrapper = ready(run, DAEMON + "time.sleep(300)")
    wrapper.kill()
    wrapper.communicate(timeout=60)
    wait_until(lambda: not run.processes())
    wait_until(lambda: not list((run.folder / "smacwrap-runs").glob("run-*")))


def test_when_the_group_of_the_wrapper_is_killed_the_tree_dies_with_it(run: Run) -> None:
    wrapper = ready(run, DAEMON + "time.sleep(300)")
    # All that a shell's job control or a batch system reaches: not the guard.
    group = os.getpgid(wrapper.pid)
    for process in run.processes():
        with suppress(ProcessLookupError, psutil.NoSuchProcess):  # it ended with one before
            if os.getpgid(process.pid) == group:
                process.kill()
    wrapper.communicate(timeout=60)
    wait_until(lambda: not run.processes())


def test_when_the_guard_is_killed_the_tree_dies_and_the_wrapper_says_so(run: Run) -> None:
    wrapper = ready(run, DAEMON + "time.sleep(300)")
    (guard,) = psutil.Process(wrapper.pid).children()
    guard.kill()
    out, err = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert "the process that guards the run ended with exit code -9" in err
    assert not list(Path("/sys/fs/cgroup").rglob(f"smacwrap-{guard.pid}-*"))


def test_a_target_cannot_stop_its_guard_to_get_rid_of_limits(run: Run) -> None:
    script = "import os, signal, time; os.kill(os.getppid(), signal.SIGSTOP); time.sleep(300)"
    assert run(script, "wall_time = 1").status is Status.TIMEOUT


def test_a_caller_that_ignores_its_children_changes_nothing(run: Run) -> None:
    with ignored(signal.SIGCHLD):
        wrapper = run.start("print('loss\\t1'); raise SystemExit(3)")
        out, err = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert "exit code 3" in err


def test_the_folder_of_a_run_is_private(run: Run) -> None:
    result = run("import os; print(f\"loss\\t{os.stat('..').st_mode}\")")
    assert stat.filemode(int(result.quality)) == "drwx------"


def test_secrets_of_the_environment_are_not_kept(run: Run) -> None:
    run.env["SOME_TOKEN"] = "do-not-tell"
    assert run("import os; print('loss\\t' + str(len(os.environ['SOME_TOKEN'])))").quality == 11
    assert b"do-not-tell" not in run.kept("call.json")
    assert b"SOME_TOKEN" not in run.kept("call.json")


ORPHANS = """\
import os, time
try:
    for _ in range(400):
        if os.fork() == 0:
            if os.fork() == 0:
                os.setsid()
                os.execvp("sleep", ["sleep", "301"])
            os._exit(0)
        os.wait()
except BlockingIOError:
    pass  # no more may be made here
print("loss\\t1")
"""


def test_hundreds_of_orphans_are_ended(run: Run) -> None:
    assert run(ORPHANS, "grace = 0.1").status is Status.SAT
    assert run.processes() == []


def test_a_guard_that_is_killed_at_once_leaves_nothing(run: Run) -> None:
    script = "setsid sleep 301 & kill -9 $PPID; sleep 302"
    assert run(script, command="sh script.py").status is Status.CRASHED
    wait_until(lambda: not run.processes())


def test_a_guard_that_is_killed_before_the_wrapper_adopts_anything_leaves_nothing(run: Run) -> None:
    # The wrapper itself gets there half a second late.
    late = (
        "import builtins, os, time\n"
        "load, wrapper = builtins.__import__, os.getpid()\n"
        "def load_late(name, *args, **options):\n"
        "    if name == 'ctypes' and os.getpid() == wrapper:\n"
        "        time.sleep(0.5)\n"
        "    return load(name, *args, **options)\n"
        "builtins.__import__ = load_late\n"
    )
    lib = run.folder / "lib"
    lib.mkdir(exist_ok=True)
    with (lib / "sitecustomize.py").open("a") as file:
        file.write(late)
    run.env["PYTHONPATH"] = os.pathsep.join([str(lib), os.environ.get("PYTHONPATH", "")])
    script = "setsid sleep 301 & kill -9 $PPID; sleep 302"
    assert run(script, command="sh script.py").status is Status.CRASHED
    wait_until(lambda: not run.processes())


def test_a_killed_guard_is_no_success_for_a_caller_that_ignores_its_children(run: Run) -> None:
    with ignored(signal.SIGCHLD):
        wrapper = run.start("setsid sleep 301 & kill -9 $PPID; sleep 302", command="sh script.py")
        out, err = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert "the process that guards the run ended with exit code -9" in err
    wait_until(lambda: not run.processes())


def test_time_that_was_used_outside_of_the_control_group_counts(run: Run) -> None:
    leave = "import os\nfor path in ('/sys/fs/cgroup', '/sys/fs/cgroup/unified'):\n"
    leave += "    try: open(os.open(f'{path}/cgroup.procs', os.O_WRONLY), 'w').write('0')\n"
    leave += "    except OSError: pass\n"
    result = run(leave + BURN + "burn(0.5); print('loss\\t1')")
    assert result.runtime >= 0.5
    assert run(leave + BURN + "burn(300)", "cpu_time = 0.5").status is Status.TIMEOUT


def test_a_wrapper_that_is_told_to_end_wakes_a_guard_that_was_stopped(run: Run) -> None:
    script = "trap 'kill -STOP $PPID' TERM; echo ready; sleep 301 & while :; do wait; done"
    wrapper = ready(run, script, "grace = 0.3", command="sh script.py")
    wrapper.terminate()
    out, _ = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED


def test_a_guard_that_was_stopped_wakes_when_its_wrapper_is_killed(run: Run) -> None:
    script = (
        "import os, signal, time, psutil\n"
        "guard = psutil.Process().parent(); wrapper = guard.parent()\n"
        "guard.suspend(); wrapper.kill(); time.sleep(300)"
    )
    assert run.start(script, command=f"{sys.executable} script.py").wait(60) == -signal.SIGKILL
    wait_until(lambda: not run.processes())
    wait_until(lambda: not list((run.folder / "smacwrap-runs").glob("run-*")))


def test_a_wrapper_that_is_killed_while_it_waits_for_post_processing_leaves_nothing(
    run: Run,
) -> None:
    result = "quality = 'loss'\npostprocess = 'sh -c \"echo ready; sleep 301\"'"
    wrapper = ready(run, "print('loss\\t1')", result=result)
    wrapper.kill()
    wrapper.communicate(timeout=60)
    wait_until(lambda: not run.processes())
    wait_until(lambda: not list((run.folder / "smacwrap-runs").glob("run-*")))


def test_two_signals_of_one_moment_are_one(run: Run) -> None:
    wrapper = ready(run, "import time\nprint('ready', flush=True); time.sleep(300)", "grace = 0.1")
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        wrapper.send_signal(number)
    out, err = wrapper.communicate(timeout=60)
    assert parse_result_line(out).status is Status.CRASHED
    assert "Traceback" not in err
    assert "Exception" not in err


def test_folders_that_are_too_deep_for_python_are_removed(run: Run) -> None:
    script = "import os\nfor _ in range(3000): os.mkdir('x' * 100); os.chdir('x' * 100)\n"
    assert run(script + "print('loss\\t1')").status is Status.SAT


@pytest.mark.parametrize(
    "instead", ["ln -s ../../victim log.txt", "mkfifo log.txt", ":"], ids=["link", "fifo", "none"]
)
def test_a_target_that_replaces_its_log_has_no_result(run: Run, instead: str) -> None:
    (run.folder / "victim").write_text("loss\t1\n")
    result = run(f"cd ..; rm log.txt; {instead}", command="sh script.py")
    assert result.status is Status.CRASHED
    assert "the target replaced the file of its output" in run.said
    assert (run.folder / "victim").read_text() == "loss\t1\n"

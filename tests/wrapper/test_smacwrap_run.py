"""`smacwrap run` as SMAC or a person calls it: real processes, real zips, honest statuses."""

import contextlib
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from smacwrap.protocol import Result, Status, parse_result_line
from tests.conftest import is_alive, write_program

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

CALL = "no_instance 0 1.7976931348623157E308 2147483647 -1 -lr 0.01 -opt adam".split()


def write_job(folder: Path, command: str, rest: str = "", script: str = "") -> Path:
    """A job around `command`; its input folder holds `script` as script.py."""
    (folder / "input").mkdir(exist_ok=True)
    (folder / "input" / "script.py").write_text(script)
    job = folder / "job.toml"
    job.write_text(f"[run]\ninput = 'input'\ncommand = '''{command}'''\n{rest}")
    return job


def result_of(done: "subprocess.CompletedProcess[str]") -> Result:
    """The one line on standard output, read."""
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done
    return parse_result_line(lines[0])


def bundle_of(folder: Path) -> zipfile.ZipFile:
    (path,) = (folder / "smacwrap-runs").glob("run-*")
    return zipfile.ZipFile(path)


def test_a_target_with_its_own_result_line_is_passed_on(tmp_path: Path, smacwrap: Smacwrap) -> None:
    script = "import sys; print('Result for SMAC: UNSAT, 1.5, 3, 0.25, 99, a=1'); print(sys.argv)"
    write_job(tmp_path, "python script.py {flags}", script=script)
    done = smacwrap("run", "job.toml", *CALL)
    assert done.returncode == 0
    result = result_of(done)
    assert (result.status, result.runtime, result.run_length) == (Status.UNSAT, 1.5, 3)
    assert result.quality == 0.25
    assert result.seed == -1, "the seed echoed is the one that SMAC sent"
    assert re.match("a=1;inputs=[0-9a-f]{12};zip=run-", result.additional)
    assert "'-lr', '0.01', '-opt', 'adam'" in done.stderr


def test_metrics_become_quality_and_additional_run_data(tmp_path: Path, smacwrap: Smacwrap) -> None:
    script = (
        "print('Val error: 0.5'); print('Val error: 0.125'); print('testerr\\t0.25')\n"
        "open('model.h5', 'w').write('weights')"
    )
    rest = "outputs = ['*.h5', 'absent.json']\n[result]\nquality = 'valerr'\n"
    rest += "metrics = { valerr = 'Val error: (\\S+)' }\n"
    write_job(tmp_path, "python script.py", rest, script)
    result = result_of(smacwrap("run", "job.toml", *CALL))
    assert (result.status, result.quality) == (Status.SAT, 0.125)
    assert "testerr=0.25" in result.additional
    assert "valerr=0.125" in result.additional


def test_the_zip_holds_inputs_log_outputs_and_all_that_repeats_the_call(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    script = "import os; os.mkdir('m'); open('m/model', 'w').write('w'); print('loss\\t1')"
    write_job(
        tmp_path,
        "python script.py {lr} {seed}",
        "outputs = ['m/*']\n[result]\nquality='loss'",
        script,
    )
    result = result_of(smacwrap("run", "job.toml", *CALL))
    with bundle_of(tmp_path) as bundle:
        assert sorted(bundle.namelist()) == ["call.json", "log.txt", "outputs/m/model", "script.py"]
        assert bundle.read("script.py").decode() == script
        log, held_by = bundle.read("log.txt").splitlines()
        assert log == b"loss\t1"
        assert held_by.startswith(b"smacwrap: measured and limited by ")
        call = json.loads(bundle.read("call.json"))
        assert f"zip={Path(str(bundle.filename)).name}" in result.additional
    assert call["call_string"] == CALL
    assert call["command"] == ["python", "script.py", "0.01", "-1"]
    assert call["command_line"] == "python script.py 0.01 -1"
    assert call["metrics"] == {"loss": "1"}
    assert call["exit_code"] == 0
    assert not [path for path in (tmp_path / "smacwrap-runs").glob("run-*") if path.is_dir()]


def test_a_pipe_runs_in_a_shell_with_every_value_quoted(tmp_path: Path, smacwrap: Smacwrap) -> None:
    script = "import sys; print('args\\t' + '|'.join(sys.argv[1:])); print('loss\\t2')"
    job = write_job(
        tmp_path, "python script.py {flags} {opt} | cat", "[result]\nquality = 'loss'", script
    )
    call = [*CALL[:-1], "a; touch $HOME/pwned `id` 'x"]
    done = smacwrap("run", job, *call, env={"HOME": str(tmp_path)})
    assert result_of(done).status is Status.SAT
    assert f"args\t-lr|0.01|-opt|{call[-1]}|{call[-1]}" in done.stderr
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("script", "result_table", "reason"),
    [
        ("raise ValueError('boom')", "", "exit code 1"),
        ("import sys; print('loss\\t1'); sys.exit(3)", "[result]\nquality='loss'", "exit code 3"),
        ("import os; os.kill(os.getpid(), 11)", "", "killed by SIGSEGV"),
        ("print('hello')", "", "no result line"),
        ("print('hello')", "[result]\nquality='loss'", "'loss' is nowhere in its output"),
        ("print('loss\\tnan')", "[result]\nquality='loss'", "not a number: 'nan'"),
        ("print('loss\\tlow')", "[result]\nquality='loss'", "not a number: 'low'"),
        ("print('Result for SMAC: SAT, 1')", "", "bad result line"),
        ("print('Result for SMAC: FINE, 1, 1, 1, 1')", "", "'FINE' is not a status"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)))", "", "no result line"),
    ],
)
def test_a_target_without_an_honest_result_is_crashed_with_its_reason(
    tmp_path: Path, smacwrap: Smacwrap, script: str, result_table: str, reason: str
) -> None:
    write_job(tmp_path, "python script.py", result_table, script)
    done = smacwrap("run", "job.toml", *CALL)
    result = result_of(done)
    assert result.status is Status.CRASHED
    assert result.quality == 1e9
    assert reason in done.stderr
    assert "Traceback" not in done.stderr.replace("Traceback (most recent call last):\n  File", "")
    with bundle_of(tmp_path) as bundle:
        assert "log.txt" in bundle.namelist()


def test_a_target_over_its_cutoff_is_a_timeout_and_is_gone(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    script = "import subprocess, time; subprocess.Popen(['sleep', '98']); time.sleep(99)"
    write_job(tmp_path, "python script.py", script=script)
    start = time.monotonic()
    done = smacwrap("run", "job.toml", *"i 0 0.5 0 7 -x 1".split())
    assert time.monotonic() - start < 30
    result = result_of(done)
    assert (result.status, result.runtime, result.seed) == (Status.TIMEOUT, 0.5, 7)


def test_processes_that_the_target_leaves_behind_are_ended(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    script = (
        "import subprocess\n"
        "daemon = subprocess.Popen('setsid sleep 97 & echo $!', shell=True, stdout=-1)\n"
        "print('pid\\t' + daemon.stdout.readline().decode().strip()); print('loss\\t1')"
    )
    script = script.replace("sleep 97", "sleep 97 >/dev/null")
    write_job(tmp_path, "python script.py", "[result]\nquality = 'loss'", script)
    result = result_of(smacwrap("run", "job.toml", *CALL))
    assert result.status is Status.SAT
    pid = int(result.additional.split("pid=")[1].split(";")[0])
    assert not psutil.pid_exists(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_wrapper_that_is_told_to_end_ends_its_target_answers_and_leaves_nothing(
    tmp_path: Path, number: signal.Signals
) -> None:
    script = "import time; print('ready', flush=True); time.sleep(96)"
    write_job(tmp_path, "python script.py", script=script)
    wrapper = subprocess.Popen(
        [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert wrapper.stderr is not None
    assert wrapper.stderr.readline() == "ready\n"
    tree = psutil.Process(wrapper.pid).children(recursive=True)
    wrapper.send_signal(number)
    out, err = wrapper.communicate(timeout=30)
    assert parse_result_line(out).status is Status.CRASHED
    assert f"reason=the wrapper was ended by {number.name}" in out
    assert f"ended by {number.name}" in err
    assert not [process for process in tree if is_alive(process)]
    assert list((tmp_path / "smacwrap-runs").glob("run-*")) == []


def test_a_wrapper_that_is_told_to_end_after_its_run_answers_all_the_same(tmp_path: Path) -> None:
    write_job(tmp_path, "true")
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(writer, bytes(1 << 16)):
            pass
    os.set_blocking(writer, True)
    # It waits for somebody to read what it has to say of the run.
    words = [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL]
    wrapper = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=writer)
    os.close(writer)
    runs = tmp_path / "smacwrap-runs"
    deadline = time.monotonic() + 60
    while not list(runs.glob("run-*.zip")) or list(runs.glob("run-*/")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    time.sleep(0.3)
    wrapper.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    out, _ = wrapper.communicate(timeout=30)
    assert b"reason=the target printed no result line" in out
    assert b"Traceback" not in said


def test_two_wrappers_at_once_never_touch_each_others_files(tmp_path: Path) -> None:
    script = "import sys; open('out', 'w').write(sys.argv[1]); print('loss\\t' + sys.argv[1])"
    write_job(tmp_path, "python script.py {x}", "outputs=['out']\n[result]\nquality='loss'", script)
    wrappers = [
        subprocess.Popen(
            [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL[:5], "-x", str(i)],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            text=True,
        )
        for i in range(6)
    ]
    results = [parse_result_line(wrapper.communicate()[0]) for wrapper in wrappers]
    assert [result.quality for result in results] == [0, 1, 2, 3, 4, 5]
    for i, result in enumerate(results):
        name = result.additional.split("zip=")[1]
        with zipfile.ZipFile(tmp_path / "smacwrap-runs" / name) as bundle:
            assert bundle.read("outputs/out").decode() == str(i)


def test_a_process_id_used_a_second_time_gets_files_of_its_own(tmp_path: Path) -> None:
    write_job(tmp_path, "printf loss\\\\t%s {x}", "[result]\nquality = 'loss'")
    # exec keeps the process id: the wrapper runs under the id of this shell, whose files exist.
    line = (
        "mkdir -p smacwrap-runs/run-$$-2; echo old > smacwrap-runs/run-$$.zip;"
        f" exec {sys.executable} -m smacwrap run job.toml i 0 9 9 9 -x 5"
    )
    done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    name = result_of(done).additional.split("zip=")[1]
    assert name.endswith("-3.zip")
    old = tmp_path / "smacwrap-runs" / name.replace("-3.zip", ".zip")
    assert old.read_text() == "old\n"


def test_inputs_can_be_single_files_and_keep_their_permissions(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_program(tmp_path / "tool", "#!/bin/sh\nprintf 'loss\\t3\\n'")
    (tmp_path / "job.toml").write_text(
        "[run]\ninput = ['tool']\ncommand = './tool'\n[result]\nquality = 'loss'"
    )
    assert result_of(smacwrap("run", "job.toml", *CALL)).quality == 3


def test_runs_are_kept_in_the_study_that_the_environment_names(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true", "")
    smacwrap("run", "job.toml", *CALL, env={"SMACWRAP_RUNS": str(tmp_path / "study" / "runs")})
    assert len(list((tmp_path / "study" / "runs").glob("run-*.zip"))) == 1


def test_a_job_file_is_found_from_the_scenarios_folder_and_its_parents(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true", "")
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    env = {"SMACWRAP_SCENARIO_DIR": str(tmp_path / "a" / "b")}
    done = smacwrap("run", "job.toml", *CALL, cwd=tmp_path / "elsewhere", env=env)
    assert done.returncode == 0, done.stderr


def test_a_job_file_that_is_missing_is_one_clear_line(tmp_path: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap("run", "jobb.toml", *CALL)
    assert done.returncode == 2
    assert done.stderr.startswith("no file 'jobb.toml', looked for from")
    assert done.stderr.count("\n") == 1
    assert result_of(done).status is Status.CRASHED
    assert "reason=no file 'jobb.toml'" in done.stdout


def test_words_that_are_no_call_string_are_one_clear_line(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true")
    done = smacwrap("run", "job.toml", "-lr", "0.01")
    assert done.returncode == 2
    assert "a call string starts with five words, found 2" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_placeholder_that_is_no_active_parameter_is_crashed_with_the_names(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true {momentum}")
    done = smacwrap("run", "job.toml", *CALL)
    assert result_of(done).status is Status.CRASHED
    assert (
        "{momentum}, which is not an active parameter of this run (there are lr, opt" in done.stderr
    )
    assert "{{momentum}} for plain braces" in done.stderr


def test_a_command_that_does_not_exist_is_crashed_with_its_name(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "no-such-program {flags}")
    done = smacwrap("run", "job.toml", *CALL)
    assert result_of(done).status is Status.CRASHED
    assert "there is no program 'no-such-program' on the PATH" in done.stderr


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("python train.py", "('train.py' is not listed in input)"),
        ("./train.py {flags}", "./train.py does not exist (is train.py missing in input?)"),
        ("sh train.py | cat", "(exit code 2) (is train.py missing in input?)"),
    ],
)
def test_a_script_that_is_no_input_is_named_when_the_run_crashes(
    tmp_path: Path, smacwrap: Smacwrap, command: str, said: str
) -> None:
    (tmp_path / "train.py").touch()
    write_job(tmp_path, command, "[result]\nquality = 'loss'")
    done = smacwrap("run", "job.toml", *CALL)
    assert said in result_of(done).additional
    write_job(tmp_path, command.replace("train", "script"), "[result]\nquality = 'loss'")
    done = smacwrap("run", "job.toml", *CALL)
    assert result_of(done).status is Status.CRASHED
    assert "input" not in done.stderr


def test_a_script_without_a_first_line_for_its_interpreter_is_told_to_have_one(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "./script.py", script="print('hello')")
    (tmp_path / "input" / "script.py").chmod(0o755)
    done = smacwrap("run", "job.toml", *CALL)
    assert result_of(done).status is Status.CRASHED
    assert "./script.py is a script without a first line such as #!/bin/sh" in done.stderr


def test_a_folder_that_cannot_be_written_is_crashed_with_its_reason(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true")
    (tmp_path / "file").write_text("")
    done = smacwrap("run", "job.toml", *CALL, env={"SMACWRAP_RUNS": str(tmp_path / "file" / "r")})
    assert result_of(done).status is Status.CRASHED
    assert "Not a directory" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_while_zipping_is_crashed_with_its_reason(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_job(tmp_path, "true")
    big = tmp_path / "input" / "big"
    big.write_bytes(os.urandom(2_000_000))
    # A limit on the size of files is the full disk that every user can have.
    line = f"ulimit -f 500; exec {sys.executable} -m smacwrap run job.toml {' '.join(CALL)}"
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True)
    assert result_of(done).status is Status.CRASHED, done
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "smacwrap-runs").glob("run-*")) == []


def test_help_shows_an_example_that_works(tmp_path: Path, smacwrap: Smacwrap) -> None:
    help_text = smacwrap("run", "--help").stdout
    example = help_text.split("Example:")[1].splitlines()[1].split()[1:]
    write_job(tmp_path, "printf loss\\\\t%s {dropout1}", "[result]\nquality = 'loss'")
    assert result_of(smacwrap(*example)).quality == 0.25


def test_the_wrapper_imports_nothing_but_the_standard_library_and_click(tmp_path: Path) -> None:
    write_job(tmp_path, "true")
    code = (
        "import sys; before = set(sys.modules)\n"
        "sys.argv[1:] = " + repr(["run", "job.toml", *CALL]) + "\n"
        "from smacwrap.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "names = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(sorted(names - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "['click', 'smacwrap']", done


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_wrapper_needs_no_open_streams(tmp_path: Path, closed: str) -> None:
    script = "import sys; sys.stdin.read(); print('1', file=sys.stderr); print('loss\\t1')"
    write_job(tmp_path, "python script.py", "[result]\nquality = 'loss'", script)
    words = shlex.join([sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL])
    shell = f"({words} {closed}); echo done"
    done = subprocess.run(["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True)
    assert "SAT, " in done.stdout or ">&-" in closed.split()
    assert "Traceback" not in done.stderr
    with bundle_of(tmp_path) as bundle:
        assert json.loads(bundle.read("call.json"))["status"] == "SAT"


def test_a_run_is_the_same_if_nobody_listens(tmp_path: Path) -> None:
    script = "import time; time.sleep(0.3); print('x' * 1_000_000); print('loss\\t1')"
    write_job(tmp_path, "python script.py", "[result]\nquality = 'loss'", script)
    reader, writer = os.pipe()
    os.close(reader)
    words = [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL]
    assert subprocess.run(words, cwd=tmp_path, stdout=writer, stderr=writer).returncode == 0
    os.close(writer)
    with bundle_of(tmp_path) as bundle:
        assert json.loads(bundle.read("call.json"))["status"] == "SAT"


def test_a_result_line_is_printed_though_nothing_can_be_said(tmp_path: Path) -> None:
    write_job(
        tmp_path,
        "python script.py",
        "[result]\nquality = 'loss'",
        script="print('loss\\t1' + 10**6 * '\\nchatter')",
    )
    command = [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert result_of(done).quality == 1
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2
    assert done.stderr.endswith("the result line cannot be written: No space left on device\n")
    reader, writer = os.pipe()
    os.set_blocking(writer, False)  # as a parent that uses asyncio or Node.js has it
    try:
        done = subprocess.run(
            command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=writer, text=True, check=False
        )
    finally:
        os.close(reader)
        os.close(writer)
    assert result_of(done).quality == 1


def test_more_open_files_than_select_can_tell_apart_change_nothing(tmp_path: Path) -> None:
    write_job(
        tmp_path, "python script.py", "[result]\nquality = 'loss'", script="print('loss\\t1')"
    )
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1200:
        pytest.skip("so many files cannot be open here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        command = [sys.executable, "-m", "smacwrap", "run", "job.toml", *CALL]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, pass_fds=files, check=False
        )
    finally:
        for file in files:
            os.close(file)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert result_of(done).quality == 1


def test_a_wrapper_that_may_open_no_more_files_says_so(tmp_path: Path) -> None:
    write_job(
        tmp_path, "python script.py", "[result]\nquality = 'loss'", script="print('loss\\t1')"
    )
    command = ["sh", "-c", 'ulimit -n 6; exec "$@"', "sh", sys.executable, "-m", "smacwrap", "run"]
    done = subprocess.run(
        [*command, "job.toml", *CALL], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert result_of(done).status is Status.CRASHED
    assert "Too many open files" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_signal_that_comes_where_python_drops_exceptions_is_not_lost(tmp_path: Path) -> None:
    code = """
import os, signal, time
from smacwrap.wrapper.process import StoppedError, catch_stop_signals
class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0)
catch_stop_signals()
try:
    Late()
    time.sleep(60)
except StoppedError as error:
    print("ended by", error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("ended by SIGTERM\n", "")

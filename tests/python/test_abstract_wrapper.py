"""`AbstractWrapper` and `SatWrapper`, as GenericWrapper4AC's users know them, as real programs."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap import AbstractWrapper
from smacwrap.protocol import Status, parse_result_line
from tests.conftest import processes_in, write_program
from tests.python.conftest import NO_LIMITS, Run, result_of

Program = Callable[[str], Path]


def wrapper(command: str, results: str = "return {}", init: str = "") -> str:
    """A program with a wrapper whose methods have these bodies."""

    def body(text: str) -> str:
        return "".join(f"        {line}\n" for line in text.splitlines())

    return (
        "import json, os, shlex, signal, sys, time\n"
        "from smacwrap import AbstractWrapper\n"
        "class Wrapper(AbstractWrapper):\n"
        f"    def __init__(self):\n        AbstractWrapper.__init__(self)\n{body(init)}"
        f"    def get_command_line_args(self, runargs, config):\n{body(command)}"
        f"    def process_results(self, filepointer, out_args):\n{body(results)}"
        "if __name__ == '__main__':\n"
        "    Wrapper().main()\n"
    )


def test_a_wrapper_gets_what_genericwrapper4ac_gives(program: Program, run: Run) -> None:
    command = (
        "self.logger.debug('calling')\n"
        "tmp = runargs.pop('tmp')\n"
        "assert os.path.isdir(tmp) and os.access(tmp, os.W_OK), tmp\n"
        "print(json.dumps([runargs, config]), file=sys.stderr)\n"
        "cmd = 'echo tmp is %s;' % tmp\n"
        "cmd += ' echo seed %d' % runargs['seed']\n"
        "for name, value in config.items():\n"
        "    cmd += ' %s=%s' % (name, value)\n"
        "return cmd + '; exit 3'\n"
    )
    results = (
        "assert isinstance(filepointer.name, str)\n"
        "lines = filepointer.read().decode('utf8').splitlines()\n"
        "print(lines[1])\n"
        "assert not filepointer.seek(0)\n"
        "print(json.dumps(out_args))\n"
        "assert self.data.instance == 'a.cnf' and self.args.mem_limit == 500\n"
        "return {'status': 'SUCCESS', 'quality': 0.25, 'runtime': 1.5, 'misc': 'a, b'}"
    )
    path = program(wrapper(command, results))
    options = ["--runsolver-path", "./runsolver", "--mem-limit", "500", "--temp-file-dir", "."]
    done = run(path, *options, "a.cnf", "SAT", "9.5", "100", "7", "-x", "'0.5'", "-y:z", "b")
    result = result_of(done)
    assert (result.status, result.quality, result.runtime) == (Status.SAT, 0.25, 1.5)
    assert (result.seed, result.additional) == (7, "a b")
    told = [json.loads(line) for line in done.stderr.splitlines() if line[0] in "[{"]
    assert told == [
        [
            {"instance": "a.cnf", "specifics": "SAT", "cutoff": 10, "runlength": 100, "seed": 7},
            {"-x": "0.5", "-y:z": "b"},
        ],
        {"exit_code": 3, "instance": "a.cnf"},
    ]
    assert "seed 7 -x=0.5 -y:z=b\n" in done.stderr, "the target's output can be followed"
    assert "--runsolver-path is ignored" in done.stderr
    (tmp,) = re.findall("tmp is (.*)", done.stderr)
    assert not Path(tmp).exists()


def test_aclib_calls_are_answered_in_both_forms(program: Program, run: Run) -> None:
    path = program(wrapper("return ['true']", "return {'status': 'SAT', 'runtime': 2}"))
    words = "--mem-limit 500 --instance i --cutoff 9 --seed 3 --config -x 1".split()
    done = run(path, *words)
    assert done.returncode == 0, done
    aclib, smac = done.stdout.splitlines()
    fields = json.loads(aclib.partition(": ")[2])
    assert fields == {"status": "SUCCESS", "cost": 2, "runtime": 2, "misc": ""}
    assert parse_result_line(smac).seed == 3


def test_wrappers_have_options_of_their_own_that_parameters_do_not_disturb(
    program: Program, run: Run
) -> None:
    init = "self.parser.add_argument('--obj', action='append', default=['a'])"
    results = "return {'status': 'SAT', 'cost': len(self.args.obj), 'misc': str(config)}"
    results = results.replace("config", "self.data.config")
    path = program(wrapper("return 'true'", results, init))
    words = ["--obj", "b", "--", *NO_LIMITS, "--obj", "c", "-h", "--help", "--config", "--seed"]
    done = run(path, *words)
    assert result_of(done).quality == 2
    assert "{'-obj': 'c' '-h'" not in done.stdout
    assert "{'--obj': 'c' '-h': '--help' '--config': '--seed'}" in done.stdout
    done = run(path, "--objj", "b", *NO_LIMITS)
    assert (done.returncode, done.stdout) == (2, "")
    done = run(path, "--help")
    assert "--obj" in done.stdout
    assert "Example: wrapper.py --mem-limit 512 no_instance 0 10.0 2147483647 1" in done.stdout


def test_a_list_is_started_without_a_shell(program: Program, run: Run) -> None:
    results = "return {'status': 'SAT', 'quality': 0, 'misc': filepointer.read().decode()}"
    command = "return ['printf', '%s|', *config.values(), runargs['seed']]"
    done = run(program(wrapper(command, results)), *NO_LIMITS, "-x", "; $(id) 'a  b' `id`")
    assert result_of(done).additional == "; $(id) 'a b' `id`|4|"


def test_a_text_may_only_hold_values_that_mean_nothing_to_a_shell_or_are_quoted(
    program: Program, run: Run, tmp_path: Path
) -> None:
    results = "return {'status': 'SAT', 'quality': 0, 'misc': filepointer.read().decode()}"
    hostile = "1; touch stolen"
    path = program(wrapper("return 'echo ' + config['-x'] + ' ' + runargs['instance']", results))
    assert result_of(run(path, *NO_LIMITS, "-x", "a b")).additional == "a b no_instance"
    for words in ([*NO_LIMITS, "-x", hostile], [hostile, *NO_LIMITS[1:], "-x", "1"]):
        done = run(path, *words)
        assert result_of(done).status is Status.CRASHED
        assert "may mean something to a shell" in done.stderr
        assert "Traceback" not in done.stderr
    path = program(wrapper("return 'echo ' + shlex.quote(config['-x']) + ' | cat'", results))
    assert result_of(run(path, *NO_LIMITS, "-x", hostile)).additional == hostile
    path = program(wrapper("return 'echo ' + ' '.join(config)", results))
    assert result_of(run(path, *NO_LIMITS, "-x;touch stolen", "1")).status is Status.CRASHED
    assert not (tmp_path / "stolen").exists()


@pytest.mark.parametrize(
    ("results", "options", "status", "quality"),
    [
        ("return {'status': 'UNSAT', 'quality': 3}", [], "UNSAT", 3),
        ("return {'status': 'SUCCESS', 'quality': 3, 'cost': 4}", [], "SAT", 4),
        ("return {'status': 'SUCCESS', 'runtime': 6}", [], "SAT", 6),
        ("return {'status': 'CRASHED'}", [], "CRASHED", 1e9),
        ("return {'status': 'TIMEOUT'}", ["--max_quality", "50"], "TIMEOUT", 50),
        (
            "return {'status': 'SAT', 'quality': 3, 'runtime': 6}",
            ["--overwrite_cost_runtime"],
            "SAT",
            6,
        ),
        (
            "self.RESULT_MAPPING = {'OK': 'SUCCESS'}\nreturn {'status': 'OK', 'cost': 1}",
            [],
            "SAT",
            1,
        ),
        ("self.data.status, self.data.additional = 'ABORT', 'x'\nsys.exit(1)", [], "ABORT", 1e9),
    ],
)
def test_the_result_is_what_process_results_returns(
    program: Program, run: Run, results: str, options: list[str], status: str, quality: float
) -> None:
    result = result_of(run(program(wrapper("return 'true'", results)), *options, *NO_LIMITS))
    assert (result.status, result.quality) == (status, quality)


@pytest.mark.parametrize(
    ("command", "results", "reason"),
    [
        ("return 'exit 3'", "return {}", "the target ended with exit code 3"),
        ("return 'kill -9 $$'", "return {}", "the target was killed by SIGKILL"),
        ("return 'true'", "return {}", "the wrapper's status is CRASHED"),
        ("return ['./nothing-here']", "return {}", "not found (exit code 127)"),
        ("return ''", "return {}", "get_command_line_args gave no command: ''"),
        ("return None", "return {}", "get_command_line_args gave no command: None"),
        ("return config['-y']", "return {}", "KeyError: '-y'"),
        ("return 'true'", "return None", "TypeError: process_results returned None"),
        ("return 'true'", "return {'status': 'FINE'}", "'FINE' is not a status"),
        ("return 'true'", "return {'status': 'KILLED'}", "'KILLED' is not a status"),
        (
            "return 'true'",
            "return {'status': 'SAT', 'quality': 'x'}",
            "quality is not a number: 'x'",
        ),
        ("return 'true'", "return {'status': 'SAT', 'quality': float('nan')}", "not a finite"),
        ("return 'true'", "raise NotImplementedError", "NotImplementedError"),
        ("return 'a\\0b'", "return {}", "null"),
    ],
)
def test_whatever_goes_wrong_is_crashed_with_its_reason(
    program: Program, run: Run, command: str, results: str, reason: str
) -> None:
    done = run(program(wrapper(command, results)), *NO_LIMITS)
    result = result_of(done)
    assert (result.status, result.quality) == (Status.CRASHED, 1e9)
    assert "reason=" in result.additional
    assert reason in done.stderr


BURN = "return [sys.executable, '-c', 'print(1, flush=True)\\nwhile True: pass']"


@pytest.mark.parametrize(
    ("results", "status", "quality"),
    [
        ("return {}", "TIMEOUT", 1e9),
        ("assert out_args['exit_code'] < 0\nreturn {'status': 'CRASHED'}", "TIMEOUT", 1e9),
        ("return {'status': 'SUCCESS', 'quality': float(filepointer.readline())}", "SAT", 1),
    ],
)
def test_at_the_cutoff_only_an_answer_counts_more_than_the_time(
    program: Program, run: Run, results: str, status: str, quality: float
) -> None:
    done = run(program(wrapper(BURN, results)), "i", "0", "0.7", "0", "4")
    result = result_of(done)
    assert (result.status, result.quality) == (status, quality)
    assert 0 < result.runtime <= 0.7
    assert "time was reached" in done.stdout


def test_a_command_that_stops_itself_at_the_cutoff_is_believed(program: Program, run: Run) -> None:
    # It gets a cutoff in whole seconds, and a busy machine gives it less than all of its CPU.
    command = "assert runargs['cutoff'] == 1\nreturn 'sleep 1.2; echo 7'"
    results = "return {'status': 'SUCCESS', 'quality': float(filepointer.read())}"
    done = run(program(wrapper(command, results)), "i", "0", "0.95", "0", "4")
    assert (result_of(done).status, result_of(done).quality) == (Status.SAT, 7)


def test_a_timeout_costs_the_cutoff_where_the_run_time_counts(program: Program, run: Run) -> None:
    path = program(wrapper("return ['sleep', '30']"))
    done = run(path, *"--instance i --cutoff 0.2 --mem-limit 99 --seed 1 --config -a 1".split())
    aclib, smac = done.stdout.splitlines()
    fields = json.loads(aclib.partition(": ")[2])
    assert (fields["status"], fields["cost"], fields["runtime"]) == ("TIMEOUT", 0.2, 0.2)
    assert parse_result_line(smac).quality == 0.2
    done = run(path, "--overwrite_cost_runtime", "i", "0", "0.2", "0", "4")
    assert (result_of(done).status, result_of(done).quality) == (Status.TIMEOUT, 0.2)


WATCHED = """text = self._watcher_file.read().decode() + self._solver_file.read().decode()
for words in {0!r}:
    assert re.search(words, text, re.M), (words, text)
self._watcher_file.seek(0)
assert not re.search({1!r}, self._watcher_file.read().decode())
return {{'status': 'SUCCESS', 'quality': re.search(self.float_regex(), '-1.5e+3 s')[0]}}"""


@pytest.mark.parametrize(
    ("command", "cutoff", "words", "absent"),
    [
        (
            "echo out; exit 3",
            "9",
            ["^Child status: 3$", r"^CPU time \(s\): [0-9.e-]+$", "^runsolver_cputime: ", "^out$"],
            "exceeded|Child ended",
        ),
        ("kill -9 $$", "9", [r"^Child ended because it received signal 9 \(SIGKILL\)$"], "status"),
        (
            "while :; do :; done",
            "0.1",
            ["^(runsolver_max_cpu_time|Maximum (CPU|wall clock) time) exceeded", "^TIMEOUT=true$"],
            "VSize",
        ),
        ("sleep 9", "0.1", ["^Maximum wall clock time exceeded: sending SIGTERM"], "CPU time exc"),
    ],
)
def test_the_watcher_file_says_what_runsolver_would(
    program: Program, run: Run, command: str, cutoff: str, words: list[str], absent: str
) -> None:
    text = wrapper(f"return {command!r}", WATCHED.format(words, absent))
    done = run(program(f"import re\n{text}"), "i", "0", cutoff, "0", "4")
    assert (result_of(done).status, result_of(done).quality) == (Status.SAT, -1500), done


def test_methods_of_genericwrapper4ac_may_be_replaced(program: Program, run: Run) -> None:
    text = wrapper("return 'exit 2'", "return {'status': 'SAT', 'cost': self.data.memory_used}")
    methods = (
        "    def read_runsolver_output(self):\n"
        "        super().read_runsolver_output()\n"
        "        self.data.memory_used = 'KiB): ' in self._watcher_file.read().decode()\n"
        "        self.print_d('read'); assert self._exit_code == 2\n"
        "    def cleanup(self):\n"
        "        print('cleaned up')\n"
        "    def print_result_string(self):\n"
        "        self.data.additional = 'mine'\n"
        "        print(f'Result: {{self.data.status}}')\n"
        "        {}\n"
    )
    head, tail = text.split("if __name__")
    with_base = methods.format("super().print_result_string()")
    done = run(program(f"{head}{with_base}if __name__{tail}"), *NO_LIMITS)
    printed = done.stdout.splitlines()
    assert printed[:2] == ["cleaned up", "Result: SAT"]
    result = parse_result_line(printed[2])
    assert (result.quality, result.additional) == (1, "mine")
    for last in ("pass", "raise ValueError('oops')"):
        alone = methods.format(last)
        done = run(program(f"{head}{alone}if __name__{tail}"), *NO_LIMITS)
        assert result_of(done).quality == 1, "what has no result line is no answer"
        assert ("ValueError: oops" in done.stderr) == ("oops" in last)


def test_the_memory_limit_holds_and_is_said(program: Program, run: Run) -> None:
    command = "return [sys.executable, '-c', 'x = bytearray(600 * 2**20)\\nwhile True: pass']"
    done = run(program(wrapper(command)), "--mem-limit", "100", "i", "0", "20", "0", "4")
    assert result_of(done).status is Status.TIMEOUT
    assert "the limit of memory was reached" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_whole_tree_and_still_gives_a_result(
    program: Program, tmp_path: Path, number: signal.Signals
) -> None:
    command = "return 'setsid sleep 63 & echo ready; sleep 64'"
    words = [sys.executable, str(program(wrapper(command))), "--temp-file-dir", ".", *NO_LIMITS]
    process = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    assert process.stderr.readline() == "ready\n"
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    assert (process.returncode, parse_result_line(output).status) == (0, Status.CRASHED)
    assert f"the wrapper was ended by {number.name}" in errors
    assert not processes_in(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["wrapper.py"]


def test_a_wrapper_that_is_killed_leaves_nothing(program: Program, tmp_path: Path) -> None:
    command = "return 'setsid sleep 63 & echo ready; sleep 64'"
    words = [sys.executable, str(program(wrapper(command))), "--temp-file-dir", ".", *NO_LIMITS]
    process = subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr
    assert process.stderr.readline() == b"ready\n"
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 30
    while [path.name for path in tmp_path.iterdir()] != ["wrapper.py"] or processes_in(tmp_path):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_main_can_return(program: Program, run: Run) -> None:
    text = wrapper("return 'true'", "return {'status': 'SAT', 'quality': 1}")
    text = text.replace("main()", "main(exit=False)") + "    open('after', 'w').close()\n"
    done = run(program(text), *NO_LIMITS)
    assert result_of(done).quality == 1
    assert (Path(str(done.args[1])).parent / "after").exists()


def test_methods_that_would_not_be_called_are_refused() -> None:
    with pytest.raises(TypeError, match=r"Old\.call_target\(\) would never be called"):
        type("Old", (AbstractWrapper,), {"call_target": print})


SAT_WRAPPER = """\
from smacwrap import SatWrapper
class Solver(SatWrapper):
    def get_command_line_args(self, runargs, config):
        return ["sh", "-c", config["-script"]]
if __name__ == "__main__":
    Solver().main()
"""


@pytest.mark.parametrize(
    ("script", "info", "options", "status", "reason"),
    [
        ("echo s SATISFIABLE", "0", [], "SAT", ""),
        ("echo s UNSATISFIABLE; exit 20", "20", [], "UNSAT", ""),
        ("echo c UNSATISFIABLE?; echo SATISFIABLE; exit 10", "SAT", [], "SAT", ""),
        ("echo s UNKNOWN", "0", [], "TIMEOUT", "the solver's answer is UNKNOWN"),
        ("echo c killed; exit 1", "0", [], "CRASHED", "exit code 1"),
        ("echo s SATISFIABLE", "UNSAT", [], "CRASHED", "the answer is SAT but it is UNSAT"),
        ("echo s UNSATISFIABLE", "0", ["--sol-file", "known"], "CRASHED", "but it is SAT"),
        ("echo s SATISFIABLE", "0", ["--sol-file", "known"], "SAT", ""),
        ("echo s SATISFIABLE", "0", ["--sat-checker", "./checker"], "CRASHED", "model is wrong"),
        ("echo s SATISFIABLE", "0", ["--sat-checker", "true"], "SAT", ""),
        ("echo s SATISFIABLE", "0", ["--sat-checker", "./none"], "CRASHED", "FileNotFoundError"),
    ],
)
def test_a_sat_solvers_answer_is_read_and_checked(
    program: Program,
    run: Run,
    tmp_path: Path,
    script: str,
    info: str,
    options: list[str],
    status: str,
    reason: str,
) -> None:
    (tmp_path / "known").write_text("b.cnf UNSATISFIABLE\na.cnf SATISFIABLE\n")
    write_program(tmp_path / "checker", "#!/bin/sh\ngrep -q SAT $2 && echo Wrong solution\n")
    path = program(SAT_WRAPPER)
    result = result_of(run(path, *options, "a.cnf", info, "20", "0", "1", "-script", script))
    assert result.status == status
    assert reason in result.additional


def test_a_folder_for_temporary_files_that_cannot_be_written_is_no_fault_of_the_run(
    program: Program, run: Run
) -> None:
    path = program(wrapper("return ['true']"))
    result = result_of(run(path, "--temp-file-dir", "/absent", "i", "0", "9", "9", "1", "-x", "1"))
    assert result.status is Status.CRASHED
    assert "reason=FileNotFoundError: " in result.additional
    assert "void=environment" in result.additional
    failing = program(wrapper("return ['true']", "open('absent')"))
    theirs = result_of(run(failing, "i", "0", "9", "9", "1", "-x", "1"))
    assert "reason=FileNotFoundError: " in theirs.additional
    assert "void" not in theirs.additional

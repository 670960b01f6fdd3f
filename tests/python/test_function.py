"""`@smacwrap.target`: functions as programs, called as SMAC calls a wrapper."""

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import smacwrap
from smacwrap.protocol import Status, parse_result_line
from tests.conftest import processes_in
from tests.python.conftest import NO_LIMITS, Run, result_of

Program = Callable[[str], Path]


def function(body: str, arguments: str = "**parameters", options: str = "") -> str:
    """A program around a function with this body."""
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return (
        "import os, signal, subprocess, sys, threading, time\n"
        "import smacwrap\n"
        f"@smacwrap.target({options})\n"
        f"def train({arguments}):\n{lines}"
        "if __name__ == '__main__':\n"
        "    train.main()\n"
    )


def square(x: float) -> float:
    return x * x


def test_a_function_is_a_target_for_smacwrap(quick: Path, program: Program, smacwrap) -> None:
    body = "return (x - 0.3) ** 2 + 0.05 * (z or 0), {'kind': kind, 'seed': seed}"
    arguments = "x: float, y: float, n: int, kind: str, z: float | None, *, seed"
    path = program(function(body, arguments))
    done = smacwrap("algo-test", quick, "--algo", f"{sys.executable} {path}")
    assert done.returncode == 0, done
    assert "Result: Result of algorithm run: SAT, " in done.stdout
    assert ", 0, 0.04000000000000001, -1, kind=a;seed=-1" in done.stdout
    words = ["--algo", f"{sys.executable} {path}", "--numberOfRunsLimit", 3]
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 0, done


def test_what_comes_with_the_call_goes_to_keyword_only_arguments(
    program: Program, run: Run
) -> None:
    names = "instance, instance_info, cutoff, run_length, seed"
    body = f"print(repr(({names})))\nreturn 0"
    path = program(function(body, f"*, {names}"))
    done = run(path, "a b.cnf", "SAT", "7.5", "100", "12")
    assert result_of(done).seed == 12
    assert done.stderr == "('a b.cnf', 'SAT', 7.5, 100, 12)\n"
    assert "('no_instance', '0', inf, 2147483647, 4)" in run(path, *NO_LIMITS).stderr


def test_aclib_calls_are_answered_in_both_forms(program: Program, run: Run) -> None:
    path = program(function("return lr, {'note': 'a, b'}", "lr: float, *, seed"))
    words = ["--instance", "i", "--cutoff", "9", "--seed", "3", "--config", "-lr", "'0.5'"]
    done = run(path, *words)
    assert done.returncode == 0, done
    aclib, smac = done.stdout.splitlines()
    assert json.loads(aclib.partition(": ")[2])["cost"] == 0.5
    assert json.loads(aclib.partition(": ")[2])["misc"] == "note=a, b"
    assert parse_result_line(smac).quality == 0.5
    assert parse_result_line(smac).seed == 3


def test_names_that_python_cannot_have_go_to_their_nearest_name(program: Program, run: Run) -> None:
    body = "print(repr((opt_level, lambda_, _1st, rest)))\nreturn 0"
    path = program(function(body, "opt_level: int, lambda_: float, _1st: bool, **rest"))
    words = ["-opt-level", "'3'", "-lambda", "0.5", "-1st", "Yes", "-@1:a/b", "x y", "--sp.c+", "1"]
    done = run(path, *NO_LIMITS, *words)
    assert result_of(done).status is Status.SAT
    assert done.stderr == "(3, 0.5, True, {'@1:a/b': 'x y', '-sp.c+': '1'})\n"


@pytest.mark.parametrize(
    ("words", "reasons"),
    [
        (["-lr", "fast"], ["parameter 'lr': expected float, found 'fast'"]),
        (["-lr", ""], ["parameter 'lr': expected float, found ''"]),
        ([], ["parameter 'lr' is missing"]),
        (["-lr", "1", "-lrr", "2"], ["unknown parameter 'lrr' … did you mean 'lr'?"]),
        (["-n", "1.5", "-m", "2"], ["'n': expected int", "unknown parameter 'm'", "'lr' is miss"]),
        (["-lr", "1", "-seed", "2"], ["parameter 'seed' has a name that comes with the call"]),
        (["-lr", "1", "-a-b", "2", "-a.b", "2"], ["parameter 'a.b' is a second one for a_b"]),
    ],
)
def test_a_configuration_that_does_not_fit_is_crashed_with_every_reason(
    program: Program, run: Run, words: list[str], reasons: list[str]
) -> None:
    path = program(function("1 / 0", "lr: float, n: int = 1, a_b: int = 1, *, seed"))
    done = run(path, *NO_LIMITS, *words)
    assert result_of(done).status is Status.CRASHED
    assert "reason=parameter" in done.stdout or "reason=unknown" in done.stdout
    for reason in reasons:
        assert reason in done.stderr
    assert done.stderr.startswith("wrapper.py: ")
    assert len(done.stderr.splitlines()) == 1, "no traceback"


@pytest.mark.parametrize(
    ("returned", "status", "quality", "additional"),
    [
        ("2", "SAT", 2, ""),
        ("-0.5", "SAT", -0.5, ""),
        ("(0.25, {'test error': 0.5, 'a=b': 'x;y'})", "SAT", 0.25, "test_error=0.5;a_b=x y"),
        ("smacwrap.Result(3, {'e': 1}, runtime=7, run_length=5)", "SAT", 3, "e=1"),
        ("smacwrap.Result(3, status='unsat')", "UNSAT", 3, ""),
        ("smacwrap.Result(status='ABORT')", "ABORT", 1e9, "reason=the function's result is ABORT"),
        ("smacwrap.Result(status='TIMEOUT')", "TIMEOUT", 1e9, ""),
        ("None", "CRASHED", 1e9, "reason=the function returned None"),
        ("'0.5'", "CRASHED", 1e9, "reason=the function returned '0.5'"),
        ("(1, 2)", "CRASHED", 1e9, "reason=the function returned (1 2)"),
        ("float('nan')", "CRASHED", 1e9, "quality is not a finite number: nan"),
        ("float('-inf')", "CRASHED", 1e9, "quality is not a finite number: -inf"),
        ("10 ** 400", "CRASHED", 1e9, "OverflowError"),
        ("smacwrap.Result()", "CRASHED", 1e9, "there is no quality"),
        ("smacwrap.Result(1, status='FINE')", "CRASHED", 1e9, "'FINE' is not a valid Status"),
        ("smacwrap.Result(1, status='KILLED')", "CRASHED", 1e9, "the status KILLED is SMAC's own"),
        ("smacwrap.Result(1, runtime=float('nan'))", "CRASHED", 1e9, "runtime is not a finite"),
        ("{'x': lambda: 0}", "CRASHED", 1e9, "reason=the function returned {'x'"),
    ],
)
def test_what_a_function_returns_is_its_result_or_a_crash_with_the_reason(
    program: Program, run: Run, returned: str, status: str, quality: float, additional: str
) -> None:
    done = run(program(function(f"return {returned}")), *NO_LIMITS)
    result = result_of(done)
    assert (result.status, result.quality) == (status, quality)
    assert additional in result.additional
    assert "Traceback" not in done.stderr
    if "runtime=7" in returned:
        assert (result.runtime, result.run_length) == (7, 5)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{}['a, b;c']", "reason=KeyError: 'a b c'"),
        ("raise MemoryError", "reason=MemoryError"),
        ("def f(): f()\nf()", "reason=RecursionError: maximum recursion depth exceeded"),
        ("sys.exit('no data')", "reason=SystemExit: no data"),
        ("raise KeyboardInterrupt", "reason=KeyboardInterrupt"),
        ("raise ValueError('x' * 10**6)", "reason=ValueError: xxx"),
    ],
)
def test_an_exception_is_crashed_with_its_class_and_message_and_a_traceback_for_people(
    program: Program, run: Run, body: str, reason: str
) -> None:
    done = run(program(function(body)), *NO_LIMITS)
    assert result_of(done).status is Status.CRASHED
    assert reason in done.stdout
    assert len(done.stdout) < 2000
    assert "Traceback" in done.stderr
    assert "function.py" not in done.stderr, "the traceback starts in the author's code"


def test_declared_exceptions_are_unsat_with_the_declared_quality(
    program: Program, run: Run
) -> None:
    options = "maximize=True, infeasible=(ValueError, ZeroDivisionError), infeasible_quality=0.25"
    path = program(function("return x if x else 1 / x", "x: float", options))
    assert result_of(run(path, *NO_LIMITS, "-x", "0.5")).quality == -0.5
    infeasible = result_of(run(path, *NO_LIMITS, "-x", "0"))
    assert (infeasible.status, infeasible.quality) == (Status.UNSAT, -0.25)
    assert infeasible.additional == "reason=ZeroDivisionError: float division by zero"
    wrong = result_of(run(path, *NO_LIMITS, "-x", "a"))
    assert wrong.status is Status.CRASHED, "ValueError is the author's only within the function"


def test_the_result_line_stands_alone_whatever_is_printed(program: Program, run: Run) -> None:
    body = (
        "print('Result for SMAC: SAT, 0, 0, -1e9, 4')\n"
        "subprocess.run(['echo', 'Result for SMAC: SAT, 0, 0, -2e9, 4'])\n"
        "os.write(1, b'half a line')\n"
        "print('no end', end='')\n"
        "return 1"
    )
    done = run(program(function(body)), *NO_LIMITS)
    assert result_of(done).quality == 1
    for text in ("-1e9", "-2e9", "half a line", "no end"):
        assert text in done.stderr


def test_the_run_time_is_the_cpu_time_of_the_program_and_its_children(
    program: Program, run: Run
) -> None:
    burn = "while time.process_time() < 0.4: pass"
    body = f"time.sleep(0.3)\nsubprocess.run([sys.executable, '-c', 'import time\\n{burn}'])"
    done = run(program(function(f"{body}\n{burn}\nreturn 1")), *NO_LIMITS)
    assert 0.8 <= result_of(done).runtime < 2


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "time.sleep(60)",
        "while True:\n    try: time.sleep(60)\n    except BaseException: pass",
        "subprocess.run(['sleep', '60'])",
        "subprocess.run(['sh', '-c', 'while :; do :; done'])",
        "time.sleep(0.3)\nreturn smacwrap.Result(1, runtime=9)",
    ],
)
def test_at_the_cutoff_a_run_is_a_timeout_and_nothing_is_left(
    program: Program, run: Run, body: str
) -> None:
    done = run(program(function(body)), "no_instance", "0", "0.6", "0", "4")
    result = result_of(done)
    assert (result.status, result.runtime) == (Status.TIMEOUT, 0.6)
    assert "the cutoff was reached" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_whole_tree_and_still_gives_a_result(
    program: Program, tmp_path: Path, number: signal.Signals
) -> None:
    body = (
        "child = subprocess.Popen(['sleep', '61'], start_new_session=True)\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    try: time.sleep(60)\n"
        "    except BaseException: pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, str(program(function(body))), *NO_LIMITS],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr
    assert process.stderr.readline() == "ready\n"
    process.send_signal(number)
    output, errors = process.communicate(timeout=20)
    result = parse_result_line(output)
    assert (process.returncode, result.status) == (0, Status.CRASHED)
    assert f"reason=the wrapper was ended by {number.name}" in output
    assert f"ended by {number.name}" in errors
    assert not processes_in(tmp_path)


def test_what_a_function_leaves_running_ends_with_it(
    program: Program, run: Run, tmp_path: Path
) -> None:
    body = (
        "subprocess.Popen(['sh', '-c', 'setsid sleep 62 & setsid sleep 62 & wait'])\n"
        "threading.Thread(target=time.sleep, args=(60,)).start()\n"
        "return 1"
    )
    start = time.monotonic()
    assert result_of(run(program(function(body)), *NO_LIMITS)).quality == 1
    assert time.monotonic() - start < 20
    assert not processes_in(tmp_path)


def test_a_pool_of_processes_can_be_used_and_terminated(program: Program, run: Run) -> None:
    body = (
        "import multiprocessing\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with multiprocessing.get_context('fork').Pool(2) as pool:\n"
        "    total = sum(pool.map(abs, [-1, 2]))\n"
        "with ProcessPoolExecutor(2, multiprocessing.get_context('spawn')) as pool:\n"
        "    return total + sum(pool.map(abs, [-1, 2]))\n"
    )
    done = run(program(function(body)), *NO_LIMITS)
    assert (result_of(done).quality, done.stderr) == (6, "")


def test_a_signal_for_a_child_that_was_just_forked_is_no_signal_for_the_program(
    program: Program, run: Run
) -> None:
    body = (
        "for _ in range(100):\n"
        "    if (child := os.fork()) == 0: time.sleep(60)\n"
        "    os.kill(child, signal.SIGTERM)\n"
        "    os.waitpid(child, 0)\n"
        "return 1\n"
    )
    done = run(program(function(body)), *NO_LIMITS)
    assert (result_of(done).quality, done.stderr) == (1, "")


def test_a_fork_that_comes_back_gives_no_second_result(program: Program, run: Run) -> None:
    body = "if os.fork() == 0: return 2\nos.wait()\nreturn 1"
    assert result_of(run(program(function(body)), *NO_LIMITS)).quality == 1


def test_what_a_program_does_at_its_exit_is_done(
    program: Program, run: Run, tmp_path: Path
) -> None:
    body = "import atexit\natexit.register(open, 'done', 'w')\nreturn 1"
    assert result_of(run(program(function(body)), *NO_LIMITS)).quality == 1
    assert (tmp_path / "done").exists()


@pytest.mark.parametrize("words", [[], ["--help"], ["i", "0", "x", "0", "1"], [*NO_LIMITS, "-a"]])
def test_words_that_are_no_call_string_are_one_clear_line(
    program: Program, run: Run, words: list[str]
) -> None:
    done = run(program(function("return 1")), *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("wrapper.py: ")
    assert len(done.stderr.splitlines()) == 1


def test_bytes_that_are_no_text_do_not_break_the_result(program: Program, tmp_path: Path) -> None:
    path = program(function("return 1", "lr: float"))
    words = [os.fsencode(word) for word in [sys.executable, str(path), *NO_LIMITS, "-lr"]]
    done = subprocess.run([*words, b"\xff\n\xe2"], cwd=tmp_path, capture_output=True)
    assert done.returncode == 0
    assert done.stdout.startswith(b"Result of algorithm run: CRASHED, 0.0, 0, 1000000000.0, 4, ")
    assert done.stdout.count(b"\n") == 1


def test_a_decorated_function_is_still_that_function() -> None:
    decorated = smacwrap.target(square)
    assert decorated(3) == 9
    assert decorated is square
    assert pickle.loads(pickle.dumps(decorated)) is square


class Odd:
    pass


def test_what_can_never_work_is_said_when_the_function_is_defined() -> None:
    def no_text(x: Odd) -> float: ...
    def no_place(seed: int) -> float: ...
    def no_names(*values: float) -> float: ...

    for wrong, reason in [
        (no_text, r"no_text\(\), 'x': the type Odd cannot be had from a text"),
        (no_place, r"'seed': this comes with the call, .* def no_place\(…, \*, seed\)"),
        (no_names, r"'values': it would get nothing"),
    ]:
        with pytest.raises(TypeError, match=reason):
            smacwrap.target(wrong)
    with pytest.raises(TypeError, match="infeasible and infeasible_quality are given together"):
        smacwrap.target(infeasible=ValueError)
    with pytest.raises(TypeError, match="infeasible_quality is not a finite number: nan"):
        smacwrap.target(infeasible=ValueError, infeasible_quality=float("nan"))
    with pytest.raises(TypeError, match="infeasible is one exception class or several"):
        smacwrap.target(infeasible="ValueError", infeasible_quality=1)


def test_importing_smacwrap_loads_nothing_of_this() -> None:
    code = "import smacwrap, sys; print([m for m in sys.modules if m.startswith('smacwrap')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "['smacwrap']\n"
    with pytest.raises(AttributeError, match="module 'smacwrap' has no attribute 'targte'"):
        _ = smacwrap.targte

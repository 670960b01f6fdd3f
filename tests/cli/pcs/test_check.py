"""`smacwrap pcs check`: everything that is wrong or suspicious, with its place."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli import cli

ROOT = Path(__file__).parents[3]

GOOD = """\
x real [0.1, 10] [1] log
kind {a, b} [a]
n integer [1, 5] [3]
n | kind == b
{kind=b, n=5}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def check(*words, stdin=None):
    return CliRunner().invoke(cli, ["pcs", "check", *words], input=stdin)


def test_a_good_file_is_summed_up_in_a_line():
    Path("good.pcs").write_text(GOOD)
    done = check("good.pcs")
    assert done.exit_code == 0
    assert done.output == (
        "good.pcs: ok, 3 parameters (1 log), 1 condition, 1 forbidden clause, "
        "infinitely many configurations\n"
    )


def test_all_problems_of_all_files_come_with_their_place_underlined():
    Path("bad.pcs").write_text("x real [0, 1] [2]\ny integer [1, 5] [3]\nz | y == 9\n")
    Path("worse.pcs").write_text("{x=1}\n")
    done = check("bad.pcs", "worse.pcs")
    assert done.exit_code == 2
    assert done.output.splitlines() == [
        "bad.pcs:1:16: error: default 2 is outside [0, 1]",
        "    x real [0, 1] [2]",
        "                   ^",
        "bad.pcs:3:1: error: unknown parameter 'z'",
        "    z | y == 9",
        "    ^",
        "bad.pcs:3:10: error: 9 is outside the range [1, 5] of 'y'",
        "    z | y == 9",
        "             ^",
        "bad.pcs: 3 errors",
        "worse.pcs:1:2: error: unknown parameter 'x'",
        "    {x=1}",
        "     ^",
        "worse.pcs: 1 error",
    ]


def test_warnings_come_with_their_place_and_matter_only_if_strict():
    Path("odd.pcs").write_text("# first\nx real [0.001, 10] [1]\n")
    done = check("odd.pcs")
    assert done.exit_code == 0
    assert done.output.splitlines() == [
        "odd.pcs:2:1: warning: the range of 'x' spans 4 decades without log: "
        "nine of ten random values lie in the highest one",
        "    x real [0.001, 10] [1]",
        "    ^^^^^^^^^^^^^^^^^^^^^^",
        "odd.pcs: ok, 1 warning, 1 parameter, 0 conditions, 0 forbidden clauses, "
        "infinitely many configurations",
    ]
    assert check("odd.pcs", "--strict").exit_code == 1
    Path("good.pcs").write_text(GOOD)
    assert check("good.pcs", "--strict").exit_code == 0


def test_errors_win_over_warnings():
    Path("odd.pcs").write_text("x real [0.001, 10] [1]\n")
    Path("bad.pcs").write_text("x real\n")
    assert check("bad.pcs", "odd.pcs", "--strict").exit_code == 2


def test_the_standard_input_can_be_checked():
    done = check("-", stdin=GOOD)
    assert done.exit_code == 0
    assert done.output.startswith("standard input: ok, 3 parameters")
    done = check("-", stdin=b"x real [0, 1] [0.5]\n\xff\n")
    assert done.exit_code == 2
    assert done.output.startswith("standard input:2:1: error: the byte 0xFF")


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("missing.pcs", "No such file or directory"),
        (".", "Is a directory"),
        ("binary.pcs", "not UTF-8 text: is this a PCS file?"),
    ],
)
def test_what_cannot_be_read_is_an_error_and_the_others_are_checked_still(file, said):
    Path("good.pcs").write_text(GOOD)
    Path("binary.pcs").write_bytes(b"\x80\x81\0")
    done = check(file, "good.pcs")
    assert done.exit_code == 2
    assert said in done.output
    assert "good.pcs: ok" in done.output


def test_a_reader_that_leaves_early_causes_no_traceback(tmp_path):
    lines = [f"p{i} real [0.001, 10] [1]" for i in range(2000)]
    (tmp_path / "long.pcs").write_text("\n".join(lines))
    command = [sys.executable, "-m", "smacwrap", "pcs", "check", "long.pcs"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, text=True
    ) as process:
        assert process.stdout.readline().startswith("long.pcs:1:1: warning: ")
        process.stdout.close()
        assert process.stderr.read() == ""


def test_the_example_of_the_help_works(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "smacwrap pcs check pcs/mnist_cnn.pcs --strict" in check("--help").output
    done = check("pcs/mnist_cnn.pcs", "--strict")
    assert done.exit_code == 0
    assert done.output.count("\n") == 1


def test_json_of_configspace_is_checked_like_the_pcs_file_that_it_describes():
    x = '{"type": "uniform_float", "name": "x", "lower": 1, "upper": 1e6, "default": 9, "q": 2}'
    Path("space.json").write_text(f'{{"hyperparameters": [{x}]}}')
    done = check("space.json")
    assert done.exit_code == 0
    first, second, *_ = done.output.splitlines()
    assert first == "space.json: warning: 'x': its quantisation, q=2, is dropped"
    assert second.startswith(
        "space.json, written as PCS:1:1: warning: the range of 'x' spans 6 dec"
    )


def test_a_file_of_irace_is_told_in_one_line():
    lines = '# irace\nants "--ants " i (1, 100)\nrho "--rho " r,log (0.01, 1)\n'
    Path("parameters.txt").write_text(lines)
    done = check("parameters.txt")
    assert done.exit_code == 2
    assert done.output.splitlines() == [
        "parameters.txt: error: not a PCS file, it looks like a parameter file of irace: convert "
        "it first, smacwrap pcs convert parameters.txt --from irace --to new -o params.pcs",
        "parameters.txt: 1 error",
    ]

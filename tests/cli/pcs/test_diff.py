"""`smacwrap pcs diff`: two PCS files compared by meaning."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli import cli

ROOT = Path(__file__).parents[3]

OLD = "x real [0, 1] [0.5]\na {u, v} [u]\nn integer [1, 9] [5]\nn | a == u\n{a=v, x=1}\n"


def diff(*words, color=False):
    return CliRunner().invoke(cli, ["pcs", "diff", *map(str, words)], color=color)


@pytest.fixture
def files(tmp_path):
    def write(new):
        (tmp_path / "old.pcs").write_text(OLD)
        (tmp_path / "new.pcs").write_text(new)
        return tmp_path / "old.pcs", tmp_path / "new.pcs"

    return write


def test_equal_files_say_nothing(files):
    new = "n [1, 9] [5]i # older\nn | a in {u}\n{x=1, a=v}\na {v, u} [u]\nx [0, 1] [0.5]\n"
    done = diff(*files(new))
    assert (done.exit_code, done.output) == (0, "")


def test_differences_come_a_line_each(files):
    new = "x real [0, 2] [0.5]\na {u, v} [u]\nk {p, q} [p]\nk | a == v\n"
    done = diff(*files(new))
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "~ x: range [0, 1] → [0, 2]",
        "- n integer [1, 9] [5]",
        "+ k categorical {p, q} [p]",
        "- n | a == u",
        "+ k | a == v",
        "- {a=v, x=1}",
    ]


def test_a_terminal_shows_them_in_colour(files):
    done = diff(*files(OLD.replace("{a=v, x=1}", "")), color=True)
    assert done.output == "\x1b[31m- {a=v, x=1}\x1b[0m\n"


def test_a_file_that_cannot_be_read_is_trouble(files, smacwrap):
    old, _ = files(OLD)
    done = smacwrap("pcs", "diff", old, old.parent)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1


def test_the_example_of_the_help_works(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "smacwrap pcs diff pcs/mnist_cnn.pcs pcs/digits_cnn.pcs" in diff("--help").output
    done = diff("pcs/mnist_cnn.pcs", "pcs/digits_cnn.pcs")
    assert done.exit_code == 1
    assert "~ nb_conv: range [1, 20] → [2, 4]" in done.output


def test_the_standard_input_is_only_one_of_them() -> None:
    done = CliRunner().invoke(cli, ["pcs", "diff", "-", "-"], input="x [0, 1] [0.5]\n")
    assert str(done.exception) == "only one of the two files can be -, the standard input"

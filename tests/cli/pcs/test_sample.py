"""`smacwrap pcs sample`: random configurations that a shell, or a table, can take."""

import csv
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli import cli
from smacwrap.errors import UserError
from smacwrap.pcs import from_text, parse_pcs

ROOT = Path(__file__).parents[3]

TEXT = """\
x real [0.001, 10] [1] log
kind {a, b$(c), 'd'} [a]
n integer [1, 50] [10]
n | kind == a
{kind='d', x=1}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "params.pcs"
    path.write_text(TEXT)
    return path


def sample(*words):
    return CliRunner().invoke(cli, ["pcs", "sample", *map(str, words)], catch_exceptions=False)


def settings(line):
    words = shlex.split(line)
    assert all(word.startswith("-") for word in words[::2])
    return dict(zip((word[1:] for word in words[::2]), words[1::2], strict=True))


def test_lines_are_legal_configurations_quoted_for_a_shell(file):
    done = sample(file, "-n", "40")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert len(lines) == 40
    space = parse_pcs(TEXT)
    for line in lines:
        from_text(space, settings(line)).check_valid_configuration()
    assert any("-kind 'b$(c)'" in line for line in lines)


def test_a_table_has_the_same_configurations_and_is_empty_where_inactive(file):
    lines = sample(file, "-n", "20", "--seed", "4").output.splitlines()
    rows = list(csv.DictReader(sample(file, "-n", "20", "--seed", "4", "--csv").output.split("\n")))
    assert list(rows[0]) == ["kind", "n", "x"]
    assert [{k: v for k, v in row.items() if v} for row in rows] == [*map(settings, lines)]
    assert {row["n"] == "" for row in rows} == {True, False}


def test_a_seed_gives_the_same_configurations_in_every_process(file, smacwrap):
    outputs = {
        smacwrap(
            "pcs", "sample", file, "-n", "5", "--seed", "7", env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {sample(file, "-n", "5", "--seed", "7").output}
    assert outputs != {sample(file, "-n", "5", "--seed", "8").output}


def test_a_small_space_repeats_itself(tmp_path):
    file = tmp_path / "small.pcs"
    file.write_text("a {x, y} [x]\n{a=y}\n")
    assert sample(file, "-n", "3").output == "-a x\n" * 3


def test_more_than_are_drawn_at_once(file):
    assert len(sample(file, "-n", "2001").output.splitlines()) == 2001


@pytest.mark.parametrize("words", [["-n", "0"], ["-n", "-3"], ["-n", "x"], ["--seed", "-1"]])
def test_a_wrong_number_is_refused(file, words):
    done = sample(file, *words)
    assert done.exit_code == 2
    assert f"Invalid value for '{words[0]}'" in done.output


def test_clauses_that_leave_nothing_are_said(tmp_path):
    file = tmp_path / "none.pcs"
    file.write_text("x real [0, 1] [0.5]\n{x != 0.5}\n")
    with pytest.raises(UserError, match="forbidden clauses left none of"):
        sample(file)


def test_the_example_of_the_help_works(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "smacwrap pcs sample pcs/mnist_cnn.pcs -n 5 --seed 3" in sample("--help").output
    assert len(sample("pcs/mnist_cnn.pcs", "-n", 5, "--seed", 3).output.splitlines()) == 5

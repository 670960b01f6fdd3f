"""`smacwrap pcs default`: the default configuration as a call string has it."""

from pathlib import Path

from click.testing import CliRunner

from smacwrap.cli import cli

ROOT = Path(__file__).parents[3]


def default(*words):
    return CliRunner().invoke(cli, ["pcs", "default", *map(str, words)], catch_exceptions=False)


def test_active_parameters_in_one_line(tmp_path):
    file = tmp_path / "params.pcs"
    file.write_text("x real [0, 1] [0.5]\nkind {a;b, c} [a;b]\nn integer [1, 5] [3]\nn | kind == c")
    assert default(file).output == "-kind 'a;b' -x 0.5\n"


def test_the_example_of_the_help_works(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "smacwrap pcs default pcs/mnist_cnn.pcs" in default("--help").output
    assert default("pcs/mnist_cnn.pcs").output == (
        "-dropout1 0.25 -dropout2 0.5 -nb_conv 3 -nb_filters 32 -nb_pool 2\n"
    )


def test_a_missing_file_is_said_in_a_line(smacwrap):
    done = smacwrap("pcs", "default", "missing.pcs")
    assert done.returncode == 2
    assert done.stderr == "missing.pcs: cannot be read: No such file or directory\n"

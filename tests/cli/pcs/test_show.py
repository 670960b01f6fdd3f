"""`smacwrap pcs show`: a PCS file as a table."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli import cli
from smacwrap.errors import UserError

ROOT = Path(__file__).parents[3]

TEXT = """\
opt categorical {sgd, adam} [sgd]
momentum real [0, 1] [0.9]
lr real [0.001, 1] [0.1] log
nesterov {yes, no} [no]
layers integer [1, 4] [2]
momentum | opt == sgd
nesterov | momentum > 0.5 && opt == sgd
{opt=adam, layers=4}
{layers > 2 && nesterov == yes}
"""


def show(file):
    return CliRunner().invoke(cli, ["pcs", "show", str(file)], catch_exceptions=False)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "params.pcs"
    path.write_text(TEXT)
    return path


def test_parameters_come_in_the_files_order_with_children_below_their_parents(file):
    done = show(file)
    assert done.exit_code == 0
    assert [line.rstrip() for line in done.output.splitlines()] == [
        "Parameter     Type         Domain       Default  Scale  Active if",
        "opt           categorical  {sgd, adam}  sgd",
        "  momentum    real         [0, 1]       0.9             opt == sgd",
        "    nesterov  categorical  {yes, no}    no              momentum > 0.5 && opt == sgd",
        "lr            real         [0.001, 1]   0.1      log",
        "layers        integer      [1, 4]       2",
        "",
        "Forbidden",
        "  {opt=adam, layers=4}",
        "  {layers > 2 && nesterov == yes}",
        "",
        "infinitely many configurations",
    ]


def test_a_finite_space_is_counted(tmp_path):
    file = tmp_path / "finite.pcs"
    file.write_text("a {x, y} [x]\nn integer [1, 10] [1]\nn | a == y\n{n=7}\n")
    assert show(file).output.endswith("\n\n10 configurations\n")


def test_an_empty_file_has_one_configuration(tmp_path):
    file = tmp_path / "empty.pcs"
    file.write_text("# nothing\n")
    assert show(file).output.strip() == "1 configuration"


def test_in_a_pipe_long_domains_are_not_cut(tmp_path):
    values = [f"value_{i}" for i in range(60)]
    file = tmp_path / "long.pcs"
    file.write_text(f"a {{{', '.join(values)}}} [value_7]\n{{a=value_9}}\n")
    assert f"{{{', '.join(values)}}}" in show(file).output


def test_deep_chains_are_shown(tmp_path):
    lines = [f"p{i} integer [1, 3] [1]" for i in range(400)]
    lines += [f"p{i} | p{i - 1} > 1" for i in range(1, 400)]
    file = tmp_path / "deep.pcs"
    file.write_text("\n".join(lines))
    output = show(file).output
    assert all(f"p{i} " in output for i in range(400))
    assert f"about {2**401 - 1:.2e} configurations" in output


def test_a_wrong_file_is_refused(tmp_path):
    file = tmp_path / "bad.pcs"
    file.write_text("x real [0, 1] [2]\n")
    with pytest.raises(UserError, match="default 2 is outside"):
        show(file)


def test_the_example_of_the_help_works(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "smacwrap pcs show pcs/mnist_cnn.pcs" in show("--help").output
    assert "nb_filters  integer  [4, 256]  32" in show("pcs/mnist_cnn.pcs").output

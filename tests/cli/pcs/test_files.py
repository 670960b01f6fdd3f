"""What all `smacwrap pcs` commands do with files: standard input, and what cannot be read."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli import cli
from smacwrap.errors import UserError

TEXT = "x real [0, 1] [0.5]\nn integer [1, 9] [3]\n"
READERS = [
    ("show",),
    ("default",),
    ("sample",),
    ("convert", "--to", "new"),
    ("diff", "same.pcs"),
    ("fmt",),
]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("same.pcs").write_text(TEXT)


def pcs(*words, stdin=None):
    return CliRunner().invoke(cli, ["pcs", *words], input=stdin)


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
def test_a_dash_is_the_standard_input(words):
    done = pcs(*words, "-", stdin=TEXT)
    assert (done.exit_code, done.exception) == (0, None)
    assert done.output == pcs(*words, "same.pcs").output or words[0] == "fmt"
    wrong = pcs(*words, "-", stdin="x real [0, 1] [2]\n").exception
    assert isinstance(wrong, UserError)
    assert str(wrong) == "standard input:1:16: default 2 is outside [0, 1]"


@pytest.mark.parametrize("words", READERS, ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("missing.pcs", "missing.pcs: cannot be read: No such file or directory"),
        (".", ".: cannot be read: Is a directory"),
        ("/dev/zero", "/dev/zero: more than 10,000,000 bytes: is it the right file?"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(words, file, message):
    error = pcs(*words, file).exception
    assert isinstance(error, UserError)
    assert str(error) == message


def test_a_full_disk_is_said_in_a_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "smacwrap", "pcs", "sample", "same.pcs", "-n", "5"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "the output cannot be written: no space left on the device\n"


def test_a_mistyped_command_gets_a_suggestion():
    done = pcs("chekc", "same.pcs")
    assert done.exit_code == 2
    assert "No such command 'chekc' … did you mean 'check'?" in done.output

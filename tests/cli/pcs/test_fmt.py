"""`smacwrap pcs fmt` lays files out in place and never loses one."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from smacwrap.cli.pcs.fmt import command
from smacwrap.errors import UserError

UNTIDY = "nb_filters integer [4,256] [32] # a\nlr  real [1e-5, 1.0] [0.010] log\n\n\n# end\n"
TIDY = (
    "nb_filters integer [4, 256]    [32]  # a\n"
    "lr         real    [1e-5, 1.0] [0.010] log\n"
    "\n"
    "# end\n"
)


@pytest.fixture
def untidy(tmp_path: Path) -> Path:
    path = tmp_path / "untidy.pcs"
    path.write_bytes(UNTIDY.encode())
    return path


@pytest.fixture
def tidy(tmp_path: Path) -> Path:
    path = tmp_path / "tidy.pcs"
    path.write_bytes(TIDY.encode())
    return path


def fmt(*words: object, stdin: bytes = b"") -> tuple[int, bytes]:
    """Exit code and output; a UserError is raised, as `main` would show it."""
    done = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
    if isinstance(done.exception, UserError):
        raise done.exception
    return done.exit_code, done.stdout_bytes


def test_files_are_laid_out_in_place(untidy: Path, tidy: Path) -> None:
    before = tidy.stat()
    assert fmt(untidy, tidy) == (0, b"")
    assert untidy.read_bytes() == TIDY.encode()
    assert tidy.stat() == before, "a tidy file is not written at all"


def test_check_changes_nothing_and_lists_the_files_that_would_change(
    untidy: Path, tidy: Path
) -> None:
    assert fmt("--check", tidy, untidy) == (1, f"{untidy}\n".encode())
    assert untidy.read_bytes() == UNTIDY.encode()
    assert fmt("--check", tidy) == (0, b"")


@pytest.mark.parametrize("words", [["-"], []])
def test_standard_input_goes_to_standard_output(words: list[str]) -> None:
    assert fmt(*words, stdin=UNTIDY.encode()) == (0, TIDY.encode())
    assert fmt(*words, "--check", stdin=UNTIDY.encode()) == (1, b"standard input\n")


def test_line_ends_and_byte_order_mark_stay(untidy: Path) -> None:
    untidy.write_bytes(b"\xef\xbb\xbf" + UNTIDY.replace("\n", "\r\n").encode())
    fmt(untidy)
    assert untidy.read_bytes() == b"\xef\xbb\xbf" + TIDY.replace("\n", "\r\n").encode()


def test_a_file_with_errors_is_left_and_the_others_are_laid_out(
    untidy: Path, smacwrap: Callable[..., "object"]
) -> None:
    wrong = untidy.with_name("wrong.pcs")
    wrong.write_text("a  real [0, 1] [2]\nb  {x} [y]\n")
    done = smacwrap("pcs", "fmt", "wrong.pcs", "untidy.pcs", "absent.pcs", ".")
    assert done.returncode == 2
    assert "wrong.pcs:1:17: default 2 is outside [0, 1]" in done.stderr
    assert "wrong.pcs:2:9: default 'y' is not among {x}" in done.stderr
    assert "absent.pcs: cannot be read: No such file or directory" in done.stderr
    assert ".: cannot be read: Is a directory" in done.stderr
    assert "Traceback" not in done.stderr
    assert wrong.read_text() == "a  real [0, 1] [2]\nb  {x} [y]\n"
    assert untidy.read_text() == TIDY


def test_bytes_that_are_no_text_are_an_error_with_the_line(untidy: Path) -> None:
    untidy.write_bytes(b"a [0,1] [0]\nb \xff\n")
    with pytest.raises(UserError, match=r"untidy.pcs:2:3: the byte 0xFF cannot stand here"):
        fmt(untidy)
    assert untidy.read_bytes() == b"a [0,1] [0]\nb \xff\n"


def test_the_file_keeps_its_mode_and_a_link_stays_a_link(untidy: Path) -> None:
    untidy.chmod(0o640)
    link = untidy.with_name("link.pcs")
    link.symlink_to(untidy.name)
    fmt(link)
    assert link.is_symlink()
    assert untidy.read_text() == TIDY
    assert stat.S_IMODE(untidy.stat().st_mode) == 0o640
    assert {path.name for path in untidy.parent.iterdir()} == {"link.pcs", "untidy.pcs"}


def test_a_disk_that_takes_nothing_leaves_the_file_as_it_was(
    untidy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match="cannot be written: No space left on device"):
        fmt(untidy)
    assert untidy.read_text() == UNTIDY
    assert list(untidy.parent.iterdir()) == [untidy]


def test_comments_of_any_bytes_survive(tmp_path: Path) -> None:
    path = tmp_path / "latin.pcs"
    path.write_bytes(b"x  real [0, 1] [0.5] # caf\xe9\n# \xff\n")
    assert fmt(path) == (0, b"")
    assert path.read_bytes() == b"x real [0, 1] [0.5]  # caf\xe9\n# \xff\n"
    path.write_bytes(b"caf\xe9 real [0, 1] [0.5]\n")
    with pytest.raises(UserError, match=r"latin.pcs:1:4: the byte 0xE9 cannot stand here"):
        fmt(path)

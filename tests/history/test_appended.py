"""A file that grows by whole pieces."""

from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.history.appended import AppendedFile
from tests.history.runs import full_disk


def test_what_a_full_disk_left_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = AppendedFile(path, 0)
    file.append(b"one\n")
    with full_disk(6), pytest.raises(OSError, match="File too large"):
        file.append(b"two\n")
    assert path.read_bytes() == b"one\n"
    with path.open("ab") as other:
        other.write(b"half")  # what could not even be cut off
    file.append(b"three\n", durable=True)
    assert path.read_bytes() == b"one\nthree\n"


def test_an_existing_file_is_gone_on_with_behind_what_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"whole\nhalf")
    AppendedFile(path, 6).append(b"")
    assert path.read_bytes() == b"whole\n"


def test_a_file_that_somebody_else_cut_off_is_named_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    file = AppendedFile(path, 0)
    file.append(b"one\ntwo\n")
    path.write_bytes(b"one\n")
    with pytest.raises(UserError, match="has 4 bytes of the 8 that were written to it"):
        file.append(b"three\n")
    assert path.read_bytes() == b"one\n"

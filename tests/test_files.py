"""Files are read whole up to a size, and written whole or not at all."""

import io
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.files import read_at_most, read_stream, replace_text


def test_a_file_of_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_at_most(tmp_path / "file", 5) == b"12345"


def test_a_larger_file_and_one_that_never_ends_are_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"123456")
    for path in (tmp_path / "file", Path("/dev/zero")):
        with pytest.raises(UserError, match=f"{path}: more than 5 bytes: is it the right file?"):
            read_at_most(path, 5)


def test_what_follows_in_a_stream_is_read_up_to_a_size() -> None:
    stream = io.BytesIO(b"1,234")
    stream.read(2)
    assert read_stream(stream, 3, "standard input") == b"234"
    with pytest.raises(UserError, match="standard input: more than 3 bytes"):
        read_stream(io.BytesIO(b"1234"), 3, "standard input")


def test_a_text_replaces_the_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    for durable in (True, False):
        replace_text(tmp_path / "file", "new", durable=durable)
        assert (tmp_path / "file").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_cannot_be_written_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with pytest.raises(UnicodeEncodeError):
        replace_text(tmp_path / "file", "\ud800")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]

"""TOML that was read once is remembered, and only as long as it is the same."""

import os
import time
from pathlib import Path

import pytest

from smacwrap.wrapper.job.toml import read_toml


def test_a_text_is_parsed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory = tmp_path / "memory"
    first = read_toml("[run]\nx = [1, 2.5, 'a', true]", memory)
    monkeypatch.setattr("tomllib.loads", pytest.fail)
    assert read_toml("[run]\nx = [1, 2.5, 'a', true]", memory) == first
    assert first == {"run": {"x": [1, 2.5, "a", True]}}
    assert memory.stat().st_mode & 0o777 == 0o700


def test_another_text_is_another_document(tmp_path: Path) -> None:
    for i in range(3):
        assert read_toml(f"x = {i}", tmp_path) == {"x": i}


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xe9\x01\x00\x00\x00", b"N"])
def test_a_memory_that_cannot_be_read_is_replaced(tmp_path: Path, content: bytes) -> None:
    read_toml("x = 1", tmp_path)
    (kept,) = tmp_path.iterdir()
    good = kept.read_bytes()
    kept.write_bytes(content)
    assert read_toml("x = 1", tmp_path) == {"x": 1}
    assert kept.read_bytes() == good


def test_the_memory_of_another_text_is_not_believed(tmp_path: Path) -> None:
    read_toml("x = 1", tmp_path)
    read_toml("x = 2", tmp_path)
    one, other = tmp_path.iterdir()
    one.write_bytes(other.read_bytes())
    assert [read_toml(f"x = {i}", tmp_path) for i in (1, 2)] == [{"x": 1}, {"x": 2}]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_memory_of_another_user_is_not_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_toml("x = 1", tmp_path)
    (kept,) = tmp_path.iterdir()
    os.chown(kept, 12345, 12345)
    monkeypatch.setattr("tomllib.loads", lambda text: {"parsed": text})
    assert read_toml("x = 1", tmp_path) == {"parsed": "x = 1"}


def test_what_cannot_be_remembered_is_read_all_the_same(tmp_path: Path) -> None:
    assert read_toml("x = 2026-01-01", tmp_path)["x"].year == 2026
    assert list(tmp_path.iterdir()) == []
    assert read_toml("x = 1", tmp_path / "absent" / "memory") == {"x": 1}
    assert list(tmp_path.iterdir()) == []


def test_keys_without_end_are_refused_at_once(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(ValueError, match="a key with 50 dots in it"):
        read_toml(".".join(["a"] * 40_000) + " = 1")
    assert time.monotonic() - start < 5

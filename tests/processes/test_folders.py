"""Folders of runs are removed whatever a target left in them."""

import os
from pathlib import Path

from smacwrap.processes.folders import remove_tree


def test_read_only_folders_are_removed_and_links_not_followed(tmp_path: Path) -> None:
    (tmp_path / "run" / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "run" / "sub" / "file").touch()
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (tmp_path / "run" / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "run" / "dangling").symlink_to("absent")
    (tmp_path / "run" / "sub").chmod(0o500)
    remove_tree(str(tmp_path / "run"))
    remove_tree(str(tmp_path / "absent"))
    assert [p.name for p in tmp_path.rglob("*")] == ["kept", "file"]


def test_paths_that_are_too_long_for_the_system_are_removed(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    here = os.open(tmp_path / "run", os.O_RDONLY)
    for _ in range(30):
        os.mkdir("x" * 200, dir_fd=here)
        inside = os.open("x" * 200, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inside
    os.close(here)
    remove_tree(str(tmp_path / "run"))
    assert list(tmp_path.iterdir()) == []

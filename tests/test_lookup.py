"""Where the files that a scenario names are looked for."""

from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.lookup import find_file


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """`work` is the current folder; the scenario lies in `top/mid/scenario`."""
    (tmp_path / "work").mkdir()
    (tmp_path / "top/mid/scenario").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path


def test_a_file_is_looked_for_in_the_current_folder_then_from_the_scenario_upwards(
    tree: Path,
) -> None:
    for folder in ("top", "top/mid", "top/mid/scenario", "work"):
        (tree / folder / "x").touch()
        assert find_file("x", tree / "top/mid/scenario") == tree / folder / "x"


def test_a_relative_path_starts_from_each_of_the_folders(tree: Path) -> None:
    (tree / "top/pcs").mkdir()
    (tree / "top/pcs/x").touch()
    assert find_file("../../pcs/x", tree / "top/mid/scenario") == tree / "top/pcs/x"
    assert find_file("pcs/x", Path("../top/mid/scenario")) == tree / "top/pcs/x"


def test_an_absolute_path_is_taken_as_it_is(tree: Path) -> None:
    (tree / "x").touch()
    assert find_file(str(tree / "x"), tree / "top") == tree / "x"


def test_the_nearest_name_is_suggested(tree: Path) -> None:
    (tree / "top/pcs").mkdir()
    (tree / "top/pcs/params.pcs").touch()
    with pytest.raises(UserError, match=r"no file 'pcs/param.pcs', looked for from .*, /"):
        find_file("pcs/param.pcs", tree / "work")
    with pytest.raises(UserError, match=r" … did you mean 'pcs/params.pcs'\?$"):
        find_file("pcs/param.pcs", tree / "top/mid/scenario")


def test_a_folder_is_no_file(tree: Path) -> None:
    (tree / "work/x").mkdir()
    (tree / "top/x").touch()
    assert find_file("x", tree / "top/mid") == tree / "top/x"


def test_a_missing_file_is_told_where_it_was_looked_for(tree: Path) -> None:
    with pytest.raises(UserError) as caught:
        find_file("x.pcs", tree / "top")
    assert str(caught.value).startswith(
        f"no file 'x.pcs', looked for from {tree}/work, {tree}/top, {tree}, "
    )
    assert str(caught.value).endswith(", /")


@pytest.mark.parametrize("name", ["", "x" * 5000, "loop"])
def test_a_name_that_no_file_can_have_is_just_missing(tree: Path, name: str) -> None:
    (tree / "work/loop").symlink_to("loop")
    with pytest.raises(UserError):
        find_file(name, tree / "top")

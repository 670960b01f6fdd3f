"""The default configuration as texts, without ConfigSpace: what its default would say."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import all_to_text, default_texts, parse_pcs, to_text
from smacwrap.pcs.values import tree_of
from tests.pcs.models import models, space_of
from tests.pcs.random_files import random_file

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("tests/data/**/*.pcs"), *ROOT.glob("pcs/*.pcs")])


def check(text: str) -> None:
    default = parse_pcs(text).get_default_configuration()
    found = default_texts(text)
    assert list(found.settings.items()) == list(all_to_text(default).items())
    assert list(found.active) == list(to_text(default))
    assert {type(text) for text in found.settings.values()} <= {str}


def test_there_are_files() -> None:
    assert len(FILES) > 80


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_files_say_the_same_as_their_spaces(file: Path) -> None:
    text = file.read_text(encoding="utf-8", errors="replace")
    try:
        parse_pcs(text)
    except UserError as error:
        with pytest.raises(UserError) as info:
            default_texts(text)
        assert str(info.value) == str(error)
        return
    check(text)


@given(st.integers(0, 2**32))
@settings(deadline=None)
def test_random_files_say_the_same_as_their_spaces(seed: int) -> None:
    text = random_file(Random(seed))
    try:
        parse_pcs(text)
    except UserError:
        return
    check(text)


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6), st.floats(0, 1), st.integers(-(10**12), 10**12))
def test_numbers_are_spelled_the_same(low: float, width: float, share: float, n: int) -> None:
    default = min(max(low + share * width, low), low + width)
    text = f"x real [{low!r}, {low + width!r}] [{default!r}]\nn integer [{n}, {n + 9}] [{n + 3}]"
    check(f"{text}\none integer [{n}, {n}] [{n}]\n")


@given(models())
@settings(deadline=None)
def test_the_tree_is_in_the_order_of_the_space_and_means_the_same(model: object) -> None:
    space = space_of(model)  # type: ignore[arg-type]
    tree = tree_of(space)
    assert list(tree) == list(space)
    assert [c.child.name for c in tree.conditions] == [c.child.name for c in space.conditions]
    assert list(map(repr, tree.clauses)) == list(map(repr, space.forbidden_clauses))
    assert tree.unconditional == list(space.unconditional_hyperparameters)
    check(model.text())  # type: ignore[attr-defined]

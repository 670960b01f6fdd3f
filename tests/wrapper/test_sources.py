"""Places in JSON documents."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.wrapper.sources import JsonPlace

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("loss", "0.5"),
        ("val.acc", "1"),
        ("val.per.class", "0.25"),
        ("folds.1.loss", "3"),
        ("name", "adam"),
        ("ok", "true"),
        ("nothing", "null"),
        ("absent", None),
        ("loss.more", None),
        ("folds.9", None),
        ("", None),
        (".", None),
    ],
)
def test_a_place_is_keys_and_positions_and_a_key_may_hold_dots(
    path: str, found: str | None
) -> None:
    document = {
        "loss": 0.5,
        "val": {"acc": 1, "per.class": 0.25},
        "folds": [{"loss": 2}, {"loss": 3}],
        "name": "adam",
        "ok": True,
        "nothing": None,
    }
    assert JsonPlace(path).find(document) == found


@given(json_values, st.text(max_size=8))
def test_any_document_has_a_text_or_nothing_at_any_place(document: object, path: str) -> None:
    found = JsonPlace(path).find(json.loads(json.dumps(document)))
    assert found is None or isinstance(found, str)

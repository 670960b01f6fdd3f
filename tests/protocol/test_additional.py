from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol.additional import (
    WARNINGS,
    format_additional,
    join_warnings,
    parse_additional,
    split_warnings,
)

_NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1)
_VALUES = st.text(st.characters(exclude_characters=";", exclude_categories=["Z", "C"]))


@given(st.dictionaries(_NAMES, _VALUES))
def test_what_is_written_is_read(data: dict[str, str]) -> None:
    assert parse_additional(format_additional(data)) == data


def test_what_the_target_told_comes_first_and_a_text_without_a_name_is_left_out() -> None:
    text = format_additional({"reason": "a; b"}, told="solved at depth 3;depth=3")

    assert text == "solved at depth 3;depth=3;reason=a  b"
    assert parse_additional(text) == {"depth": "3", "reason": "a  b"}


@given(
    st.lists(
        st.text(st.characters(exclude_characters=";|", exclude_categories=["Z", "C"]), min_size=1)
    )
)
def test_warnings_are_read_as_they_are_written(warnings: list[str]) -> None:
    assert split_warnings(join_warnings(warnings)) == warnings
    data = parse_additional(format_additional({WARNINGS: join_warnings(warnings)}))
    assert split_warnings(data[WARNINGS]) == warnings

"""Types of PCS values, from annotations."""

from enum import Enum
from typing import Annotated, Any, Literal, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.python.values import converter


class Kernel(Enum):
    LINEAR = "linear"
    RBF = "rbf"
    POLY = 3


NO = object()


@pytest.mark.parametrize(
    ("annotation", "text", "value"),
    [
        (int, "12", 12),
        (int, "-3", -3),
        (int, "1.5", NO),
        (int, "1.0", NO),
        (float, "1E-3", 0.001),
        (float, "3", 3.0),
        (float, "low", NO),
        (str, "", ""),
        (Any, "1", "1"),
        (bool, "TRUE", True),
        (bool, "off", False),
        (bool, "0", False),
        (bool, "2", NO),
        (Literal["a", "b"], "b", "b"),
        (Literal["a", "b"], "c", NO),
        (Literal[1, 2], "2", 2),
        (Literal[0, "auto"], "auto", "auto"),
        (Literal[True, "auto"], "yes", True),
        (Literal[8, None], "None", None),
        (Kernel, "rbf", Kernel.RBF),
        (Kernel, "LINEAR", Kernel.LINEAR),
        (Kernel, "3", Kernel.POLY),
        (Kernel, "sigmoid", NO),
        (Optional[int], "3", 3),  # noqa: UP045  (it is written so)
        (int | None, "none", None),
        (int | None, "x", NO),
        (None | str, "none", "none"),
        (int | float | Literal["auto"], "0.5", 0.5),
        (int | float | Literal["auto"], "auto", "auto"),
        (Annotated[int, "layers"], "2", 2),
    ],
)
def test_a_text_becomes_a_value_of_the_annotated_type(
    annotation: Any, text: str, value: object
) -> None:
    if value is NO:
        with pytest.raises(ValueError):  # noqa: PT011  (only its kind counts)
            converter(annotation)(text)
    else:
        found = converter(annotation)(text)
        assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("annotation", [list, dict[str, int], complex, int | list[int], "int"])
def test_other_types_are_refused_at_once(annotation: Any) -> None:
    with pytest.raises(TypeError, match="cannot be had from a text"):
        converter(annotation)


@given(
    text=st.text(),
    annotation=st.sampled_from([int, float, bool, Literal["a", 1, None], Kernel, bool | None]),
)
def test_any_text_gives_a_value_or_a_value_error(text: str, annotation: Any) -> None:
    try:
        converter(annotation)(text)
    except ValueError:
        return

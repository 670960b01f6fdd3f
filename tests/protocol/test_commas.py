"""Decimal commas in result lines: told from additional run data by the seed that was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol import Result, ResultLineError, Status, comma_hint, parse_result_line

LINE = "Result of algorithm run: SAT, "


@pytest.mark.parametrize(
    ("text", "sent", "meant"),
    [
        ("0.1, 0, 2,75, -1", -1, "2.75"),
        ("0,1, 0, 2,75, -1, testerr=3", -1, "0.1 and 2.75"),
        ("0,1, 0, 2, 7", 7, "0.1"),
        ("0.1, 0, 2,5e-3, 7", 7, "2.5e-3"),
        ("0.1, 0, -2,5, 5", 5, "-2.5"),  # the seed is right in both readings: blanks decide
        ("0.1, 0, 2,75, 0", 7, "2.75"),  # the wrapper never echoes the seed
        ("0.1,0,2,75,-1", -1, "2.75"),
        ("0,5, 10, 0.25, 7", 7, "0.5"),
    ],
)
def test_a_line_with_decimal_commas_is_refused_with_what_was_meant(
    text: str, sent: int, meant: str
) -> None:
    with pytest.raises(ResultLineError, match="decimal commas") as caught:
        parse_result_line(LINE + text, sent)
    assert f"'SAT, {text}' (print {meant}; LC_ALL=C" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("0.1, 0, 2, 7, 5", 7),
        ("0.1, 0, 2, 7, 0.98", 3),  # another seed, and additional run data with a point
        ("0.1, 0, 2, 7, 3,5", 7),
        ("1,2,3,7,5", 7),
        ("0.1, 0, 2.5, 7, note", 3),
        ("0.1, 0, 2.5, 7", 3),
    ],
)
def test_additional_run_data_may_begin_with_a_number(text: str, sent: int) -> None:
    assert parse_result_line(LINE + text, sent).seed == 7


_numbers = st.decimals(-1000, 1000, places=2).map(str)


@given(
    st.lists(_numbers, min_size=3, max_size=3), st.integers(-1, 99), st.sampled_from([",", ", "])
)
def test_numbers_with_points_are_never_suspected_and_with_commas_never_misread(
    numbers: list[str], seed: int, between: str
) -> None:
    numbers[1] = numbers[1].lstrip("-")
    fields = ["SAT", *numbers, str(seed)]
    expected = Result(
        Status.SAT, max(0.0, float(numbers[0])), float(numbers[1]), float(numbers[2]), seed
    )
    line = "Result for SMAC: "
    assert parse_result_line(line + between.join(fields), seed) == expected
    text = between.join(fields).replace(".", ",")
    if between == "," and int(text.split(",")[4]) == seed:
        return  # without blanks, that is a result with additional run data
    with pytest.raises(ResultLineError):
        parse_result_line(line + text, seed)


def test_only_a_number_with_one_comma_gets_a_hint() -> None:
    assert "print -2.75e3;" in comma_hint(" -2,75e3")
    assert not any(map(comma_hint, ["low", "2.75", "1,2,3", "2, 75", ",5", ""]))

"""The option table, and the reading of values by their domains."""

import math
from collections import Counter

import pytest

from smacwrap.scenario import OPTIONS, Option, Value, find_option


def option(name: str) -> Option:
    found = find_option(name)
    assert found is not None
    return found


def test_the_table_has_the_237_options_of_the_help_and_a_few_hidden_ones() -> None:
    assert sum(o.level != "hidden" for o in OPTIONS) == 237
    assert sum(o.level == "hidden" for o in OPTIONS) == 9


def test_no_name_stands_for_two_options() -> None:
    assert max(Counter(name for o in OPTIONS for name in o.names).values()) == 1


def test_an_option_is_found_by_its_name_and_by_each_alias() -> None:
    limit = option("runcount-limit")
    assert limit.aliases == (
        "runcount_limit",
        "totalNumRunsLimit",
        "numRunsLimit",
        "numberOfRunsLimit",
    )
    assert all(find_option(name) is limit for name in limit.names)


@pytest.mark.parametrize("name", ["numberofrunslimit", "RunCount-Limit", "--runcount-limit", ""])
def test_names_are_exact(name: str) -> None:
    assert find_option(name) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("use-instances", "TRUE", True),
        ("use-instances", "0", False),
        ("runcount-limit", "+10", 10),
        ("runcount-limit", "010", 10),
        ("runcount-limit", "9223372036854775807", 2**63 - 1),
        ("retry-crashed-count", "-0", 0),
        ("ipc-local-port", "1", 1),
        ("cutoff_time", "5", 5.0),
        ("cutoff_time", ".5", 0.5),
        ("cutoff_time", "5.", 5.0),
        ("cutoff_time", "1e-3", 0.001),
        ("cutoff_time", "Infinity", math.inf),
        ("rf-ratio-features", "1", 1.0),
        ("max-timestamp", "-1", -1.0),
        ("transform-crashed-quality-value", "-5", -5.0),
        ("cutoff_length", "MAX", "max"),
        ("cutoff_length", "-3", -3.0),
        ("restore-iteration", "AUTO", "AUTO"),
        ("log-level", "warn", "WARN"),
        ("run_obj", "Quality", "QUALITY"),
        ("run_obj", "qual", "QUALITY"),
        ("overall_obj", "par10", "MEAN10"),
        ("algo", "python train.py", "python train.py"),
    ],
)
def test_a_value_is_read_by_its_domain(name: str, text: str, value: Value) -> None:
    parsed = option(name).parse(text)
    assert parsed == value
    assert type(parsed) is type(value)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("use-instances", "yes", "'yes' is not true or false"),
        ("use-instances", "", "'' is not true or false"),
        (
            "runcount-limit",
            "ten",
            "'ten' is not an integer greater than 0",
        ),
        ("retry-crashed-count", "-1", "'-1' is not an integer of at least 0"),
        (
            "retry-crashed-count",
            "1.0",
            "'1.0' is not an integer of at least 0 … did you mean '1'?",
        ),
        ("retry-crashed-count", "1_000", "'1_000' is not an integer of at least 0"),
        ("retry-crashed-count", "٣", "'٣' is not an integer of at least 0"),
        (
            "cutoff_time",
            "0",
            "'0' is not a real number greater than 0; for no limit leave it out",
        ),
        (
            "cutoff_time",
            "max",
            "'max' is not a real number greater than 0; for no limit leave it out",
        ),
        ("cutoff_time", "nan", "'nan' is not a real number greater than 0"),
        (
            "cutoff_time",
            "inf",
            "'inf' is not a real number greater than 0; for no limit leave it out",
        ),
        ("rf-ratio-features", "1.1", "'1.1' is not a real number in (0, 1]"),
        ("max-timestamp", "-2", "'-2' is not a real number of at least 0, or -1"),
        ("run-obj", "speed", "'speed' is not one of RUNTIME, QUALITY"),
        (
            "run-obj",
            "runtme",
            "'runtme' is not one of RUNTIME, QUALITY … did you mean 'RUNTIME'?",
        ),
    ],
)
def test_a_value_outside_its_domain_is_told_what_was_expected(
    name: str, text: str, message: str
) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 (the message is compared below)
        option(name).parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["9" * 5000, "x" * 10_000_000])
def test_a_value_of_any_length_is_refused_in_a_short_message(text: str) -> None:
    for name in ("runcount-limit", "run-obj", "use-instances"):
        with pytest.raises(ValueError, match="'…") as caught:
            option(name).parse(text)
        assert len(str(caught.value)) < 200

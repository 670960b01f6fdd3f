"""Result lines: every prefix, status and alias that SMAC v2 takes, and what it refuses."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol import (
    Result,
    ResultLineError,
    Status,
    find_result,
    format_result,
    parse_result_line,
)
from smacwrap.protocol.result_line import format_aclib_result

REST = "SAT, 0.5, 1, 0.025, -1"
RESULT = Result(Status.SAT, 0.5, 1.0, 0.025, -1)


@pytest.mark.parametrize(
    "prefix",
    [
        "Result of algorithm run:",
        "Result of Algorithm Run:",
        "Result of this Algorithm Run:",
        "Result of this algorithm run:",
        "Result  of this  AlgorithmRun :",
        "Result for ParamILS:",
        "Final Result for ParamILS:",
        "Result of SMAC:",
        "Result for HAL:",
        "Final Result of this wrapper:",
    ],
)
def test_every_prefix_of_smac_v2_is_read(prefix: str) -> None:
    assert parse_result_line(f"{prefix} {REST}\n") == RESULT
    assert parse_result_line(f"  {prefix}{REST},") == RESULT


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("SAT", Status.SAT),
        ("satisfiable", Status.SAT),
        ("Success", Status.SAT),
        ("UNSAT", Status.UNSAT),
        ("unsatisfiable", Status.UNSAT),
        ("timeout", Status.TIMEOUT),
        ("Crashed", Status.CRASHED),
        ("ABORT", Status.ABORT),
    ],
)
def test_every_status_is_read_in_any_case(word: str, status: Status) -> None:
    assert parse_result_line(f"Result for SMAC: {word}, 1, 2, 3, 4").status is status


def test_additional_run_data_is_all_that_follows_the_seed() -> None:
    line = f"Result of algorithm run: {REST}, testerr=0.1;a=b, and more"
    assert parse_result_line(line).additional == "testerr=0.1;a=b, and more"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SAT, 0.5, 1, 0.025", "expected 'STATUS"),
        ("GOOD, 0.5, 1, 0.025, -1", "'GOOD' is not a status"),
        ("RUNNING, 0.5, 1, 0.025, -1", "'RUNNING' is not a status"),
        ("SAT, fast, 1, 0.025, -1", "runtime 'fast' is not a number"),
        ("SAT, 1, nan, 0.1, -1", "run length 'nan' is not a number"),
        ("SAT, 1, -2, 0.1, -1", "run length '-2' is negative"),
        ("SAT, 1, 1, nan, -1", "quality 'nan' is not a number"),
        ("SAT, 1, 1, , -1", "quality '' is not a number"),
        ("SAT, 1, 1, 0.1, one", "seed 'one' is not a number"),
        ("SAT, 1, 1, 0.1, 1.5", "seed '1.5' is not an integer"),
        ("{oops", "expected a JSON object"),
        ('{"cost": 1}', "expected a JSON object"),
        ('{"status": "FINE", "cost": 1}', "'FINE' is not a status"),
    ],
)
def test_a_line_that_cannot_be_read_says_why(text: str, said: str) -> None:
    with pytest.raises(ResultLineError, match=said):
        parse_result_line(f"Result of algorithm run: {text}")


def test_the_first_result_line_counts_anywhere_in_the_output() -> None:
    lines = ["Epoch 1\n", f"\x1b[32m 99% Result for ParamILS: {REST}\n", "Result for SMAC: CRASHED"]
    assert find_result(lines) == RESULT
    assert find_result(["nothing", "Results of the run: 1"]) is None


def test_aclib_2_form_is_read_and_written() -> None:
    result = Result(Status.SAT, 1.5, 0, 0.25, -1, "note")
    assert parse_result_line(format_aclib_result(result)) == result


_numbers = st.floats(allow_nan=False)
_words = st.text(st.characters(min_codepoint=33, exclude_characters=","), min_size=1)


@given(
    status=st.sampled_from([s for s in Status if s is not Status.KILLED]),
    runtime=st.floats(0, allow_nan=False),
    run_length=st.just(-1.0) | st.floats(0, allow_nan=False),
    quality=_numbers,
    seed=st.integers(-1, 2**63),
    additional=st.lists(_words, max_size=3).map(" ".join),
)
def test_what_is_written_is_read_back(
    status: Status, runtime: float, run_length: float, quality: float, seed: int, additional: str
) -> None:
    additional = " ".join(additional.split())
    result = Result(status, runtime, run_length, quality, seed, additional)
    assert parse_result_line(format_result(result)) == result


def test_infinities_are_written_as_java_reads_them() -> None:
    line = format_result(Result(Status.TIMEOUT, math.inf, math.inf, -math.inf, 1))
    assert line == "Result of algorithm run: TIMEOUT, Infinity, Infinity, -Infinity, 1"


def test_additional_data_with_commas_and_newlines_stays_on_its_line() -> None:
    line = format_result(Result(Status.SAT, 1, 1, 1, 1, "a,b\nResult of algorithm run: SAT"))
    assert line.endswith(", 1, a b Result of algorithm run: SAT")
    assert "\n" not in line


@given(st.text())
def test_random_text_gives_a_result_or_our_own_error(text: str) -> None:
    for line in (text, f"Result of algorithm run: {text}", f"Result for SMAC: SAT, {text}"):
        try:
            parse_result_line(line)
        except ResultLineError as error:
            assert str(error)

"""Numbers come back as they were written, and stay within their bounds."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import from_text, parse_pcs, parse_tree, to_text, write_pcs
from smacwrap.pcs.configspace_json.decode import parse_configspace_json
from smacwrap.pcs.configspace_json.encode import to_configspace_json
from smacwrap.pcs.space import PcsSpace
from smacwrap.pcs.vectors import Vectors

REALS = st.floats(-8e307, 8e307, allow_subnormal=True)
POSITIVE = st.floats(1e-307, 8e307)
INTEGERS = st.integers(-(2**53) + 1, 2**53 - 1)


@st.composite
def reals(draw: st.DrawFn) -> str:
    log = draw(st.booleans())
    low, default, high = sorted(draw(st.tuples(*[POSITIVE if log else REALS] * 3)))
    assume(high - low >= 1e-10 * max(-low, high) and high > low)
    return f"x real [{low!r}, {high!r}] [{default!r}]{' log' if log else ''}\n"


@st.composite
def integers(draw: st.DrawFn) -> str:
    log = draw(st.booleans())
    low, default, high = sorted(draw(st.tuples(*[INTEGERS] * 3)))
    assume(low < high and (low > 0 or not log))
    return f"x integer [{low}, {high}] [{default}]{' log' if log else ''}\n"


NUMBERS = st.one_of(reals(), integers())


@settings(deadline=None)
@given(NUMBERS)
def test_defaults_and_bounds_come_back_from_files_and_texts(text: str) -> None:
    space = parse_pcs(text)
    default = space.get_default_configuration()
    low, high, written = (float(word.strip("[],")) for word in text.replace("log", "").split()[2:5])
    assert float(to_text(default)["x"]) == default["x"] == written
    assert (space["x"].lower, space["x"].upper) == (low, high)
    assert from_text(space, to_text(default)) == default
    assert parse_pcs(write_pcs(space.tree)) == space
    again = parse_pcs(write_pcs(space.tree))
    assert again["x"].default_value == written
    assert (again["x"].lower, again["x"].upper) == (low, high)


@settings(deadline=None)
@given(NUMBERS, st.data())
def test_every_value_of_a_run_history_comes_back(text: str, data: st.DataObject) -> None:
    parameter = (space := parse_pcs(text))["x"]
    low, high = parameter.lower, parameter.upper
    of = st.integers(low, high) if type(low) is int else st.floats(low, high)
    value = data.draw(of)
    configuration = from_text(space, {"x": repr(value)})
    assert configuration["x"] == value
    assert to_text(configuration) == {"x": repr(value)}


@settings(deadline=None)
@given(NUMBERS, st.integers(0, 2**31))
def test_what_is_drawn_lies_within_its_bounds_and_is_known_again(text: str, seed: int) -> None:
    vectors = Vectors(space := parse_pcs(text))
    rows = vectors.sample(20, np.random.default_rng(seed))
    texts = [{"x": str(x)} for x in vectors.to_texts(rows)["x"]]
    assert all(space["x"].lower <= float(t["x"]) <= space["x"].upper for t in texts)
    assert [to_text(from_text(space, t)) for t in texts] == texts
    assert vectors.keys(vectors.from_texts(texts)) == vectors.keys(rows)


def test_small_reals_are_drawn_over_all_their_decades() -> None:
    vectors = Vectors(parse_pcs("alpha real [1e-14, 1.0] [1e-08]log"))
    rows = vectors.sample(2000, np.random.default_rng(0))
    exponents = [math.floor(math.log10(float(t or 0))) for t in vectors.to_texts(rows)["alpha"]]
    counts = np.bincount([e + 14 for e in exponents if e < 0], minlength=14)
    assert counts.min() > 90  # of 143


@pytest.mark.parametrize(
    ("domain", "value"),
    [
        ("[0, 1e8] [5]", "0"),
        ("[0, 1e8] [5]", "12345678.9"),
        ("[0, 1] [0.5]", "0.3"),
        ("[0, 1e-20] [1e-21]", "3e-21"),
        ("[0, 1e300] [1e299]", "3e299"),
        ("[1e-14, 1] [1e-8] log", "1e-14"),
        ("[1e-14, 1] [1e-8] log", "3e-14"),
        ("[1e-300, 1e300] [1] log", "1e200"),
    ],
)
def test_conditions_and_clauses_tell_small_and_large_numbers_apart(domain: str, value: str) -> None:
    space = parse_pcs(
        f"x real {domain}\ny real [0, 1] [0.5]\nz real [0, 1] [0.5]\n"
        f"y | x == {value}\n{{x == {value} && z > 0.5}}\n{{x={value}, z=0.25}}\n"
    )
    with pytest.raises(UserError, match="'y' is active, but has no value"):
        from_text(space, {"x": value, "z": "0.5"})
    for z in ("0.75", "0.25"):
        with pytest.raises(UserError, match="forbidden"):
            from_text(space, {"x": value, "y": "0.5", "z": z})
    other = {"x": repr(float(value) * (1 + 1e-6) or 1.0), "z": "0.75"}
    assert to_text(from_text(space, other)) == other


def test_json_keeps_all_digits_of_a_default() -> None:
    space = parse_pcs(
        "x [1000000, 100000000000000] [1000000000000]l\ny real [0, 1] [0.12345678901234567]"
    )
    text = to_configspace_json(space.tree)
    assert [h["default_value"] for h in json.loads(text)["hyperparameters"]] == [
        1e12,
        0.12345678901234567,
    ]
    assert PcsSpace(parse_configspace_json(text).tree) == space


def test_json_reads_what_is_smaller_than_configspace_keeps() -> None:
    item = {"type": "uniform_float", "name": "a", "lower": 1e-14, "upper": 1.0}
    item |= {"default_value": 1e-8, "log": True}
    decoded = parse_configspace_json(json.dumps({"hyperparameters": [item]}))
    assert PcsSpace(decoded.tree) == parse_pcs("a real [1e-14, 1] [1e-8] log")


def test_json_says_which_number_configspace_cannot_keep() -> None:
    with pytest.raises(UserError, match="cannot say 'a': it keeps 13 decimals, too few for 1e-14"):
        to_configspace_json(parse_tree("a real [1e-14, 1] [1e-8] log"))

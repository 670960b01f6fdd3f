"""Configurations as texts, and back."""

import numpy as np
import pytest
from ConfigSpace import Configuration
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import all_to_text, from_text, parse_pcs, to_text

PCS = """
lr real [1e-5, 1] [0.01] log
n integer [1, 1024] [32] log
opt categorical {sgd, adam} [adam]
size ordinal {1, 10, 100} [10]
momentum real [0, 1] [0.9]
one integer [7, 7] [7]
momentum | opt == sgd
{lr > 0.5 && n > 100}
"""
DEFAULT = {"lr": "0.01", "n": "32", "one": "7", "opt": "adam", "size": "10"}


def test_texts_are_as_smac_v2_takes_them():
    space = parse_pcs(PCS)
    settings_ = {**DEFAULT, "lr": "3.9e-05", "opt": "sgd", "momentum": "0.25"}
    assert to_text(from_text(space, settings_)) == dict(sorted(settings_.items()))


def test_inactive_parameters_are_left_out_or_have_their_default():
    default = parse_pcs(PCS).get_default_configuration()
    assert to_text(default) == DEFAULT
    assert all_to_text(default) == dict(sorted({**DEFAULT, "momentum": "0.9"}.items()))


def test_values_are_plain_python_texts_and_numbers():
    configuration = parse_pcs(PCS).sample_configuration()
    assert {type(text) for text in to_text(configuration).values()} == {str}


def test_settings_of_inactive_parameters_are_ignored():
    assert to_text(from_text(parse_pcs(PCS), {**DEFAULT, "momentum": "99"})) == DEFAULT


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**31))
def test_every_configuration_comes_back_from_its_texts(seed):
    space = parse_pcs(
        PCS + "big real [-1e6, 1e9] [1]\nhuge real [1e-3, 1e12] [5] log\n"
        "tiny real [1e-9, 1e-7] [1e-8]\nlarge integer [-3000000000, 3000000000] [0]\n"
    )
    space.seed(seed)
    for configuration in space.sample_configuration(5):
        back = from_text(space, to_text(configuration))
        assert back == configuration
        assert hash(back) == hash(configuration)
        assert to_text(back) == to_text(configuration)
        from_vector = Configuration(space, vector=np.array(back.get_array()))
        assert to_text(from_text(space, to_text(from_vector))) == to_text(from_vector)


@pytest.mark.parametrize("text", ["1.0000000000000002", "0.99999999999999999", "1"])
def test_reals_may_leave_their_range_by_a_last_digit(text):
    space = parse_pcs(PCS)
    assert from_text(space, {**DEFAULT, "n": "1", "lr": text})["lr"] == 1.0


@pytest.mark.parametrize("text", ["32.0", "3.2e1", "+32"])
def test_integers_may_be_written_as_numbers_are(text):
    assert from_text(parse_pcs(PCS), {**DEFAULT, "n": text})["n"] == 32


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nn": "1"}, "unknown parameter 'nn' … did you mean 'n'?"),
        ({"lr": "1.1"}, "'1.1' is not in the domain of 'lr', real [1e-05, 1.0]"),
        ({"lr": "nan"}, "'nan' is not in the domain of 'lr'"),
        ({"lr": "1_0"}, "'1_0' is not in the domain of 'lr'"),
        ({"lr": "1e999"}, "'1e999' is not in the domain of 'lr'"),
        ({"n": "3.5"}, "'3.5' is not in the domain of 'n', integer [1, 1024]"),
        ({"n": "1e999"}, "'1e999' is not in the domain of 'n'"),
        ({"opt": "Adam"}, "'Adam' is not in the domain of 'opt', {sgd, adam}"),
        ({"size": "5"}, "'5' is not in the domain of 'size', {1, 10, 100}"),
        ({"one": "8"}, "'8' is not in the domain of 'one', {7}"),
        ({"opt": "sgd"}, "'momentum' is active, but has no value"),
        ({"lr": "0.6", "n": "200"}, "forbidden by {lr > 0.5 && n > 100}"),
    ],
)
def test_settings_that_are_no_configuration_are_errors_that_say_why(changes, message):
    with pytest.raises(UserError) as caught:
        from_text(parse_pcs(PCS), {**DEFAULT, **changes})
    assert message in str(caught.value)


def test_all_wrong_settings_are_reported_at_once():
    with pytest.raises(UserError) as caught:
        from_text(parse_pcs(PCS), {"n": "0", "lrr": "1", "opt": "adam", "size": "10", "one": "7"})
    assert [p.message for p in caught.value.problems] == [
        "unknown parameter 'lrr' … did you mean 'lr'?",
        "parameter 'lr' is active, but has no value",
        "'0' is not in the domain of 'n', integer [1, 1024]",
    ]


@pytest.mark.parametrize("bound", ["1e12", "7760735", "1000000000.1"])
def test_large_bounds_are_kept_as_they_are(bound):
    space = parse_pcs(f"x real [1, {bound}] [{bound}] log")
    assert float(to_text(space.get_default_configuration())["x"]) == float(bound)
    assert space["x"].upper == float(bound)

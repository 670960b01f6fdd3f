"""Spellings: a parameter's value reaches the target in the way that its job says, and whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol import CallString
from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.spelling import Spelled, Spellings, parse_spelling

HOSTILE = [
    "",
    "-rf",
    "--help",
    ";rm -rf ~",
    "$(id)",
    "`id`",
    "a\nb",
    "'",
    '"',
    "{value}",
    "{seed}",
    "*",
]
values = st.text(st.characters(exclude_characters="\0"), max_size=8) | st.sampled_from(HOSTILE)


def spell(rules: dict[str, str | dict[str, str]], **parameters: str) -> Spelled:
    """The parameters as these rules spell them."""
    parsed = {
        name: {
            value: parse_spelling(text)
            for value, text in (rule if isinstance(rule, dict) else {"*": rule}).items()
        }
        for name, rule in rules.items()
    }
    return Spellings(parsed).spell(CallString(parameters, seed=3))


def test_without_rules_a_flag_is_a_name_and_a_value_sorted() -> None:
    assert spell({}, lr="0.1", depth="3").flags == ["-depth", "3", "-lr", "0.1"]


@given(values)
def test_every_kind_of_spelling_keeps_a_value_as_it_is(value: str) -> None:
    for rule, flags in (
        ("--lr={value}", [f"--lr={value}"]),
        ("--lr {value}", ["--lr", value]),
        ("{value}", [value]),
        ("'--a b' x{value}y", ["--a b", f"x{value}y"]),
        ("--{name} {x}", ["--x", value]),
    ):
        assert spell({"x": rule}, x=value).flags == flags
    assert spell({"x": "env:LR"}, x=value) == Spelled([], {"LR": value}, {})
    assert spell({"x": "json:a.lr"}, x=value) == Spelled([], {}, {"a.lr": value})


def test_a_boolean_is_a_flag_or_nothing() -> None:
    rules = {"verbose": {"true": "--verbose", "false": ""}}
    assert spell(rules, verbose="true").flags == ["--verbose"]
    assert spell(rules, verbose="false").flags == []
    with pytest.raises(FillError, match=r"no spelling of 'maybe' \(there are true, false\)"):
        spell(rules, verbose="maybe")


def test_a_star_is_every_other_parameter_and_every_other_value() -> None:
    rules = {"*": "--{name}={value}", "x": {"no": "--no-x", "*": "--x {value}"}}
    assert spell(rules, x="no", b="1", a="2").flags == ["--a=2", "--b=1", "--no-x"]
    assert spell(rules, x="5").flags == ["--x", "5"]
    everything = spell({"*": "env:HP_{name}"}, a="1", b="2")
    assert everything == Spelled([], {"HP_a": "1", "HP_b": "2"}, {})


def test_named_parameters_come_last_in_the_order_of_the_job() -> None:
    rules = {"output": "{value}", "input": "{value}"}
    assert spell(rules, input="i", output="o", z="1").flags == ["-z", "1", "o", "i"]


def test_an_option_can_be_put_together_from_several_parameters() -> None:
    rules = {"restarts": {"no": "--restarts=no", "luby": "--restarts=L,{unit}"}, "unit": ""}
    assert spell(rules, restarts="luby", unit="64").flags == ["--restarts=L,64"]
    assert spell(rules, restarts="no").flags == ["--restarts=no"]
    with pytest.raises(FillError, match=r"restarts = luby: \{unit\} is not an active parameter"):
        spell(rules, restarts="luby")
    assert spell({"s": "--s={value},{seed}"}, s="1").flags == ["--s=1,3"]
    assert spell({"s": "--s={value},{t:-2}", "t": ""}, s="1").flags == ["--s=1,2"]


@pytest.mark.parametrize("text", ["env:", "env:A=B", "json:", "env:\0", "a\0", "a 'b"])
def test_what_is_no_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"names no place|null character|No closing quotation"):
        parse_spelling(text)


def test_a_name_that_no_environment_variable_can_have_is_refused() -> None:
    with pytest.raises(FillError, match="'HP_a=b' cannot name an environment variable"):
        Spellings({"*": {"*": parse_spelling("env:HP_{name}")}}).spell(CallString({"a=b": "1"}))

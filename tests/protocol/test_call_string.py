"""Call strings in both forms: what is read, what is refused, and that both ways agree."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol import NO_CUTOFF, CallString, CallStringError, parse_call_string

GOLDEN = (
    "no_instance 0 1.7976931348623157E308 2147483647 -1 -layers 2 -lr 0.001 -optimizer adam"
).split()


def test_reads_what_smac_v2_sends_without_instances() -> None:
    call = parse_call_string(GOLDEN)
    assert call.instance == "no_instance"
    assert call.cutoff == NO_CUTOFF
    assert not call.has_cutoff
    assert call.run_length == 2147483647
    assert call.seed == -1
    assert call.parameters == {"layers": "2", "lr": "0.001", "optimizer": "adam"}


def test_writes_back_the_words_that_smac_v2_sends() -> None:
    assert parse_call_string(GOLDEN).words() == GOLDEN


def test_values_may_arrive_inside_single_quotes() -> None:
    words = "i 0 5.0 10 42 -lr '0.01' -name 'it''".split()
    assert parse_call_string(words).parameters == {"lr": "0.01", "name": "it'"}


def test_names_may_start_with_a_dash_or_at_sign_and_hold_odd_characters() -> None:
    words = "i 0 5 10 42 --sat-p=1:x 1 -@1:ls/a+b 2 -a.b 3".split()
    assert parse_call_string(words).parameters == {"-sat-p=1:x": "1", "@1:ls/a+b": "2", "a.b": "3"}


def test_negative_values_are_values() -> None:
    assert parse_call_string("i 0 5 10 42 -x -3".split()).parameters == {"x": "-3"}


def test_reads_aclib_2_form() -> None:
    call = parse_call_string("--instance a.cnf --cutoff 5 --seed=7 --config -x 1".split())
    assert (call.instance, call.cutoff, call.seed, call.parameters, call.aclib) == (
        "a.cnf",
        5.0,
        7,
        {"x": "1"},
        True,
    )


def test_the_shell_line_quotes_values_and_can_be_pasted() -> None:
    call = CallString({"b": "it's $HOME", "a": "1"}, instance="my file.cnf", cutoff=5.0, seed=3)
    assert str(call).startswith("'my file.cnf' 0 5.0 2147483647 3 -a '1' -b ")
    assert shlex.split(str(call)) == call.words()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "found 0"),
        ("i 0 5 10", "found 4"),
        ("i 0 soon 10 -1", "cutoff 'soon' is not a number"),
        ("i 0 nan 10 -1", "cutoff 'nan' is not a number"),
        ("i 0 5 ten -1", "run length 'ten' is not an integer"),
        ("i 0 5 10 1.5", "seed '1.5' is not an integer"),
        ("i 0 5 10 -1 x 1", "found 'x' where a parameter"),
        ("i 0 5 10 -1 -x", "-x has no value"),
        ("i 0 5 10 -1 -x 1 -x 2", "-x is given twice"),
        ("--instance i --config -x", "-x has no value"),
        ("--instance i", "no --config"),
    ],
)
def test_what_is_no_call_string_is_refused_with_the_word(words: str, said: str) -> None:
    with pytest.raises(CallStringError, match=said):
        parse_call_string(words.split())


_names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zs"]), min_size=1)
_values = st.text().filter(lambda v: not (len(v) > 1 and v[0] == v[-1] == "'"))


@given(
    parameters=st.dictionaries(_names, _values, max_size=5),
    instance=_names.filter(lambda name: not name.startswith("--")),
    cutoff=st.floats(0, NO_CUTOFF),
    seed=st.integers(-1, 2**63),
)
def test_what_is_written_is_read_back(
    parameters: dict[str, str], instance: str, cutoff: float, seed: int
) -> None:
    call = CallString(parameters, instance=instance, cutoff=cutoff, seed=seed)
    assert parse_call_string(call.words()) == call


@given(st.lists(st.text(), max_size=12))
def test_random_words_give_a_call_string_or_our_own_error(words: list[str]) -> None:
    try:
        parse_call_string(words)
    except CallStringError as error:
        assert str(error)

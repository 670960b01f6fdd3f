"""Which way a quality is better: what names suggest, and the numbers that people see."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.protocol.direction import Direction, suggested_maximize, to_minimise

MORE = "acc accuracy f1 auc roc score reward return r2 precision recall map iou dice bleu ndcg psnr"
LESS = "loss err error mse rmse mae time cost nll perplexity"
NEITHER = "inaccuracy accident quality remap discourse timestamp costume accelerate result value"
FORMS = ("{}", "val_{}", "{}-mean", "{}.1", "test {}", "{}@5", "top5_{}", "val{}", "{}2")


@pytest.mark.parametrize("form", [*FORMS, "neg_neg_{}"])
@pytest.mark.parametrize(("words", "more"), [(MORE, True), (LESS, False)])
def test_whole_words_and_word_parts_of_a_name_suggest_a_direction(
    form: str, words: str, more: bool
) -> None:
    for word in words.split():
        for spelled in (word, word.upper(), word.capitalize()):
            assert suggested_maximize(form.format(spelled)) is more, form.format(spelled)
        assert suggested_maximize(f"test{word.capitalize()}") is more
        assert suggested_maximize(f"negative_{word}") is not more
        assert suggested_maximize(f"1 - {word}") is not more


@pytest.mark.parametrize("name", NEITHER.split())
def test_a_part_of_another_word_suggests_nothing(name: str) -> None:
    assert suggested_maximize(name) is None


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("neg_mean_squared_error", True),
        ("dice_loss", False),
        ("brier_score", None),
        ("mAP50", True),
        ("ROC_AUC", True),
        ("valerr", False),
        ("f1-score", True),
    ],
)
def test_words_that_disagree_suggest_nothing_unless_they_end_in_a_loss(
    name: str, more: bool | None
) -> None:
    assert suggested_maximize(name) is more


@pytest.mark.parametrize(
    ("pattern", "more"),
    [
        (r"accuracy:\s*([-+.\w]+)", True),
        (r"Loss \d+ acc (\d+) time", True),
        (r"1\ \-\ accuracy: (\S+)", False),
        (r"Accuracy \(%\): (\S+) loss", True),
        (r"(?i)acc=(\S+)", True),
        (r"\Accuracy (\S+)", None),
    ],
)
def test_a_name_that_says_nothing_leaves_it_to_the_words_in_front_of_the_group(
    pattern: str, more: bool | None
) -> None:
    assert suggested_maximize("quality", pattern) is more
    assert suggested_maximize("loss", pattern) is False


@given(st.text())
def test_any_name_and_pattern_gives_an_answer(text: str) -> None:
    assert suggested_maximize(text, text) in (True, False, None)
    assert isinstance(Direction(text, pattern=text).doubt(), str)


@given(st.floats(allow_nan=False), st.booleans())
def test_the_number_that_people_see_is_the_one_that_went_in(number: float, maximize: bool) -> None:
    cost = to_minimise(number, maximize)
    assert Direction(maximize=maximize).own(cost) == number
    assert math.copysign(1, to_minimise(0.0, maximize)) == 1


@pytest.mark.parametrize(
    ("direction", "doubtful"),
    [
        (Direction("accuracy"), True),
        (Direction("accuracy", stated=True), False),
        (Direction("accuracy", maximize=True, stated=True), False),
        (Direction("loss", maximize=True, stated=True), True),
        (Direction("loss"), False),
        (Direction("quality", pattern="Accuracy: (.*)"), True),
        (Direction(), False),
    ],
)
def test_a_direction_against_the_name_is_doubtful_unless_minimising_was_stated(
    direction: Direction, doubtful: bool
) -> None:
    assert bool(direction.doubt()) is doubtful

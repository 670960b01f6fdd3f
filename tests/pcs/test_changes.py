"""Differences by meaning: what changes the space is told, what changes only the text is not."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.pcs import parse_pcs
from smacwrap.pcs.changes import changes
from tests.pcs.models import models, space_of

BASE = """\
lr real [0.001, 1] [0.1] log
n integer [1, 10] [5]
a categorical {x, y, z} [x]
o ordinal {lo, mid, hi} [lo]
b real [0, 1] [0.5]
b | a in {x, y} && n > 4 || o == hi
{a=y, n=7}
{n > 8 && a == z || lr > 0.5}
"""


def told(old, new):
    return [(change.kind, change.text) for change in changes(parse_pcs(old), parse_pcs(new))]


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("lr real [0.001, 1] [0.1] log", "lr [1e-3, 1.0] [.1]l  # older"),
        ("a categorical {x, y, z} [x]", "a {z, y, x} [x]"),
        ("b | a in {x, y} && n > 4 || o == hi", "b | o in {hi} || n > 4 && a in {y, x}"),
        ("{a=y, n=7}", "{n = 7, a = y}"),
        ("{a=y, n=7}", "{n == 7 && a == y}"),
        ("{n > 8 && a == z || lr > 0.5}", "{lr>0.5 || a==z && n>8}"),
    ],
)
def test_another_text_of_the_same_meaning_makes_no_difference(line, same):
    assert line in BASE
    assert told(BASE, BASE.replace(line, same)) == []


def test_the_order_of_lines_makes_no_difference():
    assert told(BASE, "\n".join(reversed(BASE.splitlines()))) == []


@pytest.mark.parametrize(
    ("line", "other", "difference"),
    [
        ("lr real [0.001, 1] [0.1] log", "lr real [0.001, 1] [0.1]", "lr: log yes → no"),
        (
            "lr real [0.001, 1] [0.1] log",
            "lr real [0.01, 1] [0.2] log",
            "lr: range [0.001, 1] → [0.01, 1], default 0.1 → 0.2",
        ),
        ("n integer [1, 10] [5]", "n real [1, 10] [5]", "n: type integer → real"),
        (
            "a categorical {x, y, z} [x]",
            "a categorical {x, y, z, w} [w]",
            "a: domain {x, y, z} → {x, y, z, w}, default x → w",
        ),
        (
            "o ordinal {lo, mid, hi} [lo]",
            "o ordinal {mid, lo, hi} [lo]",
            "o: domain {lo, mid, hi} → {mid, lo, hi}",
        ),
    ],
)
def test_a_changed_parameter_is_told_from_what_to_what(line, other, difference):
    assert line in BASE
    assert told(BASE, BASE.replace(line, other)) == [("changed", difference)]


@pytest.mark.parametrize(
    ("line", "other"),
    [
        ("b | a in {x, y} && n > 4 || o == hi", "b | a in {x, y} && n > 3 || o == hi"),
        ("b | a in {x, y} && n > 4 || o == hi", "b | a == x"),
        ("{a=y, n=7}", "{a=y, n=8}"),
        ("{n > 8 && a == z || lr > 0.5}", "{n > 8 && (a == z || lr > 0.5)}"),
    ],
)
def test_a_changed_condition_or_clause_is_told_as_removed_and_added(line, other):
    assert line in BASE
    assert told(BASE, BASE.replace(line, other)) == [("removed", line), ("added", other)]


def test_added_and_removed_lines_are_told_as_in_a_file():
    extra = "k ordinal {1, 2} [1]\nm integer [3, 3] [3]\n{k=2, a=y}\nm | k == 2\n"
    lines = {
        "k ordinal {1, 2} [1]",
        "m integer [3, 3] [3]",
        "m | k == 2",
        "{k=2, a=y}",
    }
    assert set(told(BASE, BASE + extra)) == {("added", line) for line in lines}
    assert set(told(BASE + extra, BASE)) == {("removed", line) for line in lines}


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(models(), st.randoms(use_true_random=False))
def test_a_file_does_not_differ_from_its_lines_in_another_order(model, random):
    lines = model.text().splitlines()
    random.shuffle(lines)
    assert list(changes(space_of(model), parse_pcs("\n".join(lines)))) == []

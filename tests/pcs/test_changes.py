"""Differences by meaning: what changes the space is told, what changes only the text is not."""

import copy

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_tree, write_pcs
from smacwrap.pcs.changes import changes
from smacwrap.pcs.configspace_json import parse_configspace_json, to_configspace_json
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
    return [(change.kind, change.text) for change in changes(parse_tree(old), parse_tree(new))]


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("lr real [0.001, 1] [0.1] log", "lr [1e-3, 1.0] [.1]l  # older"),
        ("a categorical {x, y, z} [x]", "a {z, y, x} [x]"),
        ("b | a in {x, y} && n > 4 || o == hi", "b | o in {hi} || n > 4 && a in {y, x}"),
        ("{a=y, n=7}", "{n = 7, a = y}"),
        ("{a=y, n=7}", "{n == 7 && a == y}"),
        ("{n > 8 && a == z || lr > 0.5}", "{lr>0.5 || a==z && n>8}"),
        ("{n > 8 && a == z || lr > 0.5}", "{n>=9 && a!=x && a!=y}\n{0.5 < lr}"),
        ("{n > 8 && a == z || lr > 0.5}", "{a=z, n=9}\n{a=z, n=10}\n{lr > 1 / 2}"),
        ("{a=y, n=7}", "{a=y, n=7}\n{a=y, n=7, o=lo}"),
        (
            "b | a in {x, y} && n > 4 || o == hi",
            "b | a != z && n in {5, 6, 7, 8, 9, 10} || o > mid",
        ),
        (
            "b | a in {x, y} && n > 4 || o == hi",
            "b | o == hi || a == x && n > 4.5 && o != hi || a == y && n > 4 && o in {lo, mid}",
        ),
    ],
)
def test_another_text_of_the_same_meaning_makes_no_difference(line, same):
    assert line in BASE
    assert told(BASE, BASE.replace(line, same)) == []


TREE = """\
a categorical {x, y} [x]
b categorical {p, q} [p]
c integer [1, 9] [5]
d real [0, 1] [0.5]
b | a == y
c | b == q
d | c > 3
{b=p, d=0.25}
"""


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("c | b == q", "c | b == q && a == y"),
        ("d | c > 3", "d | b == q && c in {4, 5, 6, 7, 8, 9} || a == y && c == 4"),
        # b has to be p or inactive, so that neither c nor d is active, and d counts with 0.5.
        ("{b=p, d=0.25}", ""),
        ("b | a == y", "b | a == y\n{b=q, d=0.5, a=x}"),
        ("a categorical {x, y} [x]", "a categorical {y, x} [x]\n{d=0.75, a=x}"),
    ],
)
def test_what_follows_from_other_lines_makes_no_difference(line, same):
    assert line in TREE
    assert told(TREE, TREE.replace(line, same)) == []
    assert told(TREE.replace(line, same), TREE) == []


def test_a_condition_that_always_holds_makes_no_difference():
    assert told(BASE, f"{BASE}lr | a in {{x, y, z}}\nn | o < hi || o == hi\n") == []
    assert told(BASE, f"{BASE}n | o < hi\n") == [("added", "n | o < hi")]


def test_a_parent_that_may_be_inactive_makes_a_difference():
    extra = "c real [0, 1] [0]\nc | b < 0.5 || b > 0.5 || b == 0.5\n"
    assert told(f"{BASE}c real [0, 1] [0]\n", BASE + extra) != []


def test_a_narrower_clause_is_told_with_the_one_that_it_replaces():
    assert told(f"{BASE}{{n=2}}", f"{BASE}{{n=2, a=z}}") == [
        ("removed", "{n=2}"), ("added", "{n=2, a=z}"),
    ]  # fmt: skip


def test_the_values_of_a_categorical_may_be_listed_in_another_order():
    other = BASE.replace("{x, y, z}", "{z, x, y}").replace("a in {x, y} &&", "a != z &&")
    assert told(BASE, other.replace("{a=y, n=7}", "{a != x && a != z && n == 7}")) == []


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


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(models())
def test_a_space_does_not_differ_from_what_other_formats_say_of_it(model):
    space = space_of(model)
    try:
        others = [parse_configspace_json(to_configspace_json(space.tree)).tree]
        others.append(parse_tree(write_pcs(space.tree, "old")))
    except UserError:
        assume(False)
    for other in others:
        assert [c for c in changes(space.tree, other) if ": type ordinal" not in c.text] == []


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck))
@given(models(), st.data())
def test_a_left_out_line_makes_a_difference_if_the_legal_configurations_do(model, data):
    less = copy.deepcopy(model)
    lines = [*less.conditions, *range(len(less.classic)), *less.advanced]
    assume(lines)
    line = data.draw(st.sampled_from(lines))
    if line in less.conditions:
        del less.conditions[line]
    elif line in less.advanced:
        less.advanced.remove(line)
    else:
        del less.classic[line]
    same = model.legal().keys() == less.legal().keys()
    assert same or list(changes(space_of(model).tree, space_of(less).tree))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(models(), st.randoms(use_true_random=False))
def test_a_file_does_not_differ_from_its_lines_in_another_order(model, random):
    lines = model.text().splitlines()
    random.shuffle(lines)
    assert list(changes(space_of(model).tree, parse_tree("\n".join(lines)))) == []

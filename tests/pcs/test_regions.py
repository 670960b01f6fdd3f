"""Sets of values and boxes behave like the sets that they stand for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.pcs import parse_pcs, parse_tree, to_text
from smacwrap.pcs.regions import Activity, compared, covered, listed_numbers, meet, place
from smacwrap.pcs.say import condition_text
from tests.pcs.models import models, space_of

SPACE = parse_tree("n integer [1, 9] [3]\no ordinal {a, b, c, d} [a]\nr real [0, 1] [0.5]\n")
SIGNS = ("==", "!=", "<", "<=", ">", ">=")
HOLDS = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
}  # fmt: skip
POINTS = {"n": range(1, 10), "o": range(4), "r": [i / 8 for i in range(9)]}


def members(name, values):
    """Those of some points that lie in a set of values."""
    parameter = SPACE[name]
    return {x for x in POINTS[name] if not compared(parameter, "==", x) - values}


@given(
    st.sampled_from("nor"),
    st.sampled_from(SIGNS),
    st.sampled_from(SIGNS),
    st.sampled_from([-1, 0, 0.25, 0.5, 1, 2, 2.5, 3, 8.5, 9, 10]),
    st.sampled_from([0, 0.375, 1, 3, 4.5, 9]),
)
def test_values_are_sets(name, sign, other_sign, number, other_number):
    one = compared(SPACE[name], sign, number)
    other = compared(SPACE[name], other_sign, other_number)
    first = {x for x in POINTS[name] if HOLDS[sign](x, number)}
    second = {x for x in POINTS[name] if HOLDS[other_sign](x, other_number)}
    assert members(name, one) == first
    assert members(name, one & other) == first & second
    assert members(name, one | other) == first | second
    assert members(name, one - other) == first - second
    if name != "r":
        assert listed_numbers(SPACE[name], one, 9) == sorted(first)
        assert bool(one) == bool(first)


def test_the_values_of_reals_are_listed_where_they_are_single():
    r = SPACE["r"]
    assert listed_numbers(r, compared(r, "in", 0.5, 0.25), 2) == [0.25, 0.5]
    assert listed_numbers(r, compared(r, "in", 0.5, 0.25), 1) is None
    assert listed_numbers(r, compared(r, "<", 0.25), 9) is None


def inside(space, box, active):
    return all(
        name in active
        and not compared(space.tree[name], "==", place(space.tree[name], active[name])) - values
        for name, values in box.items()
    )


@given(models())
def test_boxes_of_when_parameters_are_active_and_inactive_fit_all_configurations(model):
    space = space_of(model)
    activity = Activity.of(space.tree)
    for configuration in space.sample_configuration(20):
        active = to_text(configuration)
        for name in space:
            on = any(inside(space, box, active) for box in activity.active(name))
            off = any(inside(space, box, active) for box in activity.inactive(name))
            assert (on, off) == (name in active, name not in active)


@given(models())
def test_a_parameter_is_active_or_inactive_and_never_both(model):
    space = space_of(model)
    activity = Activity.of(space.tree)
    for name in space:
        on, off = activity.active(name), activity.inactive(name)
        assert covered([{}], on + off, activity)
        assert covered([{}], on, activity) == (not any(map(activity.possible, off)))
        assert not any(
            activity.possible(both) for a in on for b in off if (both := meet(a, b)) is not None
        )


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("n > 3 && n < 8 || n == 9", "n > 3 && n < 8 || n == 9"),
        ("n != 4", "n < 4 || n > 4"),
        ("n == 1 || n == 4 || n == 9", "n == 1 || n == 4 || n == 9"),
        ("n in {1, 4, 9}", "n in {1, 4, 9}"),
        ("o > a && o < d", "o in {b, c}"),
        ("r != 0.5", "r < 0.5 || r > 0.5"),
        ("r == 0.5 && n > 8", "r == 0.5 && n == 9"),
        ("n > 3.5 && n < 3.7 || o == d", "o == d"),
    ],
)
def test_boxes_are_said_as_a_condition_again(condition, said):
    space = parse_pcs("n integer [1, 9] [3]\n"
                      "o ordinal {a, b, c, d} [a]\nr real [0, 1] [0.5]\n"
                      f"child {{x, y}} [x]\nchild | {condition}\n")  # fmt: skip
    assert condition_text(space.tree, Activity.of(space.tree).conditions["child"]) == said

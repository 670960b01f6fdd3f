"""Warnings: what is suspicious is found, and nothing is called impossible that is not."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings

from smacwrap.pcs import parse_tree
from smacwrap.pcs.review import review_pcs
from smacwrap.pcs.source_map import Places
from tests.pcs.models import models, space_of

# clasp's own defaults lie at the edges of some ranges, which is worth a warning.
PCS = Path(__file__).parents[2] / "pcs"
SHIPPED = sorted(file for file in PCS.glob("*.pcs") if file.name != "clasp.pcs")


def warnings(text):
    """The warnings of a file, as (line, message)."""
    tree = parse_tree(text)
    return [(p.line, p.message) for p in review_pcs(tree, Places.find(tree, text, None))]


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_shipped_files_have_none(file):
    assert warnings(file.read_text()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x real [0.001, 10] [1]", "spans 4 decades without log"),
        ("x integer [2, 3000] [5]", "spans 3.18 decades without log"),
        ("x real [0.1, 10] [0.1]", "the default 0.1 is the lowest value of 'x'"),
        ("x integer [1, 3] [3]", "the default 3 is the highest value of 'x'"),
        ("# nothing yet", "no parameters in it"),
        ("x {only} [only]", "single value"),
        ("x integer [3, 3] [3]", "single value"),
        ("x {1, 10, 100} [1]", "did you mean ordinal?"),
        ("x {a, b} [a]\n{1 > 2}", "never true"),
        ("n integer [1, 9] [5]\n{n=4.5}", "4.5 is no integer, but 'n' is: this clause never"),
        ("x {a, b} [a]\n{x=a, x=b}", "never matches"),
        ("n integer [1, 9] [5]\n{n > 9}", "never matches"),
        ("n integer [1, 9] [5]\nm integer [1, 9] [5]\n{n * m > 81}", "never matches"),
        ("x real [0, 1] [0.5]\n{x > 2}", "matched none of 100,000 random configurations"),
        ("x real [0, 1] [0.5]\n{x != 0.5}", "matched all of 1,000 random configurations"),
        ("x real [0, 1] [0.5]\n{x=0.25}", "one exact value of a real"),
        # Without y == b there is no z, whose default then counts.
        ("y {a, b} [a]\nz {u, v} [u]\nz | y == b\n{y=a, z=v}", "never matches"),
    ],
)
def test_suspicious(text, message):
    ((_, found),) = warnings(text)
    assert message in found


@pytest.mark.parametrize(
    "text",
    [
        "x real [0.001, 10] [1] log",
        "x real [0.001, 1] [0.5]",  # three decades, and not over
        "x real [0, 100000] [1]",
        "x ordinal {low, medium, high} [low]",
        "x {only} [only]\ny {a, b} [a]",  # fixed on purpose
        "x integer [1, 30] [1]\ny real [0, 1] [1]\nz integer [-1, 64] [-1]",  # ranges end there
        "x integer [0, 1] [0]",  # two values: each is an edge
        "x {0, 1} [0]",
        "x {10, 3, 7} [3]",
        "x ordinal {16, 32, 64} [16]",  # a scale that nobody takes for a mistake
        "x ordinal {lo, hi} [lo]\ny {a, b} [a]\ny | x > lo",
        "x ordinal {lo, hi} [lo]\ny {a, b} [a]\n{x >= hi && y == b}",
        "x {a, b} [a]\ny {c, d} [c]\n{x=b, y=d}",
        # z is inactive with x == a, and then counts with its default.
        "x {a, b} [a]\ny {c, d} [c]\nz {u, v} [v]\nz | x == b\n{x=a, y=d, z=v}",
        "x integer [1, 1000] [5]\nn integer [1, 1000] [7]\n{x=77, n=77}",
    ],
)
def test_unsuspicious(text):
    assert warnings(text) == []


def test_what_is_so_of_many_parameters_is_one_warning():
    scales = [f"{name} {{1, 10, 100}} [1]" for name in "abc"]
    edges = [f"{name} real [2, 9] [{default}]" for name, default in ("d2", "e9", "f5")]
    found = warnings("\n".join([*edges, *scales]))
    assert found == [
        (1, "the defaults of 2 parameters are their lowest or highest values: are the ranges wide "
            "enough? {d, e}"),
        (4, "the values of 3 categoricals are numbers in order, but to the model a categorical's "
            "values are unrelated: did you mean ordinal? {a, b, c}"),
    ]  # fmt: skip


CHILD = """\
a {x, y, z} [x]
n integer [1, 10] [3]
o ordinal {1, 2, 3} [1]
r real [0, 1] [0.5]
c {p, q} [p]
"""


@pytest.mark.parametrize(
    "condition",
    [
        "a == x && a == y",
        "n > 10",
        "n < 1",
        "n > 4 && n < 5",
        "n == 3.5",
        "o > 3",
        "r < 0",
        "r > 0.5 && r < 0.5",
        "a == x && a != x || n > 10",
    ],
)
def test_a_condition_that_cannot_hold(condition):
    message = "this condition can never hold: 'c' is never active"
    assert warnings(f"{CHILD}c | {condition}") == [(6, message)]


@pytest.mark.parametrize(
    "condition", ["a in {x, y, z}", "n < 5 || n > 4", "a == x || a != x", "r < 0.5 || r > 0.4"]
)
def test_a_condition_that_cannot_fail(condition):
    message = "this condition always holds: 'c' is always active"
    assert warnings(f"{CHILD}c | {condition}") == [(6, message)]


def test_a_condition_on_an_exact_value_of_a_real():
    ((line, message),) = warnings(f"{CHILD}c | r == 0.25")
    assert line == 6
    assert "one exact value of a real" in message


def test_conditions_of_parents_count_and_only_the_first_of_a_chain_is_reported():
    text = """\
a {x, y} [x]
b {x, y} [x]
c {x, y} [x]
d {x, y} [x]
b | a == x
c | b == y && a == y
d | c == x
"""
    assert warnings(text) == [(6, "this condition can never hold: 'c' is never active")]


def test_a_condition_that_holds_only_in_a_corner_of_many_parameters_is_no_mistake():
    lines = [f"p{i} integer [1, 100] [50]" for i in range(12)] + ["c {x, y} [x]"]
    terms = " && ".join(f"p{i} == {i + 1}" for i in range(12))
    assert warnings("\n".join([*lines, f"c | {terms}"])) == []


CHAIN = "\n".join(
    [
        *(f"p{i} integer [1, 100] [50]" for i in range(30)),
        *(f"p{i} | p{i - 1} > 60 || p{i - 1} == 2" for i in range(1, 30)),
        "r real [0, 1] [0.5]",
        "",
    ]
)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r | p29 == 5", None),
        ("r | p29 == 5 && p28 == 2", None),
        ("r | p29 == 5 && p28 == 60", "can never hold"),
        ("r | p29 == 5 && p29 == 7 || p29 > 100", "can never hold"),
        ("r | p29 == 5 && p29 == 7 || p29 > 99", None),
        ("{p29=5, p28=61}", None),
        ("{p29=5, p28=60}", "never matches"),
        ("{p29=50, p28=60}", None),  # without p29 its default counts
        ("{p29=5, p29=6}", "never matches"),
        ("{p29=5, r=0.25}", "one exact value of a real"),
        ("{p29 + p28 > 199}", None),
        ("{p29 + p28 > 200}", "never matches"),
    ],
)
def test_what_chance_never_finds_is_told_exactly(line, message):
    found = [text for _, text in warnings(CHAIN + line)]
    assert len(found) == (message is not None)
    assert not message or message in found[0]


def test_several_lines_of_a_child_are_one_condition_reported_at_the_first():
    text = "a {x, y} [x]\nb {u, v} [u]\nb | a in {x}\nb | a in {y}"
    assert warnings(text) == [(3, "this condition can never hold: 'b' is never active")]


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_what_is_called_impossible_is_and_the_reverse(model):
    space_of(model)
    text = model.text()
    lines = text.splitlines()
    found = {lines[n - 1]: m for n, m in warnings(text) if "condition " in m or "clause " in m}
    every = [
        model.active(dict(zip(model.domains, values, strict=True)))
        for values in itertools.product(*model.domains.values())
    ]
    never = {c for c in model.conditions if all(c not in values for values in every)}
    always = {c for c in model.conditions if all(c in values for values in every)}
    said_never = {line.split(" ")[0] for line, m in found.items() if "can never hold" in m}
    said_always = {line.split(" ")[0] for line, m in found.items() if "always holds" in m}
    assert said_always == always
    assert said_never <= never
    assert bool(said_never) == bool(never)
    assume(not never)
    alone = [
        *(replace(model, classic=[clause], advanced=[]) for clause in model.classic),
        *(replace(model, classic=[], advanced=[clause]) for clause in model.advanced),
    ]
    for single in alone:
        matches = any(single.forbidden(values) for values in every)
        assert ("never" in found.get(single.text().splitlines()[-1], "")) == (not matches)

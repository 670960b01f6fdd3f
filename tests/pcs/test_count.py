"""The number of configurations: against plain enumeration, SMAC v2's upper bound, and by hand."""

import math
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from smacwrap.pcs import parse_pcs, parse_tree, read_pcs, size_upper_bound
from smacwrap.pcs.count import count_configurations, size_in_words
from tests.pcs.models import models, space_of

CASES = Path(__file__).parent.parent / "data" / "pcs-cases"
ACCEPTED = [
    line.split("\t")[0]
    for line in (CASES / "verdicts.tsv").read_text().splitlines()
    if "\taccept\t" in line
]


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_as_many_as_a_list_of_all_legal_configurations_has(model):
    assert count_configurations(space_of(model).tree) == len(model.legal())


@pytest.mark.parametrize("case", ACCEPTED)
def test_never_more_than_smac2s_upper_bound(case):
    space = read_pcs(CASES / f"{case}.pcs")
    count = count_configurations(space.tree)
    assert count is not None
    assert 1 <= count <= size_upper_bound(space)
    assert math.isinf(count) == math.isinf(size_upper_bound(space))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1),
        ("a {x, y} [x]\nn integer [1, 1000000] [3]", 2_000_000),
        # 10 values of n, and for each of the 6 above 4 three of a.
        ("n integer [1, 10] [3]\na {x, y, z} [x]\na | n > 4", 4 + 6 * 3),
        ("n integer [1, 10] [3]\na {x, y, z} [x]\na | n < 4.5", 4 * 3 + 6),
        ("n integer [1, 1000000] [3]\na {x, y} [x]\n{n=7, a=y}", 1_999_999),
        # Inactive counts with its default: n = 3 has no b, and b's default is y.
        ("n integer [1, 3] [1]\nb {x, y} [y]\nb | n < 3\n{n=3, b=y}", 4),
        ("n integer [1, 100] [1]\nm integer [1, 100] [1]\n{n + m > 101}", 10_000 - 4950),
        ("r real [0, 1] [0.5]\na {x, y} [x]\na | r > 0.5", math.inf),
        # A real that is never active has no values to choose from.
        ("a {x} [x]\nb {x, y} [x]\nr real [0, 1] [0.5]\nr | a == x && a != x", 2),
        ("r real [0, 1] [0.5]\n{r > 0.7}", math.inf),
    ],
)
def test_by_hand(text, count):
    assert count_configurations(parse_tree(text)) == count


def test_exact_far_beyond_what_floats_hold():
    lines = [f"p{i} integer [1, 100] [1]" for i in range(300)]
    lines += [f"p{i} | p{i - 1} > 1" for i in range(1, 300)]
    # A chain: 1 ends it, 99 values go on.
    expected = 100
    for _ in range(299):
        expected = 1 + 99 * expected
    space = parse_pcs("\n".join(lines))
    assert count_configurations(space.tree) == expected
    assert size_in_words(space.tree) == "about 4.95e+598 configurations"


def test_unknown_where_a_clause_reckons_with_too_many_values():
    text = "a integer [1, 1000] [1]\nb integer [1, 1000] [1]\nc integer [1, 1000] [1]\n"
    space = parse_pcs(text + "{a + b + c > 100}")
    assert count_configurations(space.tree) is None
    assert size_in_words(space.tree) == "at most 1,000,000,000 configurations"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "1 configuration"),
        ("a {x, y} [x]\nn integer [1, 1000] [3]", "2,000 configurations"),
        ("r real [0, 1] [0.5]", "infinitely many configurations"),
        ("r real [0, 1] [0.5]\n{r != 0.5}", "an unknown number of configurations"),
    ],
)
def test_in_words(text, words):
    assert size_in_words(parse_tree(text)) == words

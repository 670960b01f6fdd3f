"""Writing a space, in both syntaxes, and reading it again."""

import itertools

import pytest
from ConfigSpace.util import generate_grid
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import all_to_text, parse_pcs, parse_tree, read_pcs, to_text, write_pcs
from tests.pcs.models import models, space_of
from tests.pcs.test_cases import ACCEPTED, name_of, path_of
from tests.pcs.test_smac2 import HOME, pcs_check

WRITTEN = """\
lr real [1e-05, 1] [0.01] log
n integer [-5, 1024] [32]
one integer [7, 7] [7]
opt categorical {sgd, adam} [adam]
size ordinal {1, 10, 100} [10]
momentum real [0, 1] [0.9]

momentum | opt == sgd && n > 4.5 || size in {1, 10}

{lr > 0.5 && n > 100}
{n=32, size=100}
"""

OLDER = """\
lr [1e-05, 1] [0.01]l
n [1, 1024] [32]il
opt {sgd, adam} [adam]
momentum [0, 1] [0.9]

momentum | opt in {sgd}
momentum | n in {16, 32}

{n=64, opt=adam}
"""


def legal(space, model):
    """All legal configurations of a space with finite domains."""
    steps = {n: len(d) for n, d in model.domains.items() if model.kinds[n] == "integer"}
    return {frozenset(to_text(c).items()) for c in generate_grid(space, steps)}


@st.composite
def numeric_files(draw):
    """Files with reals and integers, on both scales, as parents and in clauses."""
    lines, bounds = [], {}
    for name in draw(st.permutations("abcd")):
        log = draw(st.sampled_from(["", " log"]))
        kind = draw(st.sampled_from(["real", "integer"]))
        number = st.integers(1 if log else -1000, 10**6)
        if kind == "real":
            number = st.integers(1 if log else -(10**6), 10**6).map(lambda n: n / 10**4)
        low, high = sorted(draw(st.lists(number, min_size=2, max_size=2, unique=True)))
        lines.append(f"{name} {kind} [{low}, {high}] [{high}]{log}")
        bounds[name] = low, high
    names = list(bounds)
    for parent, child in itertools.pairwise(names):
        if draw(st.booleans()):
            operator = draw(st.sampled_from(["==", "!=", "<", ">"]))
            lines.append(f"{child} | {parent} {operator} {draw(st.sampled_from(bounds[parent]))}")
    if draw(st.booleans()):
        lines.append(f"{{a={bounds['a'][0]}, b={bounds['b'][0]}}}")
    if draw(st.booleans()):
        lines.append(f"{{a < {bounds['a'][0]} && b + c < -5}}")
    return "\n".join(lines)


def test_files_in_the_newer_syntax_stay_as_they_are():
    assert write_pcs(parse_tree(WRITTEN)) == WRITTEN


def test_files_in_the_older_syntax_stay_as_they_are():
    assert write_pcs(parse_tree(OLDER), "old") == OLDER


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_what_is_written_reads_as_the_same_space(model):
    space = space_of(model)
    assert parse_pcs(write_pcs(space.tree)) == space


@settings(deadline=None, max_examples=50)
@given(numeric_files())
def test_what_is_written_of_reals_and_logs_reads_as_the_same_space(text):
    space = parse_pcs(text)
    assert parse_pcs(write_pcs(space.tree)) == space
    try:
        older = parse_pcs(write_pcs(space.tree, "old"))
    except UserError:
        return
    assert dict(older) == dict(space)
    assert all_to_text(older.get_default_configuration()) == all_to_text(
        space.get_default_configuration()
    )


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_the_older_syntax_keeps_all_legal_configurations_or_is_refused(model):
    space = space_of(model)
    try:
        text = write_pcs(space.tree, "old")
    except UserError as error:
        assert all("the older syntax cannot say" in p.message for p in error.problems)
        return
    older = parse_pcs(text)
    assert legal(older, model) == model.legal().keys()
    assert sorted(write_pcs(older.tree, "old").splitlines()) == sorted(text.splitlines())


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_files_in_both_syntaxes_can_be_written(verdict):
    space = read_pcs(path_of(verdict))
    assert parse_pcs(write_pcs(space.tree)) == space


PARENTS = (
    "a {x, y, z} [x]\nn [1, 9] [3]i\nm [1, 9] [3]i\nk [1, 9] [3]i\nmany [1, 9000] [3]i\n"
    "c [0, 1] [0.5]\n"
)


@pytest.mark.parametrize(
    ("condition", "lines"),
    [
        ("a == x", ["a in {x}"]),
        ("a != x", ["a in {y, z}"]),
        ("n < 3", ["n in {1, 2}"]),
        ("n > 6.5", ["n in {7, 8, 9}"]),
        ("a in {z, x} && n == 2", ["a in {z, x}", "n in {2}"]),
        ("a == z || a == x", ["a in {x, z}"]),
        ("n < 3 && a == x || a == x && n == 7", ["n in {1, 2, 7}", "a in {x}"]),
        ("a != x && a != y || a == y", ["a in {y, z}"]),
        ("many == 7", ["many in {7}"]),
        ("n < 1", ["n in {1}", "n in {9}"]),
        (
            "a == x && n < 3 || a == y && n < 3 || n in {1, 2} && a == z",
            ["a in {x, y, z}", "n in {1, 2}"],
        ),
        (
            "n < 2 && m > 8 || n > 8 && m > 8 || n in {1, 9} && m < 2",
            ["n in {1, 9}", "m in {1, 9}"],
        ),
    ],
)
def test_conditions_are_said_with_the_words_of_the_older_syntax(condition, lines):
    text = write_pcs(parse_tree(f"{PARENTS}c | {condition}"), "old")
    assert [line for line in text.splitlines() if "|" in line] == [f"c | {line}" for line in lines]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("c | many > 3", "'>' on 'many', which has more than 1,000 values"),
        ("c | a == x || n == 3", "|| over different parents"),
        ("c | a == x && n == 3 || a == y && n == 2", "|| over different parents"),
        ("one | solo < 7", "it never holds"),
        ("{n + many > 300}", "no clauses but {parameter=value, ...}"),
        ("{n == 2 && many > 3}", "no clauses but {parameter=value, ...}"),
        ("{n == 2 && c > 0.9}", "no clauses but {parameter=value, ...}"),
        ("{n > 1 && m > 1 && k > 1 && a != x}", "no clauses but {parameter=value, ...}"),
    ],
)
def test_what_the_older_syntax_cannot_say_is_named_with_the_reason(line, reason):
    with pytest.raises(UserError) as caught:
        write_pcs(parse_tree(f"{PARENTS}solo [7, 7] [7]i\none [0, 1] [0]\n{line}"), "old")
    (problem,) = caught.value.problems
    assert f"the older syntax cannot say '{line}'" in problem.message
    assert reason in problem.message


def test_all_that_the_older_syntax_cannot_say_is_named_in_one_go():
    with pytest.raises(UserError) as caught:
        write_pcs(parse_tree(PARENTS + "c | many > 3\n{n * c > 8}"), "old")
    assert len(caught.value.problems) == 2


def test_advanced_clauses_that_only_combine_values_become_classic_ones():
    text = write_pcs(parse_tree(PARENTS + "{a == y && 2 == n || n == 4 && a == z}"), "old")
    assert text.splitlines()[-2:] == ["{a=y, n=2}", "{n=4, a=z}"]


@pytest.mark.parametrize(
    ("clause", "lines"),
    [
        ("a != x && n == 2", ["a=y, n=2", "a=z, n=2"]),
        ("n < 3 && many == 7", ["n=1, many=7", "n=2, many=7"]),
        ("n >= 8 && (m == 4 || m == 5)", ["n=8, m=4", "n=9, m=4", "n=8, m=5", "n=9, m=5"]),
        ("n > 6 && n != 8", ["n=7", "n=9"]),
        ("a >= y || a == z", ["a=y", "a=z"]),
        ("a == y && c == 0.25", ["a=y, c=0.25"]),
        ("a == y && a == z || n > 9", []),
        ("n * n > 50", ["n=8", "n=9"]),
        ("n + m > 17 && a != n", ["n=9, m=9, a=x", "n=9, m=9, a=y", "n=9, m=9, a=z"]),
    ],
)
def test_clauses_over_few_values_are_written_out(clause, lines):
    text = write_pcs(parse_tree(f"{PARENTS}{{{clause}}}"), "old")
    assert [line for line in text.splitlines() if "=" in line] == [f"{{{line}}}" for line in lines]


def test_a_clause_may_have_as_many_alternatives_as_were_written():
    pairs = [f"n == {i % 9 + 1} && many == {i + 10}" for i in range(200)]
    text = write_pcs(parse_tree(f"{PARENTS}{{{' || '.join(pairs)}}}"), "old")
    assert text.count("{n=") == 200


@pytest.mark.skipif(HOME is None, reason="SMAC2_HOME is not set")
@settings(deadline=None, max_examples=8, derandomize=True, suppress_health_check=list(HealthCheck))
@given(models())
def test_smac2_accepts_what_is_written(tmp_path_factory, model):
    space = space_of(model)
    assert "parsed Successfully" in pcs_check(tmp_path_factory.mktemp("s"), write_pcs(space.tree))
    try:
        older = write_pcs(space.tree, "old")
    except UserError:
        return
    assert "parsed Successfully" in pcs_check(tmp_path_factory.mktemp("s"), older)

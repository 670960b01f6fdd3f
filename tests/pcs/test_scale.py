"""Large files: a thousand parameters, conditions and forbidden clauses in a second."""

import time

import numpy as np
import pytest

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, parse_tree
from smacwrap.pcs.count import count_configurations
from smacwrap.pcs.review import review_pcs
from smacwrap.pcs.source_map import Places
from smacwrap.pcs.vectors import Vectors

BODIES = (
    "real [0.001, 1] [0.5] log",
    "integer [1, 100] [50]",
    "categorical {a, b, c} [a]",
    "ordinal {lo, mid, hi} [mid]",
)
HOLDS = ("> 0.2", "> 20", "== a", "> lo")


def large_file(size, chain, advanced=False):
    """`size` parameters, all but the first hundred (or one) conditional, and `size` clauses."""
    lines = [f"p{i} {BODIES[i % 4]}" for i in range(size)]
    for i in range(1 if chain else 100, size):
        parents = [i - 1] if chain else [(i * 7) % 100, (i * 7 + 1) % 100]
        lines.append(f"p{i} | " + " && ".join(f"p{p} {HOLDS[p % 4]}" for p in parents))
    for i in range(size):
        base = i % 24 * 4
        real, integer, letter, level = (f"p{base + k}" for k in range(4))
        if advanced:
            lines.append(f"{{{integer} + {i}*{real}^2 > 99 && ({letter} == b || {level} >= hi)}}")
        else:
            lines.append(f"{{{letter}=b, {level}=hi, {integer}={i % 49 + 1}}}")
    return "\n".join(lines)


def long_lists(size):
    """A categorical of `size` values, all of them in a condition, and clauses on it."""
    values = ", ".join(f"v{i}" for i in range(size))
    return f"m {{{values}}} [v0]\nr [0, 1] [0]\nr | m in {{{values}}}\n{{m=v1}}\n{{m == v2}}"


def hub(size):
    """`size` parameters with conditions on one parent, and a clause on each and that parent."""
    names = [f"p{i}" for i in range(size)]
    lines = ["parent categorical {a, b, c} [a]", *(f"{name} {{x, y}} [x]" for name in names)]
    lines += [f"{name} | parent in {{a, b}}" for name in names]
    return "\n".join([*lines, *(f"{{{name}=y, parent=b}}" for name in names)])


def review(text):
    space = parse_pcs(text)
    return list(review_pcs(space.tree, Places.find(space.tree, text, None)))


def seconds(text, work=parse_pcs):
    times = []
    for _ in range(3):
        start = time.process_time()
        work(text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("advanced", [False, True], ids=["classic", "advanced"])
@pytest.mark.parametrize("chain", [False, True], ids=["broad", "chain"])
def test_a_thousand_of_each_are_read_in_a_second(chain, advanced):
    text = large_file(1000, chain, advanced)
    assert seconds(text) < 1.0


@pytest.mark.parametrize(
    "make",
    [
        lambda size: large_file(size, chain=False),
        lambda size: large_file(size, chain=False, advanced=True),
        lambda size: large_file(size, chain=True),
        lambda size: long_lists(10 * size),
    ],
    ids=["classic", "advanced", "chain", "lists"],
)
def test_reading_grows_linearly(make):
    # Eight times the size: quadratic growth would take 64 times as long.
    assert seconds(make(4000)) < 24 * seconds(make(500))


@pytest.mark.parametrize("advanced", [False, True], ids=["classic", "advanced"])
@pytest.mark.parametrize("chain", [False, True], ids=["broad", "chain"])
def test_a_review_takes_little_more_time_than_reading(chain, advanced):
    text = large_file(500, chain, advanced)
    # With exact sums for each condition it took sixty times as long.
    assert seconds(text, review) < 16 * seconds(text)


def test_a_review_takes_little_more_time_where_conditions_nearly_always_hold():
    lines = [f"p{i} integer [1, 100000] [50]" for i in range(500)]
    text = "\n".join([*lines, *(f"p{i} | p{i - 1} > 1" for i in range(1, 500))])
    assert seconds(text, review) < 8 * seconds(text)


def test_counting_grows_linearly_with_the_children_of_one_parent():
    small, large = parse_tree(hub(500)), parse_tree(hub(4000))
    # One of each child's two values is forbidden with b, and with c there is no child.
    assert count_configurations(large) == 2**4000 + 1 + 1
    assert seconds(large, count_configurations) < 24 * seconds(small, count_configurations)


def test_ten_thousand_configurations_are_drawn_at_once_among_advanced_clauses():
    space = parse_pcs(large_file(100, chain=False, advanced=True))
    start = time.process_time()
    assert len(space.sample_configuration(10_000)) == 10_000
    # One by one it would take minutes; all at once it takes 0.1 s.
    assert time.process_time() - start < 5


def flat(size):
    return "\n".join(f"p{i} {BODIES[i % 4]}" for i in range(size))


def test_ten_thousand_parameters_are_checked_and_sampled_in_little_time():
    space = parse_pcs(flat(10_000))
    reading = seconds(flat(10_000))

    def work(_):
        list(review_pcs(space.tree, Places.find(space.tree, flat(10_000), None)))
        count_configurations(space.tree)

    def sample(space):
        vectors = Vectors(space)
        vectors.to_texts(vectors.sample(100, np.random.default_rng(0)))

    # Each parameter by itself, they took twice and thirty times as long as reading them.
    assert seconds(space, work) < reading
    assert seconds(space, sample) < 3 * reading


def test_a_long_chain_can_be_sampled():
    space = parse_pcs(large_file(300, chain=True))
    for configuration in space.sample_configuration(20):
        configuration.check_valid_configuration()


def test_a_thousand_errors_are_reported_in_seconds():
    lines = [f"param_{i} real [0, 1] [0.5]" for i in range(1000)]
    lines += [f"param_{i} | parm_{i} > 0.5" for i in range(1000)]
    start = time.process_time()
    with pytest.raises(UserError) as caught:
        parse_pcs("\n".join(lines))
    assert len(caught.value.problems) == 1000
    assert time.process_time() - start < 3

"""Large files: a thousand parameters, conditions and forbidden clauses in a second."""

import time

import pytest

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs

BODIES = (
    "real [0.001, 1] [0.5] log",
    "integer [1, 100] [50]",
    "categorical {a, b, c} [a]",
    "ordinal {lo, mid, hi} [mid]",
)
HOLDS = ("> 0.2", "> 20", "== a", "> lo")


def large_file(size, chain):
    """`size` parameters, all but the first hundred (or one) conditional, and `size` clauses."""
    lines = [f"p{i} {BODIES[i % 4]}" for i in range(size)]
    for i in range(1 if chain else 100, size):
        parents = [i - 1] if chain else [(i * 7) % 100, (i * 7 + 1) % 100]
        lines.append(f"p{i} | " + " && ".join(f"p{p} {HOLDS[p % 4]}" for p in parents))
    for i in range(size):
        base = i % 24 * 4
        lines.append(f"{{p{base + 2}=b, p{base + 3}=hi, p{base + 1}={i % 49 + 1}}}")
    return "\n".join(lines)


def seconds(text):
    times = []
    for _ in range(3):
        start = time.process_time()
        parse_pcs(text)
        times.append(time.process_time() - start)
    return min(times)


@pytest.mark.parametrize("chain", [False, True], ids=["broad", "chain"])
def test_a_thousand_of_each_are_read_in_a_second(chain):
    text = large_file(1000, chain)
    assert seconds(text) < 1.0


def test_reading_grows_linearly():
    # Eight times the size: quadratic growth would take 64 times as long.
    assert seconds(large_file(4000, chain=False)) < 24 * seconds(large_file(500, chain=False))


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

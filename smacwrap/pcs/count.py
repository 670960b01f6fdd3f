"""How many configurations a PCS file allows."""

import math
from decimal import Decimal

from smacwrap.pcs.tree import Tree, size_upper_bound

_LONGEST_WRITTEN_OUT = 10**15


def count_configurations(tree: Tree) -> int | float | None:
    """The number of legal configurations, exact: an integer of any size, or infinity.

    None where it cannot be told, because too many parameters are tied to each other by
    conditions and forbidden clauses, or advanced clauses reckon with reals.
    """
    tied = tree.tied_names()
    free = math.prod(tree[name].size for name in tree.keys() - {*tied})
    if free == math.inf or not tied:
        return free  # for there is a legal configuration, the default
    # It reckons with NumPy, which takes a moment to load, and most files do without.
    from smacwrap.pcs.count_tied import count_tied

    count = count_tied(tree, tied)
    return None if count is None else count * int(free)


def size_in_words(tree: Tree) -> str:
    """`120 configurations`, `infinitely many configurations`, `at most 8,192 configurations`."""
    count = count_configurations(tree)
    if count is not None:
        return f"{_number(count)} configuration{'' if count == 1 else 's'}"
    bound = size_upper_bound(tree)
    if math.isinf(bound):
        return "an unknown number of configurations"
    return f"at most {_number(bound)} configurations"


def _number(count: int | float) -> str:
    if count == math.inf:
        return "infinitely many"
    # Decimal, because the number may be too large for a float.
    return f"{int(count):,}" if count < _LONGEST_WRITTEN_OUT else f"about {Decimal(count):.2e}"

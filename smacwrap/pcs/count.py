"""How many configurations a space has."""

import math
from collections.abc import Sequence
from decimal import Decimal

import numpy as np
from ConfigSpace import ConfigurationSpace, UniformFloatHyperparameter

from smacwrap.pcs.network import Network, clauses_of, forbids, random_columns, tied_names
from smacwrap.pcs.space import size_upper_bound
from smacwrap.pcs.variable_elimination import TooLargeError

_TRIES = 1000

_LONGEST_WRITTEN_OUT = 10**15


def count_configurations(space: ConfigurationSpace) -> int | float | None:
    """The number of legal configurations, exact: an integer of any size, or infinity.

    None where it cannot be told, because too many parameters are tied to each other by
    conditions and forbidden clauses, or advanced clauses reckon with reals.
    """
    clauses, tied = clauses_of(space), tied_names(space)
    free = math.prod(space[name].size for name in space.keys() - tied)
    if free == math.inf:
        return free  # for there is a legal configuration, the default
    try:
        network = Network(space, tied, space.conditions, clauses)
        legal = [network.unforbidden(clause) for clause in clauses]
        finite = network.sum(lambda s: 0 if math.isinf(s.size) else int(s.size), *legal)
        counted = network.sum(lambda s: 1 if math.isinf(s.size) else int(s.size), *legal)
    except TooLargeError:
        return math.inf if _has_random_real(space, tied) else None
    return finite * int(free) if finite == counted else math.inf


def _has_random_real(space: ConfigurationSpace, names: Sequence[str]) -> bool:
    """Whether some random legal configuration has an active real among some parameters.

    There are infinitely many next to it then: chance does not find single points.
    """
    conditions = {condition.child.name: condition for condition in space.conditions}
    columns = random_columns(space, names, conditions, _TRIES, np.random.RandomState(0))
    legal = np.ones(_TRIES, dtype=np.bool_)
    for clause in clauses_of(space):
        legal &= ~forbids(clause, columns)
    return any(
        (legal & ~np.isnan(columns[name])).any()
        for name in names
        if isinstance(space[name], UniformFloatHyperparameter)
    )


def size_in_words(space: ConfigurationSpace) -> str:
    """`120 configurations`, `infinitely many configurations`, `at most 8,192 configurations`."""
    count = count_configurations(space)
    if count is not None:
        return f"{_number(count)} configuration{'' if count == 1 else 's'}"
    bound = size_upper_bound(space)
    if math.isinf(bound):
        return "an unknown number of configurations"
    return f"at most {_number(bound)} configurations"


def _number(count: int | float) -> str:
    if count == math.inf:
        return "infinitely many"
    # Decimal, because the number may be too large for a float.
    return f"{int(count):,}" if count < _LONGEST_WRITTEN_OUT else f"about {Decimal(count):.2e}"

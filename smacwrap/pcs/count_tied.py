"""How many ways parameters have that conditions and forbidden clauses tie to each other."""

import math
from collections.abc import Sequence

import numpy as np

from smacwrap.pcs.model import Real
from smacwrap.pcs.network import Network, forbids, random_columns
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.variable_elimination import TooLargeError

_TRIES = 1000


def count_tied(tree: Tree, tied: Sequence[str]) -> int | float | None:
    """The number of legal settings of the tied parameters; None where it cannot be told."""
    try:
        network = Network(tree, tied, tree.conditions, tree.clauses)
        legal = [network.unforbidden(clause) for clause in tree.clauses]
        finite = network.sum(lambda s: 0 if math.isinf(s.size) else int(s.size), *legal)
        counted = network.sum(lambda s: 1 if math.isinf(s.size) else int(s.size), *legal)
    except TooLargeError:
        return math.inf if _has_random_real(tree, tied) else None
    return finite if finite == counted else math.inf


def _has_random_real(tree: Tree, names: Sequence[str]) -> bool:
    """Whether some random legal configuration has an active real among some parameters.

    There are infinitely many next to it then: chance does not find single points.
    """
    columns = random_columns(tree, names, _TRIES, np.random.default_rng(0))
    legal = np.ones(_TRIES, dtype=np.bool_)
    for clause in tree.clauses:
        legal &= ~forbids(clause, columns)
    return any(
        (legal & ~np.isnan(columns[name])).any() for name in names if isinstance(tree[name], Real)
    )

"""What in a PCS file is legal, but hardly what its author wants."""

from collections.abc import Iterator

from smacwrap.errors import Problem
from smacwrap.pcs.review.parameters import review_parameters
from smacwrap.pcs.source_map import Places
from smacwrap.pcs.tree import Tree

__all__ = ["review_pcs"]


def review_pcs(tree: Tree, places: Places) -> Iterator[Problem]:
    """The suspicious places of a PCS file, in the order of their lines.

    Args:
        tree: what the file describes.
        places: where it does so.
    """
    found = [*review_parameters(tree, places), *places.idle]
    if tree.conditions or tree.clauses:
        # What they do to each other is reckoned with NumPy, which other files do without.
        from smacwrap.pcs.review.logic import review_logic

        found += review_logic(tree, places)
    yield from sorted(found, key=lambda problem: problem.line or 0)

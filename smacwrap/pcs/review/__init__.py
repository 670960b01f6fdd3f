"""What in a PCS file is legal, but hardly what its author wants."""

from collections.abc import Iterator

from smacwrap.errors import Problem
from smacwrap.pcs.review.parameters import review_parameters
from smacwrap.pcs.source_map import Places
from smacwrap.pcs.tree import Tree

__all__ = ["review_pcs"]


def review_pcs(space: Tree, places: Places) -> Iterator[Problem]:
    """The suspicious places of a PCS file, in the order of their lines.

    Args:
        space: what the file describes.
        places: where it does so.
    """
    found = [*review_parameters(space, places), *places.idle]
    if space.conditions or space.clauses:
        # What they do to each other is reckoned with NumPy, which other files do without.
        from smacwrap.pcs.review.logic import review_logic

        found += review_logic(space, places)
    yield from sorted(found, key=lambda problem: problem.line or 0)

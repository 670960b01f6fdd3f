"""What in a PCS file is legal, but hardly what its author wants."""

from collections.abc import Iterator

from ConfigSpace import ConfigurationSpace

from smacwrap.errors import Problem
from smacwrap.pcs.review.logic import review_logic
from smacwrap.pcs.review.parameters import review_parameters
from smacwrap.pcs.source_map import Places

__all__ = ["review_pcs"]


def review_pcs(space: ConfigurationSpace, places: Places) -> Iterator[Problem]:
    """The suspicious places of a PCS file, in the order of their lines.

    Args:
        space: what the file describes.
        places: where it does so.
    """
    found = [*review_parameters(space, places), *review_logic(space, places)]
    yield from sorted(found, key=lambda problem: problem.line or 0)

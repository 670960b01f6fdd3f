"""From ConfigSpace's configurations to suggestions, which are texts."""

from ConfigSpace import Configuration

from smacwrap.engines.base import Suggestion
from smacwrap.pcs import all_to_text
from smacwrap.protocol import NO_INSTANCE


def suggest(
    configuration: Configuration, seed: int = -1, instance: str = NO_INSTANCE
) -> Suggestion:
    """The suggestion to run a configuration, with a seed of the target algorithm."""
    active = tuple(sorted(configuration))
    return Suggestion(all_to_text(configuration), active, instance, seed)

"""Configurations that do not change any more, and so are hashed once."""

from functools import cached_property
from typing import Any, Self

from ConfigSpace import Configuration


class Settled(Configuration):
    """A configuration as SMAC3 keeps it.

    SMAC3 looks configurations up in dictionaries some twenty times for each run that it is told
    of, and ConfigSpace spells out all values each time.
    """

    @classmethod
    def of(cls, configuration: Configuration) -> Self:
        """The same configuration, with values that did not go through its vector and back."""
        settled = cls(configuration.config_space, vector=configuration.get_array())
        settled._values = dict(configuration)
        return settled

    @cached_property
    def _text(self) -> str:
        return super().__str__()

    def __str__(self) -> str:
        return self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: Any) -> bool:
        if isinstance(other, Settled):
            return self._text == other._text
        return super().__eq__(other)

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("a settled configuration does not change")

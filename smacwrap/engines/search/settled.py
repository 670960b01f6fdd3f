"""Configurations that do not change any more, and are known by their key."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from ConfigSpace import Configuration

from smacwrap.pcs import from_record
from smacwrap.pcs.configuration import PcsConfiguration
from smacwrap.pcs.vectors import Matrix, Vectors


class Settled(PcsConfiguration):
    """A configuration as our parts of SMAC3 keep it.

    SMAC3 looks configurations up in dictionaries several times for each run that it is told of,
    and ConfigSpace spells out all values each time.

    Args:
        vectors: the space.
        row: its entries.
        key: of `Vectors.keys`: what makes it equal to others.
        texts: its values as they were told, if they were.
    """

    def __init__(
        self, vectors: Vectors, row: Matrix, key: bytes, texts: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(vectors.space, row)
        self.key = key
        self._texts = texts

    @classmethod
    def all_of(cls, vectors: Vectors, rows: Matrix) -> list[Self]:
        """One for each row."""
        return [cls(vectors, row, key) for row, key in zip(rows, vectors.keys(rows), strict=True)]

    @classmethod
    def read(cls, vectors: Vectors, texts: Sequence[Mapping[str, str]]) -> list[Self]:
        """One for each configuration that is given by its texts.

        Raises:
            UserError: one of them is none of the space.
        """
        rows = vectors.from_texts(texts)
        parts = zip(rows, vectors.keys(rows), texts, strict=True)
        return [cls(vectors, row, key, text) for row, key, text in parts]

    def exact(self) -> Configuration:
        """The same configuration with the very values that were told, if they were."""
        if self._texts is None:
            return self
        return from_record(self.config_space, self._texts)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: Any) -> bool:
        return isinstance(other, Settled) and self.key == other.key

    def __setitem__(self, key: str, value: Any) -> None:
        raise TypeError("a settled configuration does not change")


def settled(configuration: Configuration) -> Settled:
    """A configuration that SMAC3 hands back: all that it has are ours."""
    assert isinstance(configuration, Settled)
    return configuration

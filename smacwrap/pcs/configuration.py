"""A configuration whose values are exactly those that were written, or drawn."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace

from smacwrap.pcs.model import Integer, Listed
from smacwrap.pcs.scales import Matrix

if TYPE_CHECKING:
    from smacwrap.pcs.space import PcsSpace


class PcsConfiguration(Configuration):
    """A legal configuration of a space that `read_pcs` has read.

    ConfigSpace's own rounds its reals to 13 decimals.

    Args:
        space: its space.
        vector: one entry a parameter, as ConfigSpace has them.
        values: the active parameters' values, by name; without them, what the entries stand for.
    """

    def __init__(
        self, space: ConfigurationSpace, vector: Matrix, values: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(space, vector=vector)
        self._values = None if values is None else dict(values)

    def __getitem__(self, key: str) -> Any:
        return self._all()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._all()

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def _all(self) -> dict[str, Any]:
        if self._values is None:
            self._values = _values(cast("PcsSpace", self.config_space), self._vector)
        return self._values


def _values(space: "PcsSpace", vector: Matrix) -> dict[str, Any]:
    """What the entries of a vector stand for, by name; without inactive parameters."""
    scales = space.scales
    entries = np.array(vector, dtype=np.float64)[None, :]
    entries[:, scales.columns] = scales.numbers(entries[:, scales.columns])
    values: dict[str, Any] = {}
    for (name, parameter), entry in zip(space.tree.items(), entries[0].tolist(), strict=True):
        if entry != entry:  # NaN: it is inactive
            continue
        if isinstance(parameter, Listed):
            values[name] = np.str_(parameter.values[int(entry)])
        elif isinstance(parameter, Integer):
            values[name] = int(entry)
        else:
            values[name] = entry if parameter.size > 1 else parameter.default_value
    return values

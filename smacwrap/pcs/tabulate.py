"""An advanced clause that reckons, as boxes: tried out for all values, where they are few."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from smacwrap.pcs.entries import to_entry
from smacwrap.pcs.forbidden import Formula
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.regions import (
    Box,
    Values,
    all_values,
    compared,
    listed_numbers,
    value_at,
)

_MOST_POINTS = 100_000

_MOST_PARAMETERS = 10


def tabulated(clause: Formula) -> list[Box] | None:
    """Boxes that hold the combinations of values that a clause forbids.

    None if its parameters have too many values, or infinitely many.
    """
    parameters = clause.parameters
    if len(parameters) > _MOST_PARAMETERS or math.prod(p.size for p in parameters) > _MOST_POINTS:
        return None
    numbers = [listed_numbers(p, all_values(p), _MOST_POINTS) or [] for p in parameters]
    entries = [
        [to_entry(parameter, value_at(parameter, number)) for number in found]
        for parameter, found in zip(parameters, numbers, strict=True)
    ]
    forbidden = np.asarray(clause.forbids(np.meshgrid(*entries, indexing="ij")))
    return [
        dict(zip((p.name for p in parameters), values, strict=True))
        for values in _pieces(forbidden, parameters, numbers)
    ]


def _pieces(
    forbidden: npt.NDArray[np.bool_],
    parameters: Sequence[Parameter],
    numbers: Sequence[Sequence[float]],
) -> Iterator[tuple[Values, ...]]:
    """Values of the parameters that go together; those of the first that are alike are one."""
    if not parameters:
        if forbidden:
            yield ()
        return
    alike: dict[bytes, list[int]] = {}
    for i, part in enumerate(forbidden):
        alike.setdefault(part.tobytes(), []).append(i)
    for places in alike.values():
        first = compared(parameters[0], "in", *(numbers[0][i] for i in places))
        for others in _pieces(forbidden[places[0]], parameters[1:], numbers[1:]):
            yield first, *others

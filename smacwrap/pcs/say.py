"""Boxes as lines of a PCS file: conditions and forbidden clauses."""

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from smacwrap.pcs.clauses import IDENTIFIER
from smacwrap.pcs.entries import is_ordered, plain, texts
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.model import Parameter, Real
from smacwrap.pcs.regions import (
    Activity,
    Box,
    Values,
    all_values,
    listed_numbers,
    meet,
    value_at,
)

_MOST_LISTED = 1000

_FEW = 10

Parameters = Mapping[str, Parameter]


@dataclass(frozen=True)
class Relation:
    """A comparison that an advanced clause can make, between parameters.

    Attributes:
        text: as a part of a clause.
        names: the parameters in it.
    """

    text: str
    names: frozenset[str]


def counting_by_default(
    activity: Activity, box: Box, relations: Sequence[Relation] = ()
) -> list[str]:
    """The parameters that a PCS file would count here while they are inactive.

    Args:
        activity: when the parameters are active.
        box: where a clause is true.
        relations: what has to be true as well.

    Raises:
        TooManyError: they are inactive in very many cases.
    """
    names = {*box, *itertools.chain.from_iterable(relation.names for relation in relations)}
    counts = {
        name
        for name in names & activity.conditions.keys()
        if name not in box or not activity.default(name) - box[name]
    }
    active = {name: values for name, values in box.items() if name not in counts}
    return [
        name
        for name in sorted(counts)
        if any(
            joined is not None and activity.possible(joined)
            for joined in (meet(active, one) for one in activity.inactive(name))
        )
    ]


def forbidden_lines(activity: Activity, box: Box, relations: Sequence[Relation] = ()) -> list[str]:
    """The clauses that forbid a box in which all parameters of the box and relations are active.

    Where a PCS file would count one that is inactive, they name what makes it active as well.

    Args:
        activity: when the parameters are active.
        box: what is forbidden.
        relations: what has to be true as well.

    Raises:
        TooManyError: they are active or inactive in very many cases.
    """
    boxes = [box]
    for name in counting_by_default(activity, box, relations):
        boxes = [m for one in boxes for on in activity.active(name) if (m := meet(one, on))]
    said = [relation.text for relation in relations]
    return [line for one in boxes for line in _clause_lines(activity.parameters, one, said)]


def _clause_lines(parameters: Parameters, box: Box, relations: Sequence[str]) -> list[str]:
    """Classic clauses, where these are few; many only where advanced ones cannot be."""
    partial = {
        name: values for name, values in box.items() if all_values(parameters[name]) - values
    }
    if not partial and not relations:
        return ["{1 > 0}"]  # it forbids everything, which whoever reads it refuses
    listed = {n: listed_numbers(parameters[n], v, _MOST_LISTED) for n, v in partial.items()}
    found = {name: numbers for name, numbers in listed.items() if numbers is not None}
    classic = len(found) == len(listed) and not relations
    count = math.prod(map(len, found.values()))
    if classic and (count <= _FEW or (count <= _MOST_LISTED and not _takes_advanced(parameters))):
        pairs = (
            [f"{name}={_text(parameters[name], number)}" for number in numbers]
            for name, numbers in found.items()
        )
        return [f"{{{', '.join(chosen)}}}" for chosen in itertools.product(*pairs)]
    parts = [_compared(parameters[name], values) for name, values in partial.items()]
    return [f"{{{' && '.join([*parts, *relations])}}}"]


def _takes_advanced(parameters: Parameters) -> bool:
    """Whether all names and values are such as a file with advanced clauses may have."""
    names = {*parameters}
    values = {v for p in parameters.values() for v in texts(p) or () if not re.fullmatch(NUMBER, v)}
    return not names & values and all(map(IDENTIFIER.fullmatch, names | values))


def _text(parameter: Parameter, number: float) -> str:
    return plain(value_at(parameter, number))


def _compared(parameter: Parameter, values: Values) -> str:
    """What an advanced clause says of a parameter."""
    pieces = [" && ".join(_of_clause(parameter, piece)) for piece in _pieces(parameter, values)]
    return pieces[0] if len(pieces) == 1 else f"({' || '.join(pieces)})"


def _of_clause(parameter: Parameter, piece: Values) -> Iterator[str]:
    (start, end), (first, last) = piece.cuts, all_values(parameter).cuts
    single = listed_numbers(parameter, piece, 1)
    if single:
        yield f"{parameter.name} == {_text(parameter, single[0])}"
        return
    real = isinstance(parameter, Real)
    if start != first:
        sign = ">" if start[1] else ">="
        yield f"{parameter.name} {sign} {_text(parameter, start[0])}"
    if end != last:
        sign = "<=" if end[1] or not real else "<"
        yield f"{parameter.name} {sign} {_text(parameter, end[0] - (not real))}"


def _pieces(parameter: Parameter, values: Values) -> Iterator[Values]:
    """Pieces between two ends; the texts of a categorical one by one."""
    if not is_ordered(parameter):
        for number in listed_numbers(parameter, values, len(texts(parameter) or ())) or ():
            yield Values(((number, 0), (number + 1, 0)))
        return
    yield from map(Values, values.pieces())


def condition_text(parameters: Parameters, boxes: Sequence[Box]) -> str:
    """What a condition says that holds in these boxes: `a == x && n > 4 || b in {y, z}`."""
    alternatives = [
        " && ".join(itertools.chain.from_iterable(chosen))
        for box in boxes
        for chosen in itertools.product(*(_of_condition(parameters[n], v) for n, v in box.items()))
    ]
    return " || ".join(dict.fromkeys(alternatives))


def _of_condition(parameter: Parameter, values: Values) -> list[list[str]]:
    """The comparisons that a condition has for it: one of the lists has to hold, all of it."""
    name = parameter.name
    numbers = listed_numbers(parameter, values, _MOST_LISTED)
    if numbers is not None and len(numbers) == 1:
        return [[f"{name} == {_text(parameter, numbers[0])}"]]
    whole_pieces = len(values.cuts) <= 4 and is_ordered(parameter) and texts(parameter) is None
    if numbers is not None and not whole_pieces:
        return [[f"{name} in {{{', '.join(_text(parameter, n) for n in numbers)}}}"]]
    return [terms for piece in values.pieces() for terms in _of_piece(parameter, *piece)]


def _of_piece(
    parameter: Parameter, start: tuple[float, int], end: tuple[float, int]
) -> Iterator[list[str]]:
    """A condition has neither <= nor >=: an end that belongs to a real's piece stands alone."""
    name = parameter.name
    first, last = all_values(parameter).cuts
    real = isinstance(parameter, Real)
    if real and end == (start[0], 1):
        yield [f"{name} == {_text(parameter, start[0])}"]
        return
    terms = []
    if start != first:
        terms.append(f"{name} > {_text(parameter, start[0] - (not real))}")
    if end != last:
        terms.append(f"{name} < {_text(parameter, end[0])}")
    if not terms:
        low, high = _text(parameter, first[0]), _text(parameter, last[0] - (not real))
        # Whatever its value is, it has to be active.
        yield from (
            ([f"{name} > {low}"], [f"{name} == {low}"]) if low != high else [[f"{name} == {low}"]]
        )
        return
    yield terms
    if real and start != first and not start[1]:
        yield [f"{name} == {_text(parameter, start[0])}"]
    if real and end != last and end[1]:
        yield [f"{name} == {_text(parameter, end[0])}"]

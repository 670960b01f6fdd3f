"""What a forbidden clause of a PCS file forbids, as boxes in which all that is named is active.

A parameter that is inactive counts with its default: what is forbidden then is a case of its own,
about the parameters that make it inactive.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from smacwrap.pcs.comparisons import COMPARE, MIRRORED, Comparison, comparisons
from smacwrap.pcs.entries import texts
from smacwrap.pcs.forbidden import Combination, Formula, PcsClause
from smacwrap.pcs.model import Parameter
from smacwrap.pcs.regions import (
    Activity,
    Box,
    TooManyError,
    Values,
    all_values,
    compared,
    meet,
    place,
)

_MOST_CASES = 1000


class UnlistedError(Exception):
    """There are no cases to list, for this reason: the clause reckons with too many values."""


@dataclass(frozen=True)
class Case:
    """Forbidden is: what lies in the box, with all relations between two parameters true."""

    box: Box
    relations: tuple[Comparison, ...] = ()


def cases(clause: PcsClause, activity: Activity) -> list[Case]:
    """The cases in which a clause forbids a configuration.

    Args:
        clause: of a PCS file.
        activity: of the same file.

    Raises:
        UnlistedError: it reckons with too many values.
        TooManyError: there are very many.
    """
    return [case for one in written(clause) for case in with_inactive(one, activity)]


def with_inactive(case: Case, activity: Activity) -> Iterator[Case]:
    """The case, and those in which some parameters are inactive; without impossible ones."""
    # What has been decided, and what else the clause asks for.
    found: list[tuple[Box, Case]] = [({}, case)]
    for name in dict.fromkeys([*case.box, *_names(case)]):
        if name not in activity.conditions:
            continue
        both = itertools.chain.from_iterable(_switched(*one, name, activity) for one in found)
        found = [(box, rest) for box, rest in both if activity.possible(box)]
        if len(found) > _MOST_CASES:
            raise TooManyError
    for box, rest in found:
        joined = meet(rest.box, box)
        if joined is not None and activity.possible(joined):
            yield Case(joined, rest.relations)


def _switched(box: Box, rest: Case, name: str, activity: Activity) -> Iterator[tuple[Box, Case]]:
    """The cases in which a parameter is active, and in which it is not."""
    parameter = activity.parameters[name]
    active = meet(box, {name: rest.box.get(name, all_values(parameter))})
    if active is not None:
        yield active, rest
    by_default = _by_default(rest, parameter)
    if by_default is not None:
        for inactive in activity.inactive(name):
            joined = meet(box, inactive)
            if joined is not None:
                yield joined, by_default


def _names(case: Case) -> list[str]:
    """The operands of its relations."""
    return [
        operand.name
        for relation in case.relations
        for operand in (relation.parameter, relation.right)
        if not isinstance(operand, float)
    ]


def _by_default(case: Case, parameter: Parameter) -> Case | None:
    """What a case still asks for when a parameter counts with its default; None: it fails."""
    name, default = parameter.name, parameter.default_value
    box = dict(case.box)
    if compared(parameter, "==", place(parameter, default)) - box.pop(name, all_values(parameter)):
        return None
    relations = []
    found: Box | None = box
    for relation in case.relations:
        left, right = relation.parameter, relation.right
        if name not in (left.name, "" if isinstance(right, float) else right.name):
            relations.append(relation)
            continue
        number = relation.ranks[default] if isinstance(default, str) else float(default)
        other = right if left.name == name else left
        sign = MIRRORED[relation.operator] if left.name == name else relation.operator
        assert not isinstance(other, float)
        values = comparison_values(Comparison(other, sign, number, relation.ranks))
        found = meet(found, {other.name: values}) if found is not None and values else None
    return None if found is None else Case(found, tuple(relations))


def comparison_values(comparison: Comparison) -> Values:
    """The values of its parameter for which a comparison with a number holds."""
    parameter, right = comparison.parameter, comparison.right
    assert isinstance(right, float)
    names = texts(parameter)
    if names is None:
        return compared(parameter, comparison.operator, right)
    holds, ranks = COMPARE[comparison.operator], comparison.ranks
    return compared(
        parameter, "in", *(i for i, name in enumerate(names) if holds(ranks[name], right))
    )


def written(clause: PcsClause) -> list[Case]:
    """The cases as they are written: parameters that are inactive count with their defaults.

    Raises:
        UnlistedError: it reckons with too many values.
    """
    if isinstance(clause, Combination):
        found: Box | None = {}
        for pair in clause.pairs:
            parameter = pair.parameter
            values = compared(parameter, "==", place(parameter, pair.value))
            found = meet(found, {parameter.name: values}) if found is not None else None
        return [] if found is None else [Case(found)]
    assert isinstance(clause, Formula)
    alternatives = comparisons(clause)
    if alternatives is not None and all(
        isinstance(one.right, float) or _is_relation(one, one.right)
        for alternative in alternatives
        for one in alternative
    ):
        return [case for alternative in alternatives if (case := _case(alternative))]
    from smacwrap.pcs.tabulate import tabulated  # with NumPy, which the rest does without

    boxes = tabulated(clause)
    if boxes is not None:
        return list(map(Case, boxes))
    if alternatives is None:
        raise UnlistedError("it has no arithmetic, only comparisons joined by && and ||")
    raise UnlistedError("it compares numbers with numbers, and texts with texts by == only")


def _case(alternative: list[Comparison]) -> Case | None:
    box: Box | None = {}
    relations = []
    for comparison in alternative:
        if not isinstance(comparison.right, float):
            relations.append(comparison)
            continue
        values = comparison_values(comparison)
        box = meet(box, {comparison.parameter.name: values}) if box is not None else None
        if not values or box is None:
            return None
    return None if box is None else Case(box, tuple(relations))


def _is_relation(comparison: Comparison, right: Parameter) -> bool:
    """Whether ConfigSpace, which compares the values themselves, means the same by it."""
    left_names, right_names = texts(comparison.parameter), texts(right)
    if left_names is None or right_names is None:
        return left_names is right_names
    ranks = comparison.ranks
    # Texts such as 1 and 1.0 stand for the same number in a clause.
    return comparison.operator == "==" and all(
        (ranks[a] == ranks[b]) == (a == b) for a in left_names for b in right_names
    )

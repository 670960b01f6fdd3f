"""ConfigSpace's forbidden clauses, as lines of a PCS file."""

import itertools
import math
import re
from collections.abc import Iterable
from typing import Any

from ConfigSpace.forbidden import (
    ForbiddenAndConjunction,
    ForbiddenClause,
    ForbiddenEqualsClause,
    ForbiddenEqualsRelation,
    ForbiddenGreaterThanClause,
    ForbiddenGreaterThanEqualsClause,
    ForbiddenGreaterThanEqualsRelation,
    ForbiddenGreaterThanRelation,
    ForbiddenInClause,
    ForbiddenLessThanClause,
    ForbiddenLessThanEqualsClause,
    ForbiddenLessThanEqualsRelation,
    ForbiddenLessThanRelation,
    ForbiddenLike,
    ForbiddenOrConjunction,
    ForbiddenRelation,
)

from smacwrap.pcs import say
from smacwrap.pcs.configspace_json.parameters import UnsaidError, listed_values, value_text
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.regions import Activity, Box, TooManyError, compared, meet, place

# By exact type: the classes with "or equal" are subclasses of those without.
_OPERATORS: dict[type[ForbiddenLike], str] = {
    ForbiddenLessThanClause: "<",
    ForbiddenLessThanEqualsClause: "<=",
    ForbiddenGreaterThanClause: ">",
    ForbiddenGreaterThanEqualsClause: ">=",
    ForbiddenLessThanRelation: "<",
    ForbiddenLessThanEqualsRelation: "<=",
    ForbiddenEqualsRelation: "==",
    ForbiddenGreaterThanRelation: ">",
    ForbiddenGreaterThanEqualsRelation: ">=",
}

_MOST_COMBINATIONS = 1000
_MOST_PAIRS = 100_000


def clause_lines(clause: ForbiddenLike, activity: Activity) -> list[str]:
    """The lines that forbid the same: classic ones, `{a=x, n=5}`, where that can be said so.

    ConfigSpace forbids nothing by a parameter that is inactive. A PCS file counts it with its
    default: where this makes a difference, the lines name what makes it active as well.

    Args:
        clause: any of ConfigSpace's.
        activity: when the parameters are active.

    Raises:
        UnsaidError: a PCS file cannot say it.
    """
    if isinstance(clause, ForbiddenOrConjunction):
        return [line for part in clause.components for line in clause_lines(part, activity)]
    if _names(clause) & activity.conditions.keys():
        alternatives = [(_box(one, activity), _relations(one)) for one in _alternatives(clause)]
        possible = [(box, relations) for box, relations in alternatives if box is not None]
        try:
            if any(say.counting_by_default(activity, *one) for one in possible):
                return [line for one in possible for line in say.forbidden_lines(activity, *one)]
        except TooManyError:
            raise UnsaidError("what it names is active in too many cases to say them all") from None
    combinations = _combinations(clause)
    if combinations is None:
        return [f"{{{_expression(clause, nested=False)}}}"]
    return [f"{{{', '.join(pairs)}}}" for pairs in combinations]


def _names(clause: ForbiddenLike) -> set[str]:
    if isinstance(clause, ForbiddenClause):
        return {clause.hyperparameter.name}
    if isinstance(clause, ForbiddenRelation):
        return {clause.left.name, clause.right.name}
    return {name for part in clause.components for name in _names(part)}


_Leaf = ForbiddenClause | ForbiddenRelation


def _alternatives(clause: ForbiddenLike) -> list[list[_Leaf]]:
    """Clauses joined by "and", joined by "or"."""
    if isinstance(clause, ForbiddenClause | ForbiddenRelation):
        return [[clause]]
    parts = map(_alternatives, clause.components)
    if isinstance(clause, ForbiddenOrConjunction):
        return [alternative for part in parts for alternative in part]
    found: list[list[_Leaf]] = [[]]
    for part in parts:
        if len(found) * len(part) > _MOST_COMBINATIONS:
            raise UnsaidError(f"it would take more than {_MOST_COMBINATIONS:,} clauses")
        found = [one + other for one in found for other in part]
    return found


def _box(leaves: Iterable[_Leaf], activity: Activity) -> Box | None:
    """What the comparisons with values say; None if they cannot all hold."""
    box: Box | None = {}
    for leaf in leaves:
        if isinstance(leaf, ForbiddenRelation):
            continue
        parameter = activity.parameters[leaf.hyperparameter.name]
        given = getattr(leaf, "values", None) or (leaf.value,)  # type: ignore[attr-defined]
        words = [value_text(leaf.hyperparameter, value) for value in given]
        numbers = [place(parameter, word) for word in words]
        operator = _OPERATORS.get(type(leaf), "in")
        found = compared(parameter, operator, *numbers)
        box = meet(box, {parameter.name: found}) if box is not None and found else None
    return box


def _relations(leaves: Iterable[_Leaf]) -> list[say.Relation]:
    return [
        say.Relation(_expression(leaf, nested=True), frozenset(_names(leaf)))
        for leaf in leaves
        if isinstance(leaf, ForbiddenRelation)
    ]


def _combinations(clause: ForbiddenLike) -> list[list[str]] | None:
    """`name=value` for each way in which the clause can hold; None if it is no such clause."""
    if isinstance(clause, ForbiddenEqualsClause):
        return [[_pair(clause, clause.value)]]
    if isinstance(clause, ForbiddenInClause):
        return [[_pair(clause, value)] for value in dict.fromkeys(clause.values)]
    if not isinstance(clause, ForbiddenAndConjunction):
        return None
    parts = [_combinations(part) for part in clause.components]
    known = [part for part in parts if part is not None]
    count = math.prod(map(len, known))
    if len(known) < len(parts) or count > _MOST_COMBINATIONS or count * len(known) > _MOST_PAIRS:
        return None
    return [list(itertools.chain(*pairs)) for pairs in itertools.product(*known)]


def _pair(clause: ForbiddenClause, value: Any) -> str:
    return f"{clause.hyperparameter.name}={value_text(clause.hyperparameter, value)}"


def _expression(clause: ForbiddenLike, *, nested: bool) -> str:
    if isinstance(clause, ForbiddenAndConjunction | ForbiddenOrConjunction):
        sign = " && " if isinstance(clause, ForbiddenAndConjunction) else " || "
        return _group(sign, [_expression(c, nested=True) for c in clause.components], nested)
    if isinstance(clause, ForbiddenRelation):
        _check_comparable(clause)
        return f"{clause.left.name} {_OPERATORS[type(clause)]} {clause.right.name}"
    assert isinstance(clause, ForbiddenClause)
    name, parameter = clause.hyperparameter.name, clause.hyperparameter
    if isinstance(clause, ForbiddenInClause):
        values = dict.fromkeys(value_text(parameter, value) for value in clause.values)
        return _group(" || ", [f"{name} == {text}" for text in values], nested)
    operator = _OPERATORS.get(type(clause), "==")
    return f"{name} {operator} {value_text(parameter, clause.value)}"  # type: ignore[attr-defined]


def _group(sign: str, parts: list[str], nested: bool) -> str:
    joined = sign.join(parts)
    return f"({joined})" if nested and len(parts) > 1 else joined


def _check_comparable(relation: ForbiddenRelation) -> None:
    """ConfigSpace compares the values themselves, a PCS file numbers and the ranks of texts."""
    sides = [listed_values(side) for side in (relation.left, relation.right)]
    if all(values is None or all(map(_is_number, values)) for values in sides):
        return
    if isinstance(relation, ForbiddenEqualsRelation) and all(
        values is not None and all(map(_is_name, values)) for values in sides
    ):
        return
    raise UnsaidError(f"'{relation.left.name}' and '{relation.right.name}' cannot be compared")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and not re.fullmatch(NUMBER, value)

"""ConfigSpace's forbidden clauses, as lines of a PCS file."""

import itertools
import math
import re
from collections.abc import Mapping
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

from smacwrap.pcs.configspace_json.parameters import UnsaidError, listed_values, value_text
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.units import Parameter

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


def clause_lines(clause: ForbiddenLike, conditional: Mapping[str, Parameter]) -> list[str]:
    """The lines that forbid the same: classic ones, `{a=x, n=5}`, where that can be said so.

    Args:
        clause: any of ConfigSpace's.
        conditional: the parameters that may be inactive, by name.

    Raises:
        UnsaidError: a PCS file cannot say it.
    """
    if isinstance(clause, ForbiddenOrConjunction):
        return [line for part in clause.components for line in clause_lines(part, conditional)]
    for name in _names(clause) & conditional.keys():
        if _may_hold(clause, conditional[name]):
            raise UnsaidError(
                f"'{name}' may be inactive: ConfigSpace then forbids nothing, "
                "but a PCS file counts it with its default"
            )
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


def _may_hold(clause: ForbiddenLike, inactive: Parameter) -> bool:
    """Whether the clause can hold while a parameter counts with its default."""
    if isinstance(clause, ForbiddenOrConjunction):
        return any(_may_hold(part, inactive) for part in clause.components)
    if isinstance(clause, ForbiddenAndConjunction):
        return all(_may_hold(part, inactive) for part in clause.components)
    if isinstance(clause, ForbiddenClause) and clause.hyperparameter.name == inactive.name:
        values: dict[str, Any] = {inactive.name: inactive.default_value}
        return clause.is_forbidden_value(values)
    return True


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

"""ConfigSpace's conditions, as lines of a PCS file."""

from ConfigSpace.conditions import (
    AndConjunction,
    Condition,
    ConditionLike,
    EqualsCondition,
    GreaterThanCondition,
    InCondition,
    LessThanCondition,
    NotEqualsCondition,
    OrConjunction,
)

from smacwrap.pcs.conditions import MOST_TERMS
from smacwrap.pcs.configspace_json.parameters import UnsaidError, value_text

_OPERATORS: dict[type[Condition], str] = {
    EqualsCondition: "==",
    NotEqualsCondition: "!=",
    LessThanCondition: "<",
    GreaterThanCondition: ">",
}


def condition_line(condition: ConditionLike) -> str:
    """`child | parent == value && …`; parentheses are multiplied out, for PCS files have none.

    Raises:
        UnsaidError: that gives too many comparisons, or a value that a PCS file cannot hold.
    """
    alternatives = " || ".join(" && ".join(terms) for terms in _alternatives(condition))
    return f"{condition.child.name} | {alternatives}"


def _alternatives(condition: ConditionLike) -> list[list[str]]:
    if isinstance(condition, OrConjunction):
        return [terms for part in condition.components for terms in _alternatives(part)]
    if isinstance(condition, AndConjunction):
        joined: list[list[str]] = [[]]
        for part in condition.components:
            others = _alternatives(part)
            count = len(others) * sum(map(len, joined)) + len(joined) * sum(map(len, others))
            if count > MOST_TERMS:
                raise UnsaidError(f"multiplied out, it has more than {MOST_TERMS:,} comparisons")
            joined = [a + b for a in joined for b in others]
        return joined
    assert isinstance(condition, Condition)
    return [[_term(condition)]]


def _term(condition: Condition) -> str:
    parent = condition.parent
    if isinstance(condition, InCondition):
        values = dict.fromkeys(value_text(parent, value) for value in condition.values)
        return f"{parent.name} in {{{', '.join(values)}}}"
    operator = _OPERATORS[type(condition)]
    return f"{parent.name} {operator} {value_text(parent, condition.value)}"

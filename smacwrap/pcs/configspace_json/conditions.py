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

from smacwrap.pcs.configspace_json.parameters import UnsaidError, value_text

_OPERATORS: dict[type[Condition], str] = {
    EqualsCondition: "==",
    NotEqualsCondition: "!=",
    LessThanCondition: "<",
    GreaterThanCondition: ">",
}

_MOST_ALTERNATIVES = 1000


def condition_line(condition: ConditionLike) -> str:
    """`child | parent == value && …`; parentheses are multiplied out, for PCS files have none.

    Raises:
        UnsaidError: that gives too many alternatives, or a value that a PCS file cannot hold.
    """
    alternatives = " || ".join(" && ".join(terms) for terms in _alternatives(condition))
    return f"{condition.child.name} | {alternatives}"


def _alternatives(condition: ConditionLike) -> list[list[str]]:
    if isinstance(condition, OrConjunction):
        return [terms for part in condition.components for terms in _alternatives(part)]
    if isinstance(condition, AndConjunction):
        joined: list[list[str]] = [[]]
        for part in condition.components:
            joined = [a + b for a in joined for b in _alternatives(part)]
            if len(joined) > _MOST_ALTERNATIVES:
                raise UnsaidError(
                    f"multiplied out, it has more than {_MOST_ALTERNATIVES} alternatives"
                )
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

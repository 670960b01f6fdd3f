"""Writes a space in the older syntax, for programs that read no other, such as SMAC v2.04."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar, cast

from ConfigSpace import (
    ConfigurationSpace,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.conditions import ConditionLike, Conjunction, OrConjunction
from ConfigSpace.forbidden import ForbiddenLike

from smacwrap.errors import UserError
from smacwrap.pcs.comparisons import Comparison, comparisons
from smacwrap.pcs.forbidden import Combination, Formula
from smacwrap.pcs.terms import Term
from smacwrap.pcs.units import Parameter, plain, texts, to_entry

_MOST_VALUES = 100
"""So many values of an integer are written out in an `in {...}`, and no more."""

_T = TypeVar("_T")

_Value = str | float
_Box = dict[str, tuple[_Value, ...]]
"""Allowed values by parent, all of which have to hold."""


class _UnsaidError(Exception):
    """The older syntax cannot say it, for this reason."""


def older_blocks(space: ConfigurationSpace, newer: Iterable[list[str]]) -> Iterable[list[str]]:
    """The lines of the parameters, the conditions and the forbidden clauses.

    Args:
        space: what to write.
        newer: the same lines in the newer syntax, for messages.

    Raises:
        UserError: a problem for each of them that cannot be said.
    """
    problems: list[str] = []

    def write(say: Callable[[_T], list[str]], items: Iterable[_T], shown: list[str]) -> list[str]:
        lines: list[str] = []
        for item, text in zip(items, shown, strict=True):
            try:
                lines += say(item)
            except _UnsaidError as reason:
                problems.append(f"the older syntax cannot say '{text}': {reason}")
        return lines

    parameters, conditions, clauses = newer
    blocks = (
        write(_parameter, space.values(), parameters),
        write(_condition, space.conditions, conditions),
        write(_clause, space.forbidden_clauses, clauses),
    )
    if problems:
        raise UserError(*problems)
    return blocks


def _parameter(parameter: Parameter) -> list[str]:
    default = plain(parameter.default_value)
    names = texts(parameter)
    if isinstance(parameter, OrdinalHyperparameter):
        raise _UnsaidError("it has no ordinals; declare it categorical if the order may be lost")
    if names is not None:
        return [f"{parameter.name} {{{', '.join(names)}}} [{default}]"]
    if isinstance(parameter, Constant):
        return [f"{parameter.name} [{default}, {default}] [{default}]i"]
    assert isinstance(parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter)
    flags = "i" if isinstance(parameter, UniformIntegerHyperparameter) else ""
    flags += "l" if parameter.log else ""
    low, high = plain(parameter.lower), plain(parameter.upper)
    return [f"{parameter.name} [{low}, {high}] [{default}]{flags}"]


def _condition(condition: ConditionLike) -> list[str]:
    """One line a parent, `child | parent in {...}`: several lines of a child are and-ed."""
    if not isinstance(condition, OrConjunction):
        return [_line(term, _allowed(term)) for term in _terms(condition)]
    parents = {term.parent.name: term for term in _terms(condition)}
    box, *others = (_box(alternative) for alternative in condition.components)
    for other in others:
        differing = [name for name in box if box[name] != other.get(name)]
        if box.keys() != other.keys() or len(differing) > 1:
            raise _UnsaidError("|| over different parents")
        for name in differing:
            box[name] = _in_order(parents[name].parent, {*box[name], *other[name]})
    return [_line(parents[name], values) for name, values in box.items()]


def _terms(condition: ConditionLike) -> Sequence[Term]:
    terms = condition.dlcs if isinstance(condition, Conjunction) else (condition,)
    return cast(Sequence[Term], terms)


def _box(alternative: ConditionLike) -> _Box:
    box: _Box = {}
    for term in _terms(alternative):
        allowed, name = _allowed(term), term.parent.name
        box[name] = _in_order(term.parent, {*allowed} & {*box.get(name, allowed)})
    return box


def _in_order(parent: Parameter, values: Iterable[_Value]) -> tuple[_Value, ...]:
    return tuple(sorted(values, key=lambda value: to_entry(parent, value)))


def _line(term: Term, values: tuple[_Value, ...]) -> str:
    if not values:
        raise _UnsaidError("it never holds")
    return f"{term.child.name} | {term.parent.name} in {{{', '.join(map(plain, values))}}}"


def _allowed(term: Term) -> tuple[_Value, ...]:
    if term.operator in ("==", "in"):
        return tuple(term.value) if term.operator == "in" else (term.value,)
    domain = _finite_domain(term.parent)
    if domain is None:
        raise _UnsaidError(
            f"'{term.operator}' on '{term.parent.name}', which has more than {_MOST_VALUES} values"
        )
    return tuple(v for v in domain if term.satisfied_by_value({term.parent.name: v}))


def _finite_domain(parameter: Parameter) -> Sequence[_Value] | None:
    names = texts(parameter)
    if names is not None:
        return names
    if isinstance(parameter, Constant):
        return (float(parameter.value),)
    if isinstance(parameter, UniformIntegerHyperparameter) and parameter.size <= _MOST_VALUES:
        return [float(n) for n in range(parameter.lower, parameter.upper + 1)]
    return None


def _clause(clause: ForbiddenLike) -> list[str]:
    if isinstance(clause, Combination):
        return [repr(clause)]
    assert isinstance(clause, Formula)
    alternatives = comparisons(clause)
    if alternatives is None:
        raise _not_a_combination()
    return ["{" + ", ".join(map(_pair, alternative)) + "}" for alternative in alternatives]


def _pair(comparison: Comparison) -> str:
    parameter, value = comparison.parameter, comparison.right
    if comparison.operator != "==" or not isinstance(value, float):
        raise _not_a_combination()
    if texts(parameter) is not None:
        allowed = comparison.texts()
        if len(allowed) != 1:
            raise _not_a_combination()
        return f"{parameter.name}={allowed[0]}"
    if not parameter.legal_value(value):
        raise _not_a_combination()
    return f"{parameter.name}={plain(value)}"


def _not_a_combination() -> _UnsaidError:
    return _UnsaidError("it has no clauses but {parameter=value, ...}")

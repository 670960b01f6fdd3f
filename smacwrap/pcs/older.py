"""Writes a space in the older syntax, for programs that read no other, such as SMAC v2.04."""

import itertools
import math
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
from smacwrap.pcs.comparisons import COMPARE, Comparison, comparisons
from smacwrap.pcs.forbidden import Combination, Formula
from smacwrap.pcs.terms import Term
from smacwrap.pcs.units import Parameter, plain, texts, to_entry

_MOST_VALUES = 100
"""So many values of an integer are written out, and no more."""

_MOST_CLAUSES = 100
"""So many classic clauses are written for one advanced clause."""

_T = TypeVar("_T")

_Value = str | float
_Box = dict[str, tuple[_Value, ...]]
"""Values by parameter: each of the parameters has to have one of its values."""


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
    boxes = [_forbidden(alternative) for alternative in alternatives]
    count = sum(math.prod(map(len, box.values())) for box in boxes)
    # As many as it has alternatives were written by hand.
    if count > max(_MOST_CLAUSES, len(boxes)):
        raise _not_a_combination()
    clauses = (
        ", ".join(f"{name}={plain(value)}" for name, value in zip(box, values, strict=True))
        for box in boxes
        for values in itertools.product(*box.values())
    )
    return [f"{{{pairs}}}" for pairs in dict.fromkeys(clauses)]


def _forbidden(alternative: Sequence[Comparison]) -> _Box:
    """The values that together are forbidden, by parameter."""
    box: _Box = {}
    for comparison in alternative:
        values, name = _values(comparison), comparison.parameter.name
        known = {*box.get(name, values)}
        box[name] = tuple(value for value in values if value in known)
    return box


def _values(comparison: Comparison) -> Sequence[_Value]:
    """Those for which a comparison holds."""
    parameter, number = comparison.parameter, comparison.right
    if not isinstance(number, float):
        raise _not_a_combination()
    if texts(parameter) is not None:
        return comparison.texts()
    domain = _finite_domain(parameter)
    if domain is not None:
        return [v for v in domain if COMPARE[comparison.operator](v, number)]
    if comparison.operator != "==" or not parameter.legal_value(number):
        raise _not_a_combination()
    return [number]


def _not_a_combination() -> _UnsaidError:
    return _UnsaidError("it has no clauses but {parameter=value, ...}")

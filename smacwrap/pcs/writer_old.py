"""Writes a space in the older syntax, for programs that read no other, such as SMAC v2.04."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from smacwrap.errors import UserError
from smacwrap.pcs.comparisons import COMPARE, Comparison, comparisons
from smacwrap.pcs.condition_term import Condition, Or, Term, terms_of
from smacwrap.pcs.entries import plain, texts
from smacwrap.pcs.forbidden import Combination, Formula, PcsClause
from smacwrap.pcs.model import Constant, Integer, Number, Ordinal, Parameter
from smacwrap.pcs.regions import (
    Values,
    all_values,
    boxes_of,
    compared,
    covered,
    listed_numbers,
    value_at,
)
from smacwrap.pcs.tree import Tree

_MOST_VALUES = 1000
"""So many values of an integer are written out, and no more."""

_MOST_CLAUSES = 1000
"""So many classic clauses are written for one advanced clause."""

_T = TypeVar("_T")

_Value = str | float
_Box = dict[str, tuple[_Value, ...]]
"""Values by parameter: each of the parameters has to have one of its values."""


class _UnsaidError(Exception):
    """The older syntax cannot say it, for this reason."""


def older_blocks(tree: Tree, newer: Iterable[list[str]]) -> Iterable[list[str]]:
    """The lines of the parameters, the conditions and the forbidden clauses.

    Args:
        tree: what to write.
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
        write(_parameter, tree.values(), parameters),
        write(_condition, tree.conditions, conditions),
        write(_clause, tree.clauses, clauses),
    )
    if problems:
        raise UserError(*problems)
    return blocks


def lost_in_older(tree: Tree) -> list[str]:
    """What the older syntax has no place for, although the legal configurations stay the same."""
    return [
        f"'{parameter.name}' becomes categorical: the older syntax has no ordinals, so that the "
        "order of its values is lost to the model"
        for parameter in tree.values()
        if isinstance(parameter, Ordinal) and parameter.size > 2
    ]


def _parameter(parameter: Parameter) -> list[str]:
    default = plain(parameter.default_value)
    names = texts(parameter)
    if names is not None:
        return [f"{parameter.name} {{{', '.join(names)}}} [{default}]"]
    if isinstance(parameter, Constant):
        return [f"{parameter.name} [{default}, {default}] [{default}]i"]
    assert isinstance(parameter, Number)
    flags = "i" if isinstance(parameter, Integer) else ""
    flags += "l" if parameter.log else ""
    low, high = plain(parameter.lower), plain(parameter.upper)
    return [f"{parameter.name} [{low}, {high}] [{default}]{flags}"]


def _condition(condition: Condition) -> list[str]:
    """One line a parent, `child | parent in {...}`: several lines of a child are and-ed."""
    if not isinstance(condition, Or):
        return [line for term in terms_of(condition) for line in _term(term)]
    parents = {term.parent.name: term for term in terms_of(condition)}
    boxes = boxes_of(condition)
    if not boxes:
        return _never(next(iter(parents.values())))
    whole = dict(boxes[0])
    for box in boxes[1:]:
        whole = {name: values | box[name] for name, values in whole.items() if name in box}
    if any(box.keys() != whole.keys() for box in boxes) or not covered([whole], boxes):
        raise _UnsaidError("|| over different parents")
    return [_line(parents[name], _written(parents[name], values)) for name, values in whole.items()]


def _written(term: Term, values: Values) -> tuple[_Value, ...]:
    numbers = listed_numbers(term.parent, values, _MOST_VALUES)
    if numbers is None:
        raise _too_many(term)
    return tuple(value_at(term.parent, number) for number in numbers)


def _term(term: Term) -> list[str]:
    values = _allowed(term)
    return [_line(term, values)] if values else _never(term)


def _never(term: Term) -> list[str]:
    """Two lines that cannot both hold."""
    low, high = all_values(term.parent).cuts
    values = sorted({value_at(term.parent, n) for n in (low[0], high[0] - (high[1] == 0))}, key=str)
    if len(values) < 2:
        raise _UnsaidError("it never holds")
    return [_line(term, (value,)) for value in values]


def _line(term: Term, values: tuple[_Value, ...]) -> str:
    return f"{term.child.name} | {term.parent.name} in {{{', '.join(map(plain, values))}}}"


def _allowed(term: Term) -> tuple[_Value, ...]:
    if term.operator in ("==", "in"):
        return tuple(term.value) if term.operator == "in" else (term.value,)
    domain = _finite_domain(term.parent)
    if domain is None:
        raise _too_many(term)
    return tuple(v for v in domain if term.holds({term.parent.name: v}))


def _too_many(term: Term) -> _UnsaidError:
    return _UnsaidError(
        f"'{term.operator}' on '{term.parent.name}', which has more than {_MOST_VALUES:,} values"
    )


def _finite_domain(parameter: Parameter) -> Sequence[_Value] | None:
    names = texts(parameter)
    if names is not None:
        return names
    if isinstance(parameter, Constant):
        return (float(parameter.value),)
    if isinstance(parameter, Integer) and parameter.size <= _MOST_VALUES:
        return [float(n) for n in range(parameter.lower, parameter.upper + 1)]
    return None


def _clause(clause: PcsClause) -> list[str]:
    if isinstance(clause, Combination):
        return [repr(clause)]
    assert isinstance(clause, Formula)
    boxes = _boxes(clause)
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


def _boxes(clause: Formula) -> list[_Box]:
    alternatives = comparisons(clause)
    try:
        if alternatives is not None:
            return [_forbidden(alternative) for alternative in alternatives]
    except _UnsaidError:
        pass  # it compares two parameters, or is true for many values
    from smacwrap.pcs.tabulate import tabulated  # with NumPy, which the rest does without

    found = tabulated(clause)
    if found is None:
        raise _not_a_combination()
    parameters = {parameter.name: parameter for parameter in clause.parameters}
    return [
        {
            name: tuple(value_at(parameters[name], number) for number in numbers)
            for name, values in box.items()
            if (numbers := listed_numbers(parameters[name], values, _MOST_VALUES * _MOST_CLAUSES))
        }
        for box in found
    ]


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
    if comparison.operator != "==" or not compared(parameter, "==", number):
        raise _not_a_combination()
    return [number]


def _not_a_combination() -> _UnsaidError:
    return _UnsaidError("it has no clauses but {parameter=value, ...}")

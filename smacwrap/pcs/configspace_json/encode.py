"""Writes the space of a PCS file as ConfigSpace's JSON, which plain ConfigSpace reads back."""

import json
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ConfigSpace import ConfigurationSpace, Constant, UniformIntegerHyperparameter
from ConfigSpace import __version__ as configspace_version
from ConfigSpace.conditions import AndConjunction, ConditionLike, Conjunction
from ConfigSpace.forbidden import ForbiddenLike
from ConfigSpace.read_and_write.dictionary import HYPERPARAMETER_ENCODERS

from smacwrap.errors import UserError
from smacwrap.pcs.comparisons import Comparison, comparisons
from smacwrap.pcs.configspace_json.parameters import lost_by_rounding
from smacwrap.pcs.forbidden import Combination, Formula
from smacwrap.pcs.terms import Term
from smacwrap.pcs.units import Parameter, bounds, is_ordered, texts
from smacwrap.pcs.writer import condition_text

_FORMAT_VERSION = 0.4

_SIGNS = {"==": "EQ", "!=": "NEQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}

_T = TypeVar("_T")

_Item = dict[str, Any]


class _UnsaidError(Exception):
    """ConfigSpace's format cannot say it, for this reason."""


def to_configspace_json(space: ConfigurationSpace) -> str:
    """The JSON text from which `ConfigurationSpace.from_json` makes a plain ConfigSpace space.

    That space has the same legal configurations as `space`, which `read_pcs` has read.

    Raises:
        UserError: a problem for each condition and clause that ConfigSpace has no words for.
    """
    conditional = {condition.child.name for condition in space.conditions}
    problems: list[str] = []

    def encode(
        say: Callable[[_T, set[str]], list[_Item]], items: Iterable[_T], show: Callable[[_T], str]
    ) -> list[_Item]:
        encoded = []
        for item in items:
            try:
                encoded += say(item, conditional)
            except _UnsaidError as reason:
                problems.append(f"ConfigSpace's JSON cannot say '{show(item)}': {reason}")
        return encoded

    data: _Item = {
        "name": space.name,
        "hyperparameters": [_parameter(parameter) for parameter in space.values()],
        "conditions": encode(_condition, space.conditions, condition_text),
        "forbiddens": encode(_clause, space.forbidden_clauses, repr),
        "python_module_version": configspace_version,
        "format_version": _FORMAT_VERSION,
    }
    for parameter in space.values():
        if (number := lost_by_rounding(parameter)) is not None:
            problems.append(
                f"ConfigSpace's JSON cannot say '{parameter.name}': it keeps 13 decimals, "
                f"too few for {number:g}"
            )
    problems += _confused(data["conditions"])
    if problems:
        raise UserError(*problems)
    return json.dumps(data, indent=2) + "\n"


def _parameter(parameter: Parameter) -> _Item:
    kind, encode = HYPERPARAMETER_ENCODERS[type(parameter)]
    return {"type": kind, **encode(parameter, encode)}


def _condition(condition: ConditionLike, conditional: set[str]) -> list[_Item]:
    if isinstance(condition, Conjunction):
        parts = [part for c in condition.components for part in _condition(c, conditional)]
        kind = "AND" if isinstance(condition, AndConjunction) else "OR"
        return [{"type": kind, "child": condition.child.name, "conditions": parts}]
    assert isinstance(condition, Term)
    return [_term(condition, condition.parent.name in conditional)]


def _term(term: Term, conditional: bool) -> _Item:
    parent = term.parent
    link = {"child": term.child.name, "parent": parent.name}
    if isinstance(parent, Constant) and term.operator in ("<", ">"):
        raise _UnsaidError("it never holds")
    if term.operator == "in":
        return {"type": "IN", **link, "values": [_value(parent, v) for v in term.value]}
    if term.operator in ("<", ">"):
        border = term.value
        if isinstance(parent, UniformIntegerHyperparameter):
            border = math.ceil(border) if term.operator == "<" else math.floor(border)
        return {"type": _SIGNS[term.operator], **link, "value": border}
    value = _value(parent, term.value)
    if term.operator == "==" or not conditional:
        return {"type": _SIGNS[term.operator], **link, "value": value}
    # ConfigSpace's own NEQ holds for an inactive parent, too.
    names = texts(parent)
    if names is None and not isinstance(parent, Constant):
        sides = [{"type": kind, **link, "value": value} for kind in ("LT", "GT")]
        return {"type": "OR", "child": term.child.name, "conditions": sides}
    others = [name for name in names or () if name != value]
    if not others:
        raise _UnsaidError("it never holds")
    return {"type": "IN", **link, "values": others}


def _confused(conditions: list[_Item]) -> Iterator[str]:
    """A problem for each pair of conditions that ConfigSpace 1.2 takes for one.

    It compares conjunctions without their signs, and their parts only in one direction: both
    children then follow the condition of one.
    """
    distinct = {
        _meaning(condition): condition
        for condition in reversed(conditions)
        if "conditions" in condition
    }
    having: dict[str, list[_Item]] = {}
    for condition in distinct.values():
        for term in _terms(condition):
            having.setdefault(term, []).append(condition)
    pairs: set[tuple[str, str]] = set()
    for a in distinct.values():
        # What is taken for another one has no terms but the other's.
        for b in min((having[term] for term in _terms(a)), key=len):
            if a is not b and _taken_for(a, b):
                pairs.add((min(a["child"], b["child"]), max(a["child"], b["child"])))
    for one, other in sorted(pairs):
        yield (
            f"ConfigSpace cannot tell the conditions of '{one}' and '{other}' "
            "apart: write one of them in another way"
        )


def _terms(condition: _Item) -> set[str]:
    if "conditions" not in condition:
        return {_meaning(condition)}
    return {term for part in condition["conditions"] for term in _terms(part)}


def _taken_for(a: _Item, b: _Item) -> bool:
    if "conditions" not in a:
        return _meaning(a) == _meaning(b)
    parts, others = a["conditions"], b.get("conditions", ())
    return len(parts) == len(others) and all(
        any(_taken_for(part, other) for other in others) for part in parts
    )


def _meaning(condition: _Item) -> str:
    """The same for conditions that hold in the same cases, whatever their children."""
    if "conditions" in condition:
        return f"{condition['type']}({', '.join(sorted(map(_meaning, condition['conditions'])))})"
    return json.dumps({key: value for key, value in condition.items() if key != "child"})


def _value(parameter: Parameter, value: str | float) -> str | float:
    if isinstance(value, str):
        return str(value)
    if not isinstance(parameter, UniformIntegerHyperparameter | Constant):
        return float(value)
    if value != int(value):
        raise _UnsaidError(f"{value:g} is never a value of the integer '{parameter.name}'")
    return int(value)


def _clause(clause: ForbiddenLike, conditional: set[str]) -> list[_Item]:
    if isinstance(clause, Combination):
        for component in clause.components:
            parameter = component.hyperparameter
            if parameter.name in conditional and parameter.default_value == component.value:
                raise _counts_when_inactive(parameter)
        equal = [_equals(c.hyperparameter, c.value) for c in clause.components]
        return [_joined(equal)]
    assert isinstance(clause, Formula)
    alternatives = comparisons(clause)
    if alternatives is None:
        raise _UnsaidError("it has no arithmetic, only comparisons joined by && and ||")
    encoded = (_alternative(alternative, conditional) for alternative in alternatives)
    return [item for item in encoded if item is not None]


def _joined(items: list[_Item]) -> _Item:
    return items[0] if len(items) == 1 else {"type": "AND", "clauses": items}


def _equals(parameter: Parameter, value: str | float) -> _Item:
    return {"type": "EQUALS", "name": parameter.name, "value": _value(parameter, value)}


def _counts_when_inactive(parameter: Parameter) -> _UnsaidError:
    return _UnsaidError(
        f"'{parameter.name}' counts with its default here while it is inactive, "
        "which ConfigSpace ignores"
    )


def _alternative(alternative: list[Comparison], conditional: set[str]) -> _Item | None:
    """The comparisons joined by AND; None if they never hold together."""
    items: list[_Item] = []
    excluded: set[str] = set()
    may_count: dict[str, Parameter] = {}
    for comparison in alternative:
        item = _comparison(comparison)
        if item is False:
            return None
        if item is True:
            continue
        items.append(item)
        operands = [p for p in (comparison.parameter, comparison.right) if not isinstance(p, float)]
        may_count |= {p.name: p for p in operands if p.name in conditional}
        if len(operands) == 1 and not comparison.holds_by_default():
            excluded.add(comparison.parameter.name)
    for name, parameter in may_count.items():
        if name not in excluded:
            raise _counts_when_inactive(parameter)
    return _joined(items)


def _comparison(comparison: Comparison) -> _Item | bool:
    """A comparison as an item; True or False if all or no values fulfil it."""
    parameter, right = comparison.parameter, comparison.right
    if not isinstance(right, float):
        return _relation(comparison, right)
    if texts(parameter) is not None:
        return _of_texts(comparison)
    low, high = bounds(parameter)
    operator = comparison.operator
    if not low <= right <= high:
        return operator != "==" and (operator in ("<", "<=")) == (right > high)
    if operator == "==":
        return _equals(parameter, right) if parameter.legal_value(right) else False
    if isinstance(parameter, UniformIntegerHyperparameter):
        operator, right = _strict(operator, right)
        if not low <= right <= high:
            return True
    return _clause_item(operator, parameter, right)


def _strict(operator: str, right: float) -> tuple[str, float]:
    """The same for integers without "or equal".

    ConfigSpace 1.2 prints its working for >=, and forbids inactive ordinals by >= and <=.
    """
    if operator in ("<", "<="):
        return "<", math.ceil(right) if operator == "<" else math.floor(right) + 1
    return ">", math.floor(right) if operator == ">" else math.ceil(right) - 1


def _clause_item(operator: str, parameter: Parameter, value: str | float) -> _Item:
    kind = f"CLAUSE_{_SIGNS[operator]}"
    return {"type": kind, "name": parameter.name, "value": _value(parameter, value)}


def _of_texts(comparison: Comparison) -> _Item | bool:
    parameter = comparison.parameter
    names, allowed = texts(parameter) or (), comparison.texts()
    if len(allowed) in (0, len(names)):
        return bool(allowed)
    if is_ordered(parameter) and comparison.operator in ("<", "<="):
        return _clause_item("<", parameter, names[len(allowed)])
    if is_ordered(parameter) and comparison.operator in (">", ">="):
        return _clause_item(">", parameter, names[-len(allowed) - 1])
    if len(allowed) == 1:
        return _equals(parameter, allowed[0])
    return {"type": "IN", "name": parameter.name, "values": list(map(str, allowed))}


def _relation(comparison: Comparison, right: Parameter) -> _Item:
    left_names, right_names = texts(comparison.parameter), texts(right)
    comparable = left_names is None and right_names is None
    if left_names is not None and right_names is not None and comparison.operator == "==":
        ranks = comparison.ranks
        # Texts such as 1 and 1.0 stand for the same number in a clause.
        comparable = all(
            (ranks[a] == ranks[b]) == (a == b) for a in left_names for b in right_names
        )
    if not comparable:
        raise _UnsaidError("it compares numbers with numbers, and texts with texts by == only")
    kind = f"RELATION_{_SIGNS[comparison.operator]}"
    return {"type": kind, "left": comparison.parameter.name, "right": right.name}

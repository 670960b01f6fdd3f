"""Writes what a PCS file says as ConfigSpace's JSON, which plain ConfigSpace reads back."""

import json
import math
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from ConfigSpace import __version__ as configspace_version
from ConfigSpace.read_and_write.dictionary import HYPERPARAMETER_ENCODERS

from smacwrap.errors import UserError
from smacwrap.pcs.condition_term import And, Condition, Term
from smacwrap.pcs.configspace_json.encode_clauses import SIGNS, ClauseEncoder, value_of
from smacwrap.pcs.configspace_json.parameters import UnsaidError, lost_by_rounding
from smacwrap.pcs.entries import bounds, texts
from smacwrap.pcs.model import Integer, Parameter
from smacwrap.pcs.regions import compared, where
from smacwrap.pcs.space_parts import hyperparameter
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.writer import condition_text

_FORMAT_VERSION = 0.4

_T = TypeVar("_T")

_Item = dict[str, Any]


def to_configspace_json(tree: Tree) -> str:
    """The JSON text from which `ConfigurationSpace.from_json` makes a plain ConfigSpace space.

    That space has the same legal configurations as `tree`.

    Raises:
        UserError: a problem for each condition and clause that ConfigSpace has no words for.
    """
    conditional = {*tree.condition_of}
    problems: list[str] = []

    def encode(
        say: Callable[[_T], list[_Item]], items: Iterable[_T], show: Callable[[_T], str]
    ) -> list[_Item]:
        encoded = []
        for item in items:
            try:
                encoded += say(item)
            except UnsaidError as reason:
                problems.append(f"ConfigSpace's JSON cannot say '{show(item)}': {reason}")
        return encoded

    data: _Item = {
        "name": None,
        "hyperparameters": [_parameter(parameter) for parameter in tree.values()],
        "conditions": encode(
            lambda condition: _condition(condition, conditional), tree.conditions, condition_text
        ),
        "forbiddens": encode(ClauseEncoder(tree).items, tree.clauses, repr),
        "python_module_version": configspace_version,
        "format_version": _FORMAT_VERSION,
    }
    _tell_apart(data["conditions"])
    for parameter in tree.values():
        if (number := lost_by_rounding(parameter)) is not None:
            problems.append(
                f"ConfigSpace's JSON cannot say '{parameter.name}': it keeps 13 decimals, "
                f"too few for {number:g}"
            )
    if problems:
        raise UserError(*problems)
    return json.dumps(data, indent=2) + "\n"


def _parameter(parameter: Parameter) -> _Item:
    own = hyperparameter(parameter)
    kind, encode = HYPERPARAMETER_ENCODERS[type(own)]
    return {"type": kind, **encode(own, encode)}


def _condition(condition: Condition, conditional: set[str]) -> list[_Item]:
    if not isinstance(condition, Term):
        parts = [part for c in condition.components for part in _condition(c, conditional)]
        kind = "AND" if isinstance(condition, And) else "OR"
        return [{"type": kind, "child": condition.child.name, "conditions": parts}]
    return [_term(condition, condition.parent.name in conditional)]


def _term(term: Term, conditional: bool) -> _Item:
    parent = term.parent
    link = {"child": term.child.name, "parent": parent.name}
    if not where(term):
        return _never(term)
    if term.operator == "in":
        values = [value_of(parent, v) for v in term.value if _is_value(parent, v)]
        return {"type": "IN", **link, "values": values}
    if term.operator in ("<", ">"):
        border = term.value
        if isinstance(parent, Integer):
            border = math.ceil(border) if term.operator == "<" else math.floor(border)
        return {"type": SIGNS[term.operator], **link, "value": border}
    if _is_value(parent, term.value) and (term.operator == "==" or not conditional):
        value = value_of(parent, term.value)
        return {"type": SIGNS[term.operator], **link, "value": value}
    # ConfigSpace's own NEQ holds for an inactive parent, too.
    names = texts(parent)
    if names is None:
        integer = isinstance(parent, Integer)
        below, above = math.ceil(term.value), math.floor(term.value)
        sides = [
            {"type": "LT", **link, "value": below if integer else term.value},
            {"type": "GT", **link, "value": above if integer else term.value},
        ]
        return {"type": "OR", "child": term.child.name, "conditions": sides}
    return {"type": "IN", **link, "values": [str(name) for name in names if name != term.value]}


def _is_value(parent: Parameter, value: str | float) -> bool:
    return isinstance(value, str) or bool(compared(parent, "==", value))


def _never(term: Term) -> _Item:
    """A condition that never holds: the parent has two values at once."""
    parent = term.parent
    link = {"child": term.child.name, "parent": parent.name}
    names = texts(parent)
    values = bounds(parent) if names is None else (names[0], names[-1])
    if values[0] == values[1]:
        raise UnsaidError("it never holds")
    parts = [{"type": "EQ", **link, "value": value_of(parent, value)} for value in values]
    return {"type": "AND", "child": term.child.name, "conditions": parts}


def _tell_apart(conditions: list[_Item]) -> None:
    """Lengthens conditions that ConfigSpace 1.2 would take for others, by saying a part twice.

    It compares conjunctions without their signs, and their parts only in one direction: both
    children would follow the condition of one.
    """
    while confused := _confused(conditions):
        for condition in conditions:
            if _meaning(condition) in confused:
                condition["conditions"].append(condition["conditions"][-1])


def _confused(conditions: list[_Item]) -> set[str]:
    """The meanings of those that ConfigSpace takes for one whose child comes before theirs."""
    distinct = {
        _meaning(condition): condition
        for condition in reversed(conditions)
        if "conditions" in condition
    }
    having: dict[str, list[_Item]] = {}
    for condition in distinct.values():
        for term in _terms(condition):
            having.setdefault(term, []).append(condition)
    confused: set[str] = set()
    for a in distinct.values():
        # What is taken for another one has no terms but the other's.
        for b in min((having[term] for term in _terms(a)), key=len):
            if a is not b and _taken_for(a, b):
                confused.add(_meaning(max(a, b, key=lambda condition: condition["child"])))
    return confused


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

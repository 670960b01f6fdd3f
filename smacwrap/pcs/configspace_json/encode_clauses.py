"""Writes the forbidden clauses of a PCS file as items of ConfigSpace's JSON.

While a parameter is inactive, a PCS file counts it with its default, and ConfigSpace finds no
clause that names it true. What is forbidden then becomes clauses of their own, about the
parameters that make it inactive.
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ConfigSpace import (
    ConfigurationSpace,
    Constant,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.forbidden import ForbiddenLike

from smacwrap.pcs.comparisons import COMPARE, MIRRORED, Comparison, comparisons
from smacwrap.pcs.configspace_json.parameters import UnsaidError
from smacwrap.pcs.forbidden import Combination, Formula
from smacwrap.pcs.regions import (
    Activity,
    Box,
    TooManyError,
    Values,
    all_values,
    compared,
    listed_numbers,
    meet,
    place,
    value_at,
)
from smacwrap.pcs.tabulate import tabulated
from smacwrap.pcs.units import Parameter, is_ordered, texts

_MOST_ITEMS = 1000
_MOST_LISTED = 1000

SIGNS = {"==": "EQ", "!=": "NEQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}

_Item = dict[str, Any]


@dataclass(frozen=True)
class _Case:
    """Forbidden is: what lies in the box, with all relations between two parameters true."""

    box: Box
    relations: tuple[Comparison, ...] = ()


class ClauseEncoder:
    """Writes the clauses of one space."""

    def __init__(self, space: ConfigurationSpace) -> None:
        self._space = space
        self._activity = Activity(space)

    def items(self, clause: ForbiddenLike) -> list[_Item]:
        """The items that together forbid the same.

        Raises:
            UnsaidError: ConfigSpace has no words for it.
        """
        found: list[_Item] = []
        try:
            cases = [c for case in _cases(clause) for c in self._with_inactive(case)]
        except TooManyError:
            raise UnsaidError(_too_many()) from None
        for case in cases:
            parts = [_said(self._space[name], values) for name, values in case.box.items()]
            relations = [_relation(relation) for relation in case.relations]
            if len(found) + math.prod(map(len, parts)) > _MOST_ITEMS:
                raise UnsaidError(_too_many())
            for choice in itertools.product(*parts):
                item = _joined([*itertools.chain.from_iterable(choice), *relations])
                if item not in found:
                    found.append(item)
        return found

    def _with_inactive(self, case: _Case) -> Iterator[_Case]:
        """The case, and those in which some parameters are inactive; without impossible ones."""
        # What has been decided, and what else the clause asks for.
        found: list[tuple[Box, _Case]] = [({}, case)]
        for name in dict.fromkeys([*case.box, *_names(case)]):
            if name not in self._activity.conditions:
                continue
            both = itertools.chain.from_iterable(self._switched(*one, name) for one in found)
            found = [(box, rest) for box, rest in both if self._activity.possible(box)]
            if len(found) > _MOST_ITEMS:
                raise TooManyError
        for box, rest in found:
            joined = meet(rest.box, box)
            if joined is not None and self._activity.possible(joined):
                yield _Case(joined, rest.relations)

    def _switched(self, box: Box, rest: _Case, name: str) -> Iterator[tuple[Box, _Case]]:
        """The cases in which a parameter is active, and in which it is not."""
        parameter = self._space[name]
        active = meet(box, {name: rest.box.get(name, all_values(parameter))})
        if active is not None:
            yield active, rest
        by_default = _by_default(rest, parameter)
        if by_default is not None:
            for inactive in self._activity.inactive(name):
                joined = meet(box, inactive)
                if joined is not None:
                    yield joined, by_default


def _names(case: _Case) -> list[str]:
    """The operands of its relations."""
    return [
        operand.name
        for relation in case.relations
        for operand in (relation.parameter, relation.right)
        if not isinstance(operand, float)
    ]


def _by_default(case: _Case, parameter: Parameter) -> _Case | None:
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
    return None if found is None else _Case(found, tuple(relations))


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


def _cases(clause: ForbiddenLike) -> list[_Case]:
    if isinstance(clause, Combination):
        found: Box | None = {}
        for component in clause.components:
            parameter = component.hyperparameter
            values = compared(parameter, "==", place(parameter, component.value))
            found = meet(found, {parameter.name: values}) if found is not None else None
        return [] if found is None else [_Case(found)]
    assert isinstance(clause, Formula)
    alternatives = comparisons(clause)
    if alternatives is not None and all(
        isinstance(one.right, float) or _is_relation(one, one.right)
        for alternative in alternatives
        for one in alternative
    ):
        return [case for alternative in alternatives if (case := _case(alternative))]
    boxes = tabulated(clause)
    if boxes is not None:
        return list(map(_Case, boxes))
    if alternatives is None:
        raise UnsaidError("it has no arithmetic, only comparisons joined by && and ||")
    raise UnsaidError("it compares numbers with numbers, and texts with texts by == only")


def _case(alternative: list[Comparison]) -> _Case | None:
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
    return None if box is None else _Case(box, tuple(relations))


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


def _relation(comparison: Comparison) -> _Item:
    assert not isinstance(comparison.right, float)
    kind = f"RELATION_{SIGNS[comparison.operator]}"
    return {"type": kind, "left": comparison.parameter.name, "right": comparison.right.name}


def _joined(items: list[_Item]) -> _Item:
    return items[0] if len(items) == 1 else {"type": "AND", "clauses": items}


def _said(parameter: Parameter, values: Values) -> list[list[_Item]]:
    """The values in ConfigSpace's words: one of the lists has to hold, all of it."""
    if not all_values(parameter) - values:
        return [[]]
    numbers = listed_numbers(parameter, values, _MOST_LISTED)
    pieces = list(values.pieces())
    names = texts(parameter)
    if numbers is not None and len(numbers) == 1:
        return [[_item("EQUALS", parameter, numbers[0])]]
    # The places of texts without an order come in no pieces.
    if numbers is not None and (
        len(pieces) > 2 or (names is not None and _is_set(parameter, values))
    ):
        listed = [value_of(parameter, value_at(parameter, number)) for number in numbers]
        return [[{"type": "IN", "name": parameter.name, "values": listed}]]
    return [_piece(parameter, Values((start, end))) for start, end in pieces]


def _is_set(parameter: Parameter, values: Values) -> bool:
    """Whether it can only be said value by value: ordinals also have a beginning and an end."""
    first, last = all_values(parameter).cuts
    at_edge = len(values.cuts) == 2 and (values.cuts[0] == first or values.cuts[1] == last)
    return not (is_ordered(parameter) and at_edge)


def _piece(parameter: Parameter, values: Values) -> list[_Item]:
    numbers = listed_numbers(parameter, values, 1)
    if numbers:
        return [_item("EQUALS", parameter, numbers[0])]
    (start, end), (first, last) = values.cuts, all_values(parameter).cuts
    real = isinstance(parameter, UniformFloatHyperparameter)
    items = []
    if start != first:
        # ConfigSpace 1.2 prints its working for >=, and forbids inactive ordinals by >= and <=.
        kind = "CLAUSE_GE" if real and start[1] == 0 else "CLAUSE_GT"
        items.append(_item(kind, parameter, start[0] if real else start[0] - 1))
    if end != last:
        kind = "CLAUSE_LE" if real and end[1] == 1 else "CLAUSE_LT"
        items.append(_item(kind, parameter, end[0]))
    return items


def _item(kind: str, parameter: Parameter, number: float) -> _Item:
    value = value_of(parameter, value_at(parameter, number))
    return {"type": kind, "name": parameter.name, "value": value}


def value_of(parameter: Parameter, value: str | float) -> str | float:
    """A value in JSON.

    Raises:
        UnsaidError: it is no value of an integer.
    """
    if isinstance(value, str):
        return str(value)
    if not isinstance(parameter, UniformIntegerHyperparameter | Constant):
        return float(value)
    if value != int(value):
        raise UnsaidError(f"{value:g} is never a value of the integer '{parameter.name}'")
    return int(value)


def _too_many() -> str:
    return f"it would take more than {_MOST_ITEMS:,} clauses of ConfigSpace's"

"""Writes the forbidden clauses of a PCS file as items of ConfigSpace's JSON.

While a parameter is inactive, a PCS file counts it with its default, and ConfigSpace finds no
clause that names it true. What is forbidden then becomes clauses of their own, about the
parameters that make it inactive.
"""

import itertools
import math
from typing import Any

from smacwrap.pcs.cases import UnlistedError, cases
from smacwrap.pcs.comparisons import Comparison
from smacwrap.pcs.configspace_json.parameters import UnsaidError
from smacwrap.pcs.entries import is_ordered, texts
from smacwrap.pcs.forbidden import PcsClause
from smacwrap.pcs.model import Constant, Integer, Parameter, Real
from smacwrap.pcs.regions import (
    Activity,
    TooManyError,
    Values,
    all_values,
    listed_numbers,
    value_at,
)
from smacwrap.pcs.tree import Tree

_MOST_ITEMS = 1000
_MOST_LISTED = 1000

SIGNS = {"==": "EQ", "!=": "NEQ", "<": "LT", "<=": "LE", ">": "GT", ">=": "GE"}

_Item = dict[str, Any]


class ClauseEncoder:
    """Writes the clauses of one PCS file."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._activity = Activity.of(tree)

    def items(self, clause: PcsClause) -> list[_Item]:
        """The items that together forbid the same.

        Raises:
            UnsaidError: ConfigSpace has no words for it.
        """
        found: list[_Item] = []
        try:
            listed = cases(clause, self._activity)
        except UnlistedError as reason:
            raise UnsaidError(str(reason)) from None
        except TooManyError:
            raise UnsaidError(_too_many()) from None
        for case in listed:
            parts = [_said(self._tree[name], values) for name, values in case.box.items()]
            relations = [_relation(relation) for relation in case.relations]
            if len(found) + math.prod(map(len, parts)) > _MOST_ITEMS:
                raise UnsaidError(_too_many())
            for choice in itertools.product(*parts):
                item = _joined([*itertools.chain.from_iterable(choice), *relations])
                if item not in found:
                    found.append(item)
        return found


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
    real = isinstance(parameter, Real)
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
    if not isinstance(parameter, Integer | Constant):
        return float(value)
    if value != int(value):
        raise UnsaidError(f"{value:g} is never a value of the integer '{parameter.name}'")
    return int(value)


def _too_many() -> str:
    return f"it would take more than {_MOST_ITEMS:,} clauses of ConfigSpace's"

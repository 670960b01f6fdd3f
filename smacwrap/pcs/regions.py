"""Sets of configurations as boxes: some parameters are active, with values of certain sets.

Conditions and clauses become boxes, whatever their syntax, so that they can be compared, and said
in another language.
"""

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from smacwrap.pcs.condition_term import Condition, Or, Term, terms_of
from smacwrap.pcs.entries import bounds, texts, to_entry
from smacwrap.pcs.model import Parameter, Real
from smacwrap.pcs.tree import Tree

_MOST_BOXES = 1000
"""So many boxes may a set of configurations have: more is neither quick to find nor readable."""

_MOST_PIECES = 10_000
_MOST_STEPS = 100_000
_MOST_STEPS_IN_ALL = 10_000_000
"""Seconds. Whatever is not found out to be impossible by then is said or compared as well."""

Cut = tuple[float, int]
"""A place on the line of numbers: just before a number (0), or just after it (1)."""


class TooManyError(Exception):
    """A set of configurations has more than a thousand boxes."""


@dataclass(frozen=True)
class Values:
    """A set of a parameter's values: those from the first cut to the second, and so on.

    Numbers stand for themselves, texts for their place in the parameter's list.
    """

    cuts: tuple[Cut, ...]

    def __bool__(self) -> bool:
        return bool(self.cuts)

    def __and__(self, other: "Values") -> "Values":
        if len(self.cuts) == len(other.cuts) == 2:  # most are so, and it is quick
            piece = max(self.cuts[0], other.cuts[0]), min(self.cuts[1], other.cuts[1])
            return Values(piece if piece[0] < piece[1] else ())
        return Values(_merged(self.cuts, other.cuts, lambda a, b: a and b))

    def __or__(self, other: "Values") -> "Values":
        return Values(_merged(self.cuts, other.cuts, lambda a, b: a or b))

    def __sub__(self, other: "Values") -> "Values":
        return Values(_merged(self.cuts, other.cuts, lambda a, b: a and not b))

    def pieces(self) -> Iterator[tuple[Cut, Cut]]:
        """The beginning and end of each piece."""
        return zip(self.cuts[::2], self.cuts[1::2], strict=True)


def _merged(
    one: tuple[Cut, ...], other: tuple[Cut, ...], keep: Callable[[bool, bool], bool]
) -> tuple[Cut, ...]:
    found: list[Cut] = []
    inside = [False, False]
    kept = False
    changes = sorted([(cut, 0) for cut in one] + [(cut, 1) for cut in other])
    for cut, group in itertools.groupby(changes, key=lambda change: change[0]):
        for _, which in group:
            inside[which] = not inside[which]
        if keep(*inside) is not kept:
            found.append(cut)
            kept = not kept
    return tuple(found)


Box = Mapping[str, Values]
"""The configurations in which each of the parameters is active, with one of the values."""


def all_values(parameter: Parameter) -> Values:
    """All that a parameter can have."""
    names = texts(parameter)
    low, high = (0.0, len(names) - 1.0) if names is not None else bounds(parameter)
    return Values((_cut(parameter, low, 0), _cut(parameter, high, 1)))


def compared(parameter: Parameter, operator: str, *numbers: float) -> Values:
    """The values for which `parameter operator number` holds; for `in`, one of the numbers.

    Args:
        parameter: whose values they are.
        operator: one of `== != < <= > >= in`.
        numbers: for texts, their places in the list.
    """
    every = all_values(parameter)
    if operator in ("==", "!=", "in"):
        pieces = ((_cut(parameter, x, 0), _cut(parameter, x, 1)) for x in sorted(set(numbers)))
        # What lies between two integers is none of the parameter's.
        found = Values(_joined(piece for piece in pieces if piece[0] < piece[1])) & every
        return every - found if operator == "!=" else found
    (number,) = numbers
    cut = _cut(parameter, number, 1 if operator in ("<=", ">") else 0)
    first, last = every.cuts
    piece = (first, min(cut, last)) if operator in ("<", "<=") else (max(cut, first), last)
    return Values(piece if piece[0] < piece[1] else ())


def _joined(pieces: Iterable[tuple[Cut, Cut]]) -> tuple[Cut, ...]:
    cuts: list[Cut] = []
    for start, end in pieces:
        if cuts and cuts[-1] == start:
            cuts.pop()
        else:
            cuts.append(start)
        cuts.append(end)
    return tuple(cuts)


def _cut(parameter: Parameter, number: float, side: int) -> Cut:
    if isinstance(parameter, Real):
        return number, side
    # Before the next whole number: there is nothing between them.
    return (number + side if number == int(number) else math.ceil(number)), 0


def listed_numbers(parameter: Parameter, values: Values, most: int) -> list[float] | None:
    """The numbers of some values, in order; None if there are more than `most`."""
    if isinstance(parameter, Real):
        if len(values.cuts) > 2 * most or any(end != (x, 1) for (x, _), end in values.pieces()):
            return None
        return [number for (number, _), _ in values.pieces()]
    if sum(int(end[0] - start[0]) for start, end in values.pieces()) > most:
        return None
    ranges = (range(int(start[0]), int(end[0])) for start, end in values.pieces())
    return list(map(float, itertools.chain.from_iterable(ranges)))


def value_at(parameter: Parameter, number: float) -> str | float:
    """The value that a number stands for."""
    names = texts(parameter)
    return names[int(number)] if names is not None else number


def place(parameter: Parameter, value: str | float) -> float:
    """The number that stands for a value."""
    return float(value) if texts(parameter) is None else to_entry(parameter, str(value))


def where(term: Term) -> Values:
    """The values of its parent for which a term holds."""
    values = term.value if term.operator == "in" else (term.value,)
    return compared(term.parent, term.operator, *(place(term.parent, v) for v in values))


def meet(one: Box, other: Box) -> Box | None:
    """The configurations of both; None if there are none."""
    joined = dict(one)
    for name, values in other.items():
        joined[name] = joined[name] & values if name in joined else values
        if not joined[name]:
            return None
    return joined


def boxes_of(condition: Condition) -> list[Box]:
    """A box for each alternative of a condition that can hold."""
    parts = condition.components if isinstance(condition, Or) else (condition,)
    found: list[Box] = []
    for part in parts:
        box: Box | None = {}
        for term in terms_of(part):
            values = where(term)
            box = meet(box, {term.parent.name: values}) if box is not None and values else None
        if box is not None:
            found.append(box)
    return found


def covered(boxes: Iterable[Box], by: Iterable[Box], activity: "Activity | None" = None) -> bool:
    """Whether all of some boxes lies in others; no, where that takes long to find out.

    Args:
        boxes: some.
        by: others.
        activity: when the parameters are active; if None, all boxes name the same ones.
    """
    for box in boxes:
        others = [other for other in by if meet(box, other) is not None]
        # What is left of the box, and how many of the others have been taken from it.
        waiting: list[tuple[Box, int]] = [(box, 0)]
        steps = 0
        while waiting:
            piece, taken = waiting.pop()
            while taken < len(others) and meet(piece, others[taken]) is None:
                taken += 1
            steps += 1
            if steps > _MOST_PIECES:
                return False
            if taken < len(others):
                pieces = _outside(piece, others[taken], activity)
                waiting += [(rest, taken + 1) for rest in pieces]
            elif activity is None or activity.possible(piece):
                return False
    return True


def _outside(box: Box, other: Box, activity: "Activity | None") -> Iterator[Box]:
    """What of a box lies outside of another one, which it meets."""
    inside = dict(box)
    for name, values in other.items():
        if name not in inside:
            assert activity is not None
            pieces = (meet(inside, one) for one in activity.inactive(name))
            yield from (piece for piece in pieces if piece and activity.possible(piece))
            inside[name] = all_values(activity.parameters[name])
        if rest := inside[name] - values:
            yield {**inside, name: rest}
        inside[name] = inside[name] & values


class Activity:
    """When parameters are active.

    Args:
        parameters: all of them by name, parents before their children.
        conditions: the boxes in which a parameter is active, for those that have a condition;
            more may be added before one is asked about.
    """

    def __init__(
        self, parameters: Mapping[str, Parameter], conditions: dict[str, list[Box]]
    ) -> None:
        self.parameters = parameters
        self.conditions = conditions
        self._inactive: dict[str, list[Box]] = {}
        self._active: dict[str, list[Box]] = {}
        self._left = _MOST_STEPS_IN_ALL

    @classmethod
    def of(cls, tree: Tree) -> "Activity":
        """That of the parameters of a PCS file."""
        return cls(tree, {c.child.name: boxes_of(c) for c in tree.conditions})

    def default(self, name: str) -> Values:
        """A parameter's default."""
        parameter = self.parameters[name]
        return compared(parameter, "==", place(parameter, parameter.default_value))

    def active(self, name: str) -> list[Box]:
        """The boxes in which it is active; they name all on the way to it that can be inactive.

        Raises:
            TooManyError: there are very many.
        """
        for one in self._ancestors(name, self._active):
            found: list[Box] = []
            for alternative in self.conditions.get(one, [{}]):
                parts = (
                    [m for box in self._active[parent] if (m := meet(box, alternative))]
                    for parent in alternative
                )
                found += self._product([alternative], parts)
            self._active[one] = found
        return self._active[name]

    def inactive(self, name: str) -> list[Box]:
        """The boxes in which it is inactive: some parent has another value, or is so too.

        Raises:
            TooManyError: there are very many.
        """
        for one in self._ancestors(name, self._inactive):
            alternatives = self.conditions.get(one, [{}])
            fails = (
                [box for parent, values in found.items() for box in self._failing(parent, values)]
                for found in alternatives
            )
            self._inactive[one] = self._product([{}], fails)
        return self._inactive[name]

    def _failing(self, parent: str, values: Values) -> list[Box]:
        rest = all_values(self.parameters[parent]) - values
        return ([{parent: rest}] if rest else []) + self._inactive[parent]

    def _product(self, boxes: list[Box], factors: Iterable[list[Box]]) -> list[Box]:
        for i, others in enumerate(factors):
            boxes = [m for a in boxes for b in others if (m := meet(a, b)) is not None]
            if i:  # what has been put together may be impossible, or there twice
                boxes = [box for box in _distinct(boxes) if self.possible(box)]
            if len(boxes) > _MOST_BOXES:
                raise TooManyError
        return boxes

    def _ancestors(self, name: str, known: Mapping[str, object]) -> list[str]:
        """It and its ancestors but the known ones, parents first."""
        if name in known:
            return []
        found: dict[str, None] = {name: None}
        queue = [name]
        for one in queue:  # grows meanwhile
            parents = (name for box in self.conditions.get(one, ()) for name in box)
            new = [p for p in parents if p not in found and p not in known]
            found.update(dict.fromkeys(new))
            queue += new
        return [one for one in self.parameters if one in found]

    def possible(self, box: Box) -> bool:
        """Whether it is not empty. Where that takes long to find out, it counts as possible."""
        waiting: list[tuple[Box, frozenset[str]]] = [(box, frozenset())]
        steps = 0
        while waiting:
            current, seen = waiting.pop()
            steps += len(current)
            self._left -= len(current)
            if steps > _MOST_STEPS or self._left < 0:
                return True
            name = next((n for n in current if n in self.conditions and n not in seen), None)
            if name is None:
                return True
            for alternative in self.conditions[name]:
                joined = meet(current, alternative)
                if joined is not None:
                    waiting.append((joined, seen | {name}))
        return False


def _distinct(boxes: list[Box]) -> list[Box]:
    """Without those that lie within another one."""
    found: list[Box] = []
    for box in sorted(boxes, key=len):
        if not any(_within(box, other) for other in found):
            found.append(box)
    return found


def _within(box: Box, other: Box) -> bool:
    return all(name in box and not box[name] - values for name, values in other.items())

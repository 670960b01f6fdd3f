"""Parameters whose domain, default or type is suspicious."""

import itertools
import math
import re
from collections.abc import Iterator

from smacwrap.errors import Problem
from smacwrap.pcs.entries import plain, texts
from smacwrap.pcs.lines import NUMBER, Line, listed
from smacwrap.pcs.model import Categorical, Number, Parameter
from smacwrap.pcs.source_map import Places
from smacwrap.pcs.tree import Tree

_MOST_DECADES = 3

_NATURAL = {-1, 0, 1}
"""At such a bound a range often cannot go on: shares, counts and switches end there."""


def review_parameters(tree: Tree, places: Places) -> Iterator[Problem]:
    """What is suspicious about parameters, each taken by itself.

    What can be so of many for the same reason is one warning, at the first of them.
    """
    if not tree:
        yield Problem("no parameters in it: there is nothing to tune", places.file)
    elif all(parameter.size == 1 for parameter in tree.values()):
        yield Problem("all parameters have a single value: there is nothing to tune", places.file)
    scales: list[tuple[str, Line]] = []
    edges: list[tuple[str, Line]] = []
    for name, line in places.parameters.items():
        parameter = tree[name]
        if isinstance(parameter, Number):
            if message := _decades(parameter):
                yield line.problem(message)
            if _edge(parameter):
                edges.append((name, line))
        elif isinstance(parameter, Categorical) and _is_scale(parameter):
            scales.append((name, line))
    yield from _of_scales(scales)
    yield from _of_edges(tree, edges)


def _of_scales(found: list[tuple[str, Line]]) -> Iterator[Problem]:
    if len(found) == 1:
        name, line = found[0]
        yield line.problem(
            f"the values of '{name}' are numbers in order, but to the model a "
            "categorical's values are unrelated: did you mean ordinal?"
        )
    elif found:
        yield found[0][1].problem(
            f"the values of {len(found)} categoricals are numbers in order, but to the model a "
            f"categorical's values are unrelated: did you mean ordinal? {_names(found)}"
        )


def _of_edges(tree: Tree, found: list[tuple[str, Line]]) -> Iterator[Problem]:
    if len(found) == 1:
        name, line = found[0]
        default = plain(tree[name].default_value)
        yield line.problem(
            f"the default {default} is the {_edge(tree[name])} value of '{name}': "
            "is the range wide enough?"
        )
    elif found:
        yield found[0][1].problem(
            f"the defaults of {len(found)} parameters are their lowest or highest values: "
            f"are the ranges wide enough? {_names(found)}"
        )


def _names(found: list[tuple[str, Line]]) -> str:
    return listed(name for name, _ in found)


def _decades(parameter: Number) -> str | None:
    low, high = float(parameter.lower), float(parameter.upper)
    decades = math.log10(high) - math.log10(low) if low > 0 else 0.0
    if parameter.log or decades <= _MOST_DECADES:
        return None
    return (
        f"the range of '{parameter.name}' spans {decades:.3g} decades without log: "
        "nine of ten random values lie in the highest one"
    )


def _edge(parameter: Parameter) -> str | None:
    """Which end of the range the default is, if it is one that could be moved."""
    assert isinstance(parameter, Number)
    default = float(parameter.default_value)
    if parameter.size <= 2 or default in _NATURAL:
        return None
    if default == float(parameter.lower):
        return "lowest"
    return "highest" if default == float(parameter.upper) else None


def _is_scale(parameter: Parameter) -> bool:
    """Whether the values are three or more numbers, in order."""
    names = texts(parameter) or ()
    if len(names) < 3 or not all(re.fullmatch(NUMBER, name) for name in names):
        return False
    steps = [float(b) - float(a) for a, b in itertools.pairwise(names)]
    return min(steps) > 0 or max(steps) < 0

"""Parameters whose domain, default or type is suspicious."""

import itertools
import math
import re
from collections.abc import Iterator

from ConfigSpace import (
    CategoricalHyperparameter,
    ConfigurationSpace,
    OrdinalHyperparameter,
)

from smacwrap.errors import Problem
from smacwrap.pcs.forbidden import Formula
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.network import clauses_of, terms_of
from smacwrap.pcs.places import Places
from smacwrap.pcs.units import Number, Parameter, plain, texts

_MOST_DECADES = 3

_BLIND_TO_ORDER = {"==", "!=", "&&", "||"}


def review_parameters(space: ConfigurationSpace, places: Places) -> Iterator[Problem]:
    """What is suspicious about parameters, each taken by itself."""
    if not space:
        yield Problem("no parameters in it: there is nothing to tune", places.file)
    compared = _compared_by_order(space)
    for name, line in places.parameters.items():
        parameter = space[name]
        if parameter.size == 1:
            yield line.problem(f"'{name}' has a single value: there is nothing to tune")
        elif isinstance(parameter, Number):
            for message in _number(parameter):
                yield line.problem(message)
        elif isinstance(parameter, CategoricalHyperparameter):
            if _is_scale(parameter):
                yield line.problem(
                    f"the values of '{name}' are numbers in order, but to the model a "
                    "categorical's values are unrelated: did you mean ordinal?"
                )
        elif name not in compared and not _is_scale(parameter):
            yield line.problem(
                f"no condition or clause uses the order of '{name}', only the model does, which "
                "takes neighbouring values for similar: if they are not, make it categorical"
            )


def _number(parameter: Number) -> Iterator[str]:
    name, low, high = parameter.name, float(parameter.lower), float(parameter.upper)
    decades = math.log10(high) - math.log10(low) if low > 0 else 0.0
    if not parameter.log and decades > _MOST_DECADES:
        yield (
            f"the range of '{name}' spans {decades:.3g} decades without log: "
            "nine of ten random values lie in the highest one"
        )
    default = float(parameter.default_value)
    if default in (low, high) and parameter.size > 2:
        edge = "lowest" if default == low else "highest"
        yield (
            f"the default {plain(default)} is the {edge} value of '{name}': "
            "is the range wide enough?"
        )


def _is_scale(parameter: Parameter) -> bool:
    """Whether the values are three or more numbers, in order."""
    names = texts(parameter) or ()
    if len(names) < 3 or not all(re.fullmatch(NUMBER, name) for name in names):
        return False
    steps = [float(b) - float(a) for a, b in itertools.pairwise(names)]
    return min(steps) > 0 or max(steps) < 0


def _compared_by_order(space: ConfigurationSpace) -> set[str]:
    """The ordinals whose order a condition or a forbidden clause uses."""
    found = {
        term.parent.name
        for condition in space.conditions
        for term in terms_of(condition)
        if term.operator in ("<", ">")
    }
    for clause in clauses_of(space):
        if isinstance(clause, Formula):
            expression = clause.components[0].value
            if {step for step in expression.program if isinstance(step, str)} - _BLIND_TO_ORDER:
                found.update(expression.names)
    return {name for name in found if isinstance(space[name], OrdinalHyperparameter)}

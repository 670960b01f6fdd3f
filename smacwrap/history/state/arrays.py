"""Configurations as SMAC v2's arrays: one number a parameter, in the order of their names.

A categorical's number is its place from 1. The others lie in the unit interval: the i-th of n
ordinals at (i - 1/2) / n, reals scaled (in the logarithm where they are log), integers too, as the
middles of the unit steps between lower - 1/2 and upper + 1/2.
"""

import math
from collections.abc import Mapping

from smacwrap.pcs import Tree
from smacwrap.pcs.model import Categorical, Integer, Ordinal, Parameter, Real


def to_array(tree: Tree, settings: Mapping[str, str]) -> list[float]:
    """The array of a configuration; `settings` has all parameters, inactive ones included."""
    return [_entry(tree[name], settings[name]) for name in sorted(tree)]


def _entry(parameter: Parameter, text: str) -> float:
    if isinstance(parameter, Categorical):
        return parameter.places[text] + 1.0
    if isinstance(parameter, Ordinal):
        return (parameter.places[text] + 0.5) / parameter.size
    number = float(text)
    if isinstance(parameter, Real):
        return _scaled(number, parameter.lower, parameter.upper, parameter.log)
    if isinstance(parameter, Integer):
        low, high = parameter.lower - 0.5, parameter.upper + 0.5
        return _scaled(number, low, high, parameter.log)
    return 0.5  # an integer with one value


def _scaled(number: float, low: float, high: float, log: bool) -> float:
    if log:
        number, low, high = math.log10(number), math.log10(low), math.log10(high)
    return (number - low) / (high - low)

"""Makes ConfigSpace's numeric parameters, with their bounds and defaults as they were written.

ConfigSpace's own constructors round reals to 13 decimals, by which 1e-14 becomes 0 and 1e12 gets
another last digit, and take a millisecond for each integer on a log scale.
"""

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from ConfigSpace import UniformFloatHyperparameter, UniformIntegerHyperparameter
from ConfigSpace.hyperparameters import Hyperparameter
from ConfigSpace.hyperparameters.distributions import (
    DiscretizedContinuousScipyDistribution,
    UniformIntegerNormalizedDistribution,
    UnitUniformContinuousDistribution,
)
from ConfigSpace.hyperparameters.hp_components import UnitScaler
from scipy.stats import uniform

_UNIFORM = uniform()


def real(
    name: str, lower: float, upper: float, default: float, *, log: bool
) -> UniformFloatHyperparameter:
    """A real between two bounds, of which the lowest lies below the highest."""
    parameter = UniformFloatHyperparameter.__new__(UniformFloatHyperparameter)
    parameter.lower, parameter.upper, parameter.log = lower, upper, log
    distribution = UnitUniformContinuousDistribution(pdf_max_density=1 / (upper - lower))
    Hyperparameter.__init__(
        parameter,
        name=name,
        default_value=default,
        vector_dist=distribution,
        transformer=UnitScaler(np.float64(lower), np.float64(upper), np.float64, log),
        neighborhood=distribution.neighborhood,
        size=math.inf,
        neighborhood_size=math.inf,
        value_cast=float,
    )
    return parameter


def integer(
    name: str, lower: int, upper: int, default: int, *, log: bool
) -> UniformIntegerHyperparameter:
    """An integer between two bounds, of which the lowest lies below the highest."""
    parameter = UniformIntegerHyperparameter.__new__(UniformIntegerHyperparameter)
    parameter.lower, parameter.upper, parameter.log = lower, upper, log
    size = upper - lower + 1
    scaler = UnitScaler(np.int64(lower), np.int64(upper), np.int64, log)
    distribution = (
        DiscretizedContinuousScipyDistribution(
            size,
            _UNIFORM,
            np.float64(0),
            np.float64(1),
            log_scale=True,
            transformer=scaler,
            _max_density=1 / size,
            _pdf_norm=float(size),
        )
        if log
        else UniformIntegerNormalizedDistribution(size)
    )
    Hyperparameter.__init__(
        parameter,
        name=name,
        default_value=default,
        vector_dist=distribution,
        transformer=scaler,
        neighborhood=distribution.neighborhood,
        size=size,
        neighborhood_size=cast(Callable[[Any], int], parameter._integer_neighborhood_size),
        value_cast=int,
    )
    return parameter

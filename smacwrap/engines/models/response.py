"""Costs as models take them: on a scale where the best few are told apart."""

import numpy as np
import numpy.typing as npt

Costs = npt.NDArray[np.float64]

_SHARE = 5.0
"""So many percent of the runs count as near the best."""


def log_scaled(costs: Costs) -> Costs:
    """The logarithm of each cost's distance to the best, in units of what the best few differ by.

    SMAC3's log-scaled encoder, for costs of any magnitude: 0 for the best, and zeros where all
    costs are the same.

    Args:
        costs: at least one, of at most 8e307.
    """
    above = costs - costs.min()
    if not above.any():
        return np.zeros_like(above)
    near = np.percentile(above, _SHARE)
    if near == 0:
        near = above[above > 0].min()
    near = max(float(near), float(above.max()) * 1e-12)
    return np.asarray(np.logaddexp(np.log(near), _log(above)) - np.log(near))


def compressed(costs: Costs) -> Costs:
    """Costs as they are below the median, on a logarithmic scale above it.

    The median becomes 0 and the best -1; zeros where all costs are the same. A model that assumes
    a smooth function sees its valley as it is, and no peak hides it.

    Args:
        costs: at least one, of at most 8e307.
    """
    middle = float(np.median(costs))
    unit = middle - float(costs.min())
    if unit == 0:
        unit = float(costs.max()) - middle
    if unit == 0:
        return np.zeros_like(costs)
    with np.errstate(over="ignore"):
        scaled = np.minimum((costs - middle) / unit, 1e300)
    return np.where(scaled > 0, np.log1p(np.maximum(scaled, 0)), scaled)


def _log(values: Costs) -> Costs:
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(values))

"""A problem to search on, and the target algorithm that a peer sees of it."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from smacwrap.pcs import parse_pcs

Values = Mapping[str, Any]
"""The active parameters: texts, integers and reals by name."""


@dataclass(frozen=True)
class Problem:
    """A space and what its configurations cost.

    Attributes:
        kind: what makes it hard.
        pcs: the space; each condition names one categorical parent. The default does not crash.
        cost: what a configuration costs; None where it crashes.
        optimum: the least cost, None where nobody knows.
        noise: the standard deviation of what is added to each cost that a peer sees.
    """

    name: str
    kind: str
    pcs: str
    cost: Callable[[Values], float | None]
    optimum: float | None = None
    noise: float = 0.0


def reals(count: int, low: float, high: float, default: float) -> str:
    """The PCS text of so many reals of the same kind: x0, x1, ..."""
    return "\n".join(f"x{i} real [{low}, {high}] [{default}]" for i in range(count))


def vector(values: Values, count: int) -> npt.NDArray[np.float64]:
    """Their values."""
    return np.array([values[f"x{i}"] for i in range(count)])


class Target:
    """Runs configurations for a peer until the budget is spent, and follows its incumbent.

    Args:
        problem: what to run.
        seed: makes the noise repeatable; peers with the same seed see the same noise.
        runs: the budget.
    """

    def __init__(self, problem: Problem, seed: int, runs: int) -> None:
        self.space = parse_pcs(problem.pcs)
        self.pcs = problem.pcs
        self.runs = runs
        self.incumbents: list[float] = []
        """After each run, what the configuration that looks best costs without noise."""
        self._problem = problem
        self._noise = np.random.default_rng([seed, 5])
        self._lowest, self._true = math.inf, math.inf

    @property
    def done(self) -> bool:
        """Whether the budget is spent."""
        return len(self.incumbents) >= self.runs

    def default(self) -> dict[str, Any]:
        """The default configuration."""
        return dict(self.space.get_default_configuration())

    def forbidden(self, values: Values) -> bool:
        """Whether a forbidden clause names a configuration, which then cannot be run."""
        return any(
            clause.is_forbidden_value(dict(values)) for clause in self.space.forbidden_clauses
        )

    def run(self, values: Values) -> float | None:
        """The cost of a configuration with noise; None where it crashes."""
        if self.done:
            raise RuntimeError("the budget is spent")
        noise = self._problem.noise * self._noise.standard_normal()
        true = self._problem.cost({name: _plain(value) for name, value in values.items()})
        if true is not None and true + noise < self._lowest:
            self._lowest, self._true = true + noise, float(true)
        self.incumbents.append(self._true)
        return None if true is None else float(true + noise)


def _plain(value: Any) -> Any:
    """A value of Python's own types: scikit-learn does not take numpy's texts."""
    return value.item() if isinstance(value, np.generic) else value

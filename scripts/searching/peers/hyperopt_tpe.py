"""Hyperopt's tree of Parzen estimators."""

import math
from typing import Any, cast

import hyperopt
import numpy as np
from ConfigSpace import (
    CategoricalHyperparameter,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.hyperparameters import Hyperparameter
from hyperopt.fmin import generate_trial
from searching.problem import Target

from smacwrap.pcs.condition_term import terms_of

Parameter = Hyperparameter[Any, Any]


def search(target: Target, seed: int) -> None:
    """Minimises from the default configuration on; a forbidden configuration costs no run."""
    space = _Space(target)

    def cost(nested: dict[str, Any]) -> dict[str, Any]:
        values = space.values(nested)
        found = None if target.forbidden(values) else target.run(values)
        loss = math.inf if found is None else found
        return {"status": hyperopt.STATUS_OK, "loss": loss}

    hyperopt.fmin(
        cost,
        space.expression(),
        hyperopt.tpe.suggest,
        max_evals=10 * target.runs,
        trials=space.trials(target.default()),
        early_stop_fn=lambda trials, *state: (target.done, state),
        rstate=np.random.default_rng(seed),
        show_progressbar=False,
        verbose=False,
    )


class _Space:
    """A target's space, with what is conditional nested in the choices of its parent."""

    def __init__(self, target: Target) -> None:
        self._parameters = cast("dict[str, Parameter]", dict(target.space))
        self._children: dict[tuple[str, str], list[str]] = {}
        self._roots = list(self._parameters)
        for condition in target.space.tree.conditions:
            (term,) = terms_of(condition)
            self._roots.remove(term.child.name)
            for value in term.value if term.operator == "in" else (term.value,):
                self._children.setdefault((term.parent.name, value), []).append(term.child.name)
        self._made: dict[str, Any] = {}

    def expression(self) -> dict[str, Any]:
        """The space as Hyperopt takes it."""
        return {name: self._make(name) for name in self._roots}

    def _make(self, name: str) -> Any:
        # A parameter below several values of its parent is one and the same node.
        if name not in self._made:
            self._made[name] = self._node(name, self._parameters[name])
        return self._made[name]

    def _node(self, name: str, parameter: Parameter) -> Any:
        if isinstance(parameter, CategoricalHyperparameter):
            options = []
            for value in map(str, parameter.choices):
                below = self._children.get((name, value), [])
                options.append((value, {child: self._make(child) for child in below}))
            return hyperopt.hp.choice(name, options)
        if isinstance(parameter, OrdinalHyperparameter):
            return hyperopt.hp.quniform(name, -0.5, len(parameter.sequence) - 0.5, 1)
        assert isinstance(parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter)
        low, high = float(parameter.lower), float(parameter.upper)
        if isinstance(parameter, UniformFloatHyperparameter):
            if parameter.log:
                return hyperopt.hp.loguniform(name, math.log(low), math.log(high))
            return hyperopt.hp.uniform(name, low, high)
        low, high = low - 0.5, high + 0.5
        if parameter.log:
            return hyperopt.hp.qloguniform(name, math.log(low), math.log(high), 1)
        return hyperopt.hp.quniform(name, low, high, 1)

    def values(self, nested: dict[str, Any]) -> dict[str, Any]:
        """The configuration that Hyperopt proposes."""
        found: dict[str, Any] = {}
        for name, value in nested.items():
            parameter = self._parameters[name]
            if isinstance(parameter, CategoricalHyperparameter):
                found[name], below = value
                found |= self.values(below)
            elif isinstance(parameter, OrdinalHyperparameter):
                last = len(parameter.sequence) - 1
                found[name] = parameter.sequence[round(min(max(value, 0), last))]
            else:
                assert isinstance(
                    parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter
                )
                inside = min(max(value, parameter.lower), parameter.upper)
                real = isinstance(parameter, UniformFloatHyperparameter)
                found[name] = float(inside) if real else round(inside)
        return found

    def trials(self, values: dict[str, Any]) -> hyperopt.Trials:
        """A first configuration to run, as Hyperopt spells it: choices by their place."""
        point = {}
        for name, value in values.items():
            parameter = self._parameters[name]
            if isinstance(parameter, CategoricalHyperparameter):
                value = parameter.choices.index(value)
            elif isinstance(parameter, OrdinalHyperparameter):
                value = parameter.sequence.index(value)
            point[name] = value
        trial = generate_trial(0, point)
        for name in self._parameters.keys() - values.keys():
            trial["misc"]["idxs"][name] = trial["misc"]["vals"][name] = []
        trials = hyperopt.Trials()
        trials.insert_trial_docs([trial])
        return trials

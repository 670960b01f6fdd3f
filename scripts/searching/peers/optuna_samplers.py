"""Optuna's samplers: the tree of Parzen estimators, multivariate and grouped, and the GP."""

import math
import warnings
from typing import Any

import optuna
from ConfigSpace import (
    CategoricalHyperparameter,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from searching.problem import Target


def search(target: Target, seed: int, *, variant: str) -> None:
    """Runs the default configuration first; a forbidden configuration costs no run.

    Args:
        variant: `tpe` or `gp`.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
    sampler: optuna.samplers.BaseSampler
    if variant == "tpe":
        sampler = optuna.samplers.TPESampler(multivariate=True, group=True, seed=seed)
    else:
        sampler = optuna.samplers.GPSampler(seed=seed)
    study = optuna.create_study(sampler=sampler)
    study.enqueue_trial(_spelled(target, target.default()))
    for _ in range(10 * target.runs):
        if target.done:
            break
        trial = study.ask()
        values = _suggest(target, trial)
        cost = None if target.forbidden(values) else target.run(values)
        # Both samplers learn from infinite costs, but nothing from failed trials.
        study.tell(trial, math.inf if cost is None else cost)


def _suggest(target: Target, trial: optuna.Trial) -> dict[str, Any]:
    """The configuration that Optuna proposes, parents before their children."""
    values: dict[str, Any] = {}
    for name, parameter in target.space.items():
        conditions = target.space.parent_conditions_of[name]
        if not all(condition.satisfied_by_value(values) for condition in conditions):
            continue
        match parameter:
            case CategoricalHyperparameter():
                values[name] = trial.suggest_categorical(name, list(map(str, parameter.choices)))
            case OrdinalHyperparameter():
                place = trial.suggest_int(name, 0, len(parameter.sequence) - 1)
                values[name] = parameter.sequence[place]
            case UniformFloatHyperparameter(lower=low, upper=high, log=log):
                values[name] = trial.suggest_float(name, float(low), float(high), log=log)
            case UniformIntegerHyperparameter(lower=low, upper=high, log=log):
                values[name] = trial.suggest_int(name, int(low), int(high), log=log)
            case Constant():
                values[name] = parameter.value
    return values


def _spelled(target: Target, values: dict[str, Any]) -> dict[str, Any]:
    """A configuration as Optuna spells it: ordinals by their place."""
    spelled = {}
    for name, value in values.items():
        parameter = target.space[name]
        if isinstance(parameter, OrdinalHyperparameter):
            value = parameter.sequence.index(value)
        spelled[name] = value.item() if hasattr(value, "item") else value
    return spelled

"""SMAC3's facades for hyperparameters and for black boxes, as they come, by ask and tell."""

import tempfile
from pathlib import Path

from ConfigSpace import Configuration
from searching.problem import Target
from smac import BlackBoxFacade, HyperparameterOptimizationFacade, Scenario
from smac.model.random_forest.random_forest import RandomForest
from smac.runhistory import StatusType, TrialInfo, TrialValue

Facade = type[BlackBoxFacade] | type[HyperparameterOptimizationFacade]


def search(target: Target, seed: int, *, variant: str) -> None:
    """Runs the default configuration first; `variant` is `hpo` or `blackbox`."""
    with tempfile.TemporaryDirectory(prefix="bench-search-") as scratch:
        scenario = Scenario(
            target.space,
            deterministic=True,
            n_trials=target.runs,
            seed=seed,
            output_directory=Path(scratch),
        )
        facade: Facade = HyperparameterOptimizationFacade if variant == "hpo" else BlackBoxFacade
        model = facade.get_model(scenario)
        if isinstance(model, RandomForest):
            # Threads for ten small trees wait for each other; the proposals are the same.
            model._rf_opts["n_jobs"] = 1
        smac = facade(scenario, _unused, model=model, logging_level=False, overwrite=True)
        worst = 0.0
        trial = TrialInfo(target.space.get_default_configuration(), seed=0)
        while not target.done:
            cost = target.run(trial.config)
            if cost is not None:
                worst = max(worst, cost)
            # Its encoders do not take the infinite costs that it gives to crashed trials.
            status = StatusType.CRASHED if cost is None else StatusType.SUCCESS
            value = TrialValue(cost=worst if cost is None else cost, time=0.1, status=status)
            smac.tell(trial, value, save=False)
            if not target.done:
                trial = smac.ask()


def _unused(config: Configuration, seed: int = 0) -> float:
    raise NotImplementedError

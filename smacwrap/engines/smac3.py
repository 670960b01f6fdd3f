"""The SMAC3 engine: Bayesian optimisation with random forests, by SMAC3's ask and tell."""

import tempfile
from pathlib import Path

import numpy as np
from ConfigSpace import Configuration, ConfigurationSpace
from ConfigSpace.hyperparameters import Constant
from smac import HyperparameterOptimizationFacade, Scenario
from smac.initial_design.sobol_design import SobolInitialDesign
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.model.random_forest.random_forest import RandomForest
from smac.runhistory import StatusType, TrialInfo, TrialValue

from smacwrap.engines.base import Engine, Suggestion
from smacwrap.history import Objective, Run
from smacwrap.pcs import from_text
from smacwrap.protocol import Status

_LARGEST_COST = 1e100
"""Costs are clipped here: the forest's sums of squares must stay finite."""


class Smac3Engine(Engine):
    """SMAC3's hyperparameter optimisation facade on one deterministic target algorithm.

    Args:
        space: the configurations to choose from.
        objective: what to minimise.
        seed: makes the proposals repeatable, and different from those of other seeds.
        budget: the number of runs that all workers together may make.
        workers: how many engines share them; each brings its part of the initial design.
        start_with_default: whether the first proposal is the default configuration.
    """

    def __init__(
        self,
        space: ConfigurationSpace,
        objective: Objective,
        seed: int,
        *,
        budget: int,
        workers: int = 1,
        start_with_default: bool = True,
    ) -> None:
        self.space = space
        self.objective = objective
        default = [space.get_default_configuration()] if start_with_default else []
        with tempfile.TemporaryDirectory(prefix="smacwrap-") as scratch:
            # SMAC3 saves its state once when it is built; ours is the study's run history.
            scenario = _UnsavedScenario(
                space,
                output_directory=Path(scratch),
                deterministic=True,
                n_trials=max(budget, len(default) + 1),
                seed=seed % 2**31,
            )
            share = min(10 * len(space), budget // 4) // workers
            self._smac = HyperparameterOptimizationFacade(
                scenario,
                model=_forest(scenario),
                initial_design=_DefaultFirst(
                    scenario,
                    n_configs=0 if _is_constant(space) else max(1, share),
                    additional_configs=default,
                    max_ratio=1.0,
                ),
                config_selector=HyperparameterOptimizationFacade.get_config_selector(
                    scenario, retrain_after=1
                ),
                logging_level=False,
            )
        # SMAC3 keeps all runs of a deterministic target algorithm under one seed: that of the
        # first run that it was told of, or else one that it chooses when it is first asked.
        self._trial_seed: int | None = 0
        self._worst: float | None = None

    def ask(self) -> Suggestion | None:
        """See `Engine.ask`."""
        try:
            trial = self._smac.ask()
        except (StopIteration, ConfigurationSpaceExhaustedException):
            return None
        self._trial_seed = trial.seed
        return Suggestion(trial.config)

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        configuration = from_text(self.space, run.configuration)
        crashed = run.result.status in (Status.CRASHED, Status.ABORT)
        cost = float(np.clip(self.objective.cost(run), -_LARGEST_COST, _LARGEST_COST))
        if not crashed:
            self._worst = cost if self._worst is None else max(self._worst, cost)
        elif self._worst is not None:
            # As bad as the worst that ran, not 1e9: the model keeps its sense of scale.
            cost = self._worst
        self._smac.tell(
            TrialInfo(config=configuration, seed=self._trial_seed),
            TrialValue(
                cost=cost,
                time=run.result.runtime,
                status=StatusType.CRASHED if crashed else StatusType.SUCCESS,
            ),
            save=False,
        )


class _UnsavedScenario(Scenario):
    """SMAC3's scenario without its files: a study keeps its space as the PCS file."""

    def save(self) -> None:
        self.output_directory.mkdir(parents=True, exist_ok=True)


class _DefaultFirst(SobolInitialDesign):
    """SMAC3's Sobol design, with the additional configurations in front as in SMAC v2."""

    def select_configurations(self) -> list[Configuration]:
        configurations = super().select_configurations()
        given = self._additional_configs
        return given + [c for c in configurations if c not in given]


def _forest(scenario: Scenario) -> RandomForest:
    """The facade's own forest on one thread: for ten small trees a thread pool only waits."""
    return RandomForest(
        configspace=scenario.configspace,
        log_y=True,
        n_trees=10,
        ratio_features=1.0,
        min_samples_split=2,
        min_samples_leaf=1,
        n_jobs=1,
        seed=scenario.seed,
    )


def _is_constant(space: ConfigurationSpace) -> bool:
    return all(isinstance(parameter, Constant) for parameter in space.values())

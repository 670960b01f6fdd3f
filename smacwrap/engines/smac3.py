"""The SMAC3 engines: Bayesian optimisation by SMAC3's ask and tell, with components of our own."""

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

import numpy as np
from ConfigSpace import ConfigurationSpace
from smac.facade.hyperparameter_optimization_facade import HyperparameterOptimizationFacade
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.random_design.modulus_design import ModulusRandomDesign
from smac.runhistory import StatusType, TrialInfo, TrialValue
from smac.scenario import Scenario
from threadpoolctl import ThreadpoolController

from smacwrap.engines.base import Engine, Suggestion
from smacwrap.engines.models.automatic import Automatic
from smacwrap.engines.models.forest import Forest
from smacwrap.engines.models.gp import GaussianProcess
from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.engines.search.acquisition import LogExpectedImprovement
from smacwrap.engines.search.design import SpreadDesign
from smacwrap.engines.search.maximiser import MatrixSearch
from smacwrap.engines.search.observations import Observations
from smacwrap.engines.search.racing import LongRace, LongRunHistory
from smacwrap.engines.search.selector import Selector
from smacwrap.engines.search.settled import Settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.history import Objective, Run
from smacwrap.pcs import from_text
from smacwrap.pcs.vectors import Vectors
from smacwrap.protocol import Status

_LARGEST_COST = 8e307
"""Costs are clipped here: differences of them must be finite."""

_MOST_SPREAD = 50
"""The initial design has one configuration for each parameter, and at most so many ..."""

_SPREAD_SHARE = 8
"""... and takes at most this part of the budget: an eighth."""

_RANDOM_EVERY = 8
"""One in so many configurations is random, whatever the model says."""


class Smac3Engine(Engine):
    """SMAC3's loop on one deterministic target algorithm: propose, race, learn.

    SMAC3's facade, run history and intensifier work with a model, an acquisition function, its
    maximiser, a config selector and an initial design of our own, which compute with matrices.

    Args:
        space: the configurations to choose from, of `read_pcs`.
        objective: what to minimise.
        seed: makes the proposals repeatable, and different from those of other seeds.
        budget: the number of runs that all workers together may make.
        workers: how many engines share them; each brings its part of the initial design.
        start_with_default: whether the first proposal is the default configuration.
    """

    surrogate: ClassVar[type[Surrogate] | None] = Automatic
    """The model; None proposes random configurations."""

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
        self._vectors = vectors = Vectors(space)
        default = [Settled.of(space.get_default_configuration())] if start_with_default else []
        freedom = int(np.count_nonzero(vectors.levels > 1))
        spread = min(freedom, _MOST_SPREAD, budget // _SPREAD_SHARE)
        share = spread // workers if self.surrogate else 0
        self._unseen = Unseen(vectors, seed)
        observations = Observations(vectors, self._unseen)
        with tempfile.TemporaryDirectory(prefix="smacwrap-") as scratch:
            # SMAC3 saves its state once when it is built; ours is the study's run history.
            scenario = _UnsavedScenario(
                space,
                output_directory=Path(scratch),
                deterministic=True,
                n_trials=max(budget, share + len(default), 1),
                seed=seed % 2**31,
            )
            self._smac = _LongFacade(
                scenario,
                model=(self.surrogate or Automatic)(vectors, scenario.seed),
                acquisition_function=LogExpectedImprovement(),
                acquisition_maximizer=MatrixSearch(observations, self._unseen, scenario.seed),
                initial_design=SpreadDesign(scenario, vectors, share, default),
                intensifier=LongRace(scenario, max_config_calls=1),
                random_design=ModulusRandomDesign(_RANDOM_EVERY),
                config_selector=Selector(
                    scenario,
                    observations,
                    self._unseen,
                    design_size=spread + 1,
                    by_model=self.surrogate is not None,
                ),
                callbacks=[observations],
                logging_level=False,
            )
        self._libraries = ThreadpoolController()
        # SMAC3 keeps all runs of a deterministic target algorithm under one seed: that of the
        # first run that it was told of, or else one that it chooses when it is first asked.
        self._trial_seed: int | None = 0

    def ask(self, pending: Iterable[Mapping[str, str]] = ()) -> Suggestion | None:
        """See `Engine.ask`."""
        self._unseen.set_elsewhere(self._vectors.from_texts(pending))
        try:
            # Several threads wait for each other longer than they take for matrices so small.
            with self._libraries.limit(limits=1):
                trial = self._smac.ask()
        except (StopIteration, ConfigurationSpaceExhaustedException):
            return None
        self._trial_seed = trial.seed
        return Suggestion(trial.config)

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        configuration = Settled.of(from_text(self.space, run.configuration))
        crashed = run.result.status in (Status.CRASHED, Status.ABORT)
        cost = np.nan_to_num(self.objective.cost(run), nan=_LARGEST_COST)
        self._smac.tell(
            TrialInfo(config=configuration, seed=self._trial_seed),
            TrialValue(
                cost=float(np.clip(cost, -_LARGEST_COST, _LARGEST_COST)),
                time=run.result.runtime,
                status=StatusType.CRASHED if crashed else StatusType.SUCCESS,
            ),
            save=False,
        )


class GaussianProcessEngine(Smac3Engine):
    """With a Gaussian process only: for smooth costs of a few parameters."""

    surrogate = GaussianProcess


class ForestEngine(Smac3Engine):
    """With a random forest only, as SMAC v2."""

    surrogate = Forest


class RoarEngine(Smac3Engine):
    """Random proposals, raced as SMAC does (Hutter et al. 2011, ROAR)."""

    surrogate = None


class _UnsavedScenario(Scenario):
    """SMAC3's scenario without its files: a study keeps its space as the PCS file."""

    def save(self) -> None:
        self.output_directory.mkdir(parents=True, exist_ok=True)


class _LongFacade(HyperparameterOptimizationFacade):
    """SMAC3's facade with a run history that does not slow down as it grows."""

    def _update_dependencies(self) -> None:
        self._runhistory = LongRunHistory()
        super()._update_dependencies()

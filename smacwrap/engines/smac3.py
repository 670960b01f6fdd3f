"""The SMAC3 engines: Bayesian optimisation by SMAC3's ask and tell, with components of our own."""

import logging
import math
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
from smac.facade.hyperparameter_optimization_facade import HyperparameterOptimizationFacade
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.random_design.modulus_design import ModulusRandomDesign
from smac.runhistory import StatusType, TrialInfo, TrialValue
from smac.scenario import Scenario
from threadpoolctl import ThreadpoolController

from smacwrap.engines.base import Engine, Pending, Search, Suggestion
from smacwrap.engines.models.automatic import Automatic
from smacwrap.engines.models.forest import Forest
from smacwrap.engines.models.gp import GaussianProcess
from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.engines.search.acquisition import LogExpectedImprovement
from smacwrap.engines.search.design import SpreadDesign
from smacwrap.engines.search.feasibility import Feasibility
from smacwrap.engines.search.maximiser import MatrixSearch
from smacwrap.engines.search.observations import UNSAT, Observations
from smacwrap.engines.search.racing import LongRace
from smacwrap.engines.search.run_history import LongRunHistory
from smacwrap.engines.search.selector import Selector
from smacwrap.engines.search.settled import Settled, settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.engines.suggest import suggest
from smacwrap.history import Run
from smacwrap.pcs import to_text
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
    """SMAC3's loop: propose, race, learn.

    SMAC3's facade, run history and intensifier work with a model, an acquisition function, its
    maximiser, a config selector and an initial design of our own, which compute with matrices.

    Args:
        search: what to search.
    """

    surrogate: ClassVar[type[Surrogate] | None] = Automatic
    """The model; None proposes random configurations."""

    def __init__(self, search: Search) -> None:
        # SMAC3 warns of an initial design that is empty; most workers' is.
        logging.getLogger("smac").setLevel(logging.ERROR)
        space, seed, seeds, budget = search.space, search.seed, search.seeds, search.budget
        self.space = space
        self.objective = search.objective
        self._seeds = seeds
        self._vectors = vectors = Vectors(space)
        first = Settled.read(vectors, [to_text(configuration) for configuration in search.initial])
        freedom = int(np.count_nonzero(vectors.levels > 1))
        # In a race, half of the runs are the incumbent's.
        spread = min(freedom, _MOST_SPREAD, budget // min(2, seeds.most) // _SPREAD_SHARE)
        share = spread // search.workers if self.surrogate else 0
        surrogate = (self.surrogate or Automatic)(vectors, seed % 2**31)
        feasibility = Feasibility(vectors, seed % 2**31)
        self._unseen = Unseen(vectors, seed)
        self._observations = Observations(vectors, self._unseen, surrogate.most)
        with tempfile.TemporaryDirectory(prefix="smacwrap-") as scratch:
            # SMAC3 saves its state once when it is built; ours is the study's run history.
            scenario = _UnsavedScenario(
                space,
                output_directory=Path(scratch),
                deterministic=seeds.base is None,
                n_trials=max(budget, share + len(first), 1),
                seed=seed % 2**31,
            )
            self._race = LongRace(scenario, seeds)
            self._smac = _LongFacade(
                scenario,
                model=surrogate,
                acquisition_function=LogExpectedImprovement(feasibility),
                acquisition_maximizer=MatrixSearch(self._observations, self._unseen, scenario.seed),
                initial_design=SpreadDesign(scenario, vectors, share, first),
                intensifier=self._race,
                random_design=ModulusRandomDesign(_RANDOM_EVERY),
                config_selector=Selector(
                    scenario,
                    self._observations,
                    self._unseen,
                    feasibility,
                    self._race,
                    given=len(set(first)),
                    design_size=spread + 1,
                    by_model=self.surrogate is not None,
                ),
                callbacks=[self._observations],
                logging_level=False,
            )
        self._libraries = ThreadpoolController()
        self._told: set[tuple[bytes, int]] = set()

    def ask(self, pending: Sequence[Pending] = ()) -> Suggestion | None:
        """See `Engine.ask`."""
        running: dict[Settled, set[int]] = defaultdict(set)
        started = Settled.read(self._vectors, [run.configuration for run in pending])
        for run, configuration in zip(pending, started, strict=True):
            running[configuration].add(self._seeds.counted_as(run.seed))
        self._unseen.set_elsewhere({c.key: c.get_array() for c in running})
        self._race.set_elsewhere(running)
        try:
            # Several threads wait for each other longer than they take for matrices so small.
            with self._libraries.limit(limits=1):
                trial = self._smac.ask()
        except (StopIteration, ConfigurationSpaceExhaustedException):
            return None
        assert trial.seed is not None
        return suggest(settled(trial.config).exact(), trial.seed)

    def tell(self, run: Run) -> None:
        """See `Engine.tell`."""
        self.tell_all([run])

    def tell_all(self, runs: Sequence[Run]) -> None:
        """See `Engine.tell_all`."""
        told = Settled.read(self._vectors, [run.configuration for run in runs])
        for run, configuration in zip(runs, told, strict=True):
            seed = self._seeds.counted_as(run.seed)
            if (configuration.key, seed) in self._told:
                continue
            self._told.add((configuration.key, seed))
            if run.result.status is Status.KILLED:
                self._observations.stop(configuration)
                self._race.stop(configuration, seed)
            else:
                self._smac.tell(TrialInfo(configuration, seed=seed), self._value(run), save=False)

    def _value(self, run: Run) -> TrialValue:
        cost = self.objective.cost(run)
        cost = _LARGEST_COST if math.isnan(cost) else min(max(cost, -_LARGEST_COST), _LARGEST_COST)
        with_quality = self.objective.run_obj == "QUALITY"
        crashed = run.result.status.failed or (with_quality and not self.objective.has_quality(run))
        status = StatusType.CRASHED if crashed else StatusType.SUCCESS
        # With RUNTIME, to find out that there is no solution is as good as to find one.
        unsat = run.result.status is Status.UNSAT and with_quality
        information = {UNSAT: True} if unsat else {}
        return TrialValue(cost, time=run.result.runtime, status=status, additional_info=information)


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

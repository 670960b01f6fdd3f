"""The config selector: which configuration comes next, from the initial design on."""

import itertools
from collections.abc import Iterator

from ConfigSpace import Configuration
from smac.main.config_selector import ConfigSelector
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.random_design.abstract_random_design import AbstractRandomDesign
from smac.runhistory.runhistory import RunHistory
from smac.scenario import Scenario

from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.engines.search.acquisition import LogExpectedImprovement
from smacwrap.engines.search.feasibility import Feasibility
from smacwrap.engines.search.maximiser import MatrixSearch
from smacwrap.engines.search.observations import Observations, Sample
from smacwrap.engines.search.racing import LongRace
from smacwrap.engines.search.settled import Settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix


class Selector(ConfigSelector):
    """Proposes the initial design, then what the model finds promising, mixed with random ones.

    When every configuration has been proposed, those whose race is not over come again.

    Args:
        scenario: SMAC3's.
        observations: what has been run.
        unseen: what has not.
        feasibility: is taught with the model.
        race: where proposals challenge the incumbent.
        given: how many of the initial design are proposed in any case.
        design_size: with so many runs, made here or elsewhere, the rest of it is left out.
        by_model: whether there is a model; else all configurations are random.
    """

    _model: Surrogate
    _acquisition_function: LogExpectedImprovement
    _acquisition_maximizer: MatrixSearch
    _runhistory: RunHistory
    _random_design: AbstractRandomDesign

    def __init__(
        self,
        scenario: Scenario,
        observations: Observations,
        unseen: Unseen,
        feasibility: Feasibility,
        race: LongRace,
        *,
        given: int,
        design_size: int,
        by_model: bool,
    ) -> None:
        super().__init__(scenario, retrain_after=1)
        self._observations = observations
        self._unseen = unseen
        self._feasibility = feasibility
        self._race = race
        self._given = given
        self._design_size = design_size
        self._by_model = by_model

    def __iter__(self) -> Iterator[Configuration]:
        for place, configuration in enumerate(self._initial_design_configs):
            if place >= self._given and len(self._observations) >= self._design_size:
                break
            if self._unseen.new(configuration.get_array()[None, :])[0]:
                yield configuration
        vectors = self._observations.vectors
        for proposal in itertools.count(1):
            rows = self._propose(proposal)
            yield Settled.all_of(vectors, rows)[0] if len(rows) else self._again()

    def _again(self) -> Settled:
        configuration = self._race.challenge_again()
        if configuration is None:
            raise ConfigurationSpaceExhaustedException
        return configuration

    def _propose(self, proposal: int) -> Matrix:
        sample = self._observations.training()
        costs = sample.costs
        learned = len(costs) > 1 and costs.min() < costs.max()
        if not (self._by_model and learned) or self._random_design.check(proposal):
            return self._unseen.choose()
        self._train(sample)
        best = self._acquisition_maximizer.best(1)
        return best if len(best) else self._unseen.choose()

    def _train(self, sample: Sample) -> None:
        self._model.fit(sample.rows, sample.costs, sample.runs)
        self._feasibility.fit(sample.rows, sample.feasible)
        pending = self._observations.pending
        if len(pending):
            self._model.believe(pending)
        mean, _ = self._model.posterior(sample.rows)
        self._acquisition_function.update(self._model, eta=float(mean.min()))

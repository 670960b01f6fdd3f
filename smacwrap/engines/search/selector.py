"""The config selector: which configuration comes next, from the initial design on."""

from collections.abc import Iterator

from ConfigSpace import Configuration
from smac.main.config_selector import ConfigSelector
from smac.main.exceptions import ConfigurationSpaceExhaustedException
from smac.random_design.abstract_random_design import AbstractRandomDesign
from smac.runhistory.runhistory import RunHistory
from smac.scenario import Scenario

from smacwrap.engines.models.surrogate import Surrogate
from smacwrap.engines.search.acquisition import LogExpectedImprovement
from smacwrap.engines.search.maximiser import MatrixSearch
from smacwrap.engines.search.observations import Observations
from smacwrap.engines.search.settled import Settled
from smacwrap.engines.search.unseen import Unseen
from smacwrap.pcs.vectors import Matrix


class Selector(ConfigSelector):
    """Proposes the initial design, then what the model finds promising, mixed with random ones.

    It ends when every configuration has been proposed.

    Args:
        scenario: SMAC3's.
        observations: what has been run.
        unseen: what has not.
        design_size: with so many runs, made here or elsewhere, the initial design is over.
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
        *,
        design_size: int,
        by_model: bool,
    ) -> None:
        super().__init__(scenario, retrain_after=1)
        self._observations = observations
        self._unseen = unseen
        self._design_size = design_size
        self._by_model = by_model

    def __iter__(self) -> Iterator[Configuration]:
        for configuration in self._initial_design_configs:
            if len(self._observations) >= self._design_size:
                break
            if self._unseen.new(configuration.get_array()[None, :])[0]:
                yield configuration
        proposal = 0
        while True:
            proposal += 1
            rows = self._propose(proposal)
            if not len(rows):
                raise ConfigurationSpaceExhaustedException
            configuration = Settled(self._scenario.configspace, vector=rows[0])
            # ConfigSpace rounds reals: rows that differ may stand for the same configuration.
            if self._runhistory.has_config(configuration):
                self._unseen.meet(rows)
            else:
                yield configuration

    def _propose(self, proposal: int) -> Matrix:
        costs = self._observations.costs
        learned = len(costs) > 1 and costs.min() < costs.max()
        if not (self._by_model and learned) or self._random_design.check(proposal):
            return self._unseen.choose()
        self._train(costs)
        best = self._acquisition_maximizer.best(1)
        return best if len(best) else self._unseen.choose()

    def _train(self, costs: Matrix) -> None:
        rows = self._observations.rows
        self._model.train(rows, costs[:, None])
        pending = self._observations.pending
        if len(pending):
            self._model.believe(pending)
        mean, _ = self._model.posterior(rows)
        self._acquisition_function.update(self._model, eta=float(mean.min()))

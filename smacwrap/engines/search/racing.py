"""SMAC3's intensifier, able to go on from any run history, however long and whoever made it."""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Any

from ConfigSpace import Configuration
from smac.callback.callback import Callback
from smac.intensifier.intensifier import Intensifier
from smac.runhistory import TrialInfo, TrialValue
from smac.runhistory.dataclasses import InstanceSeedBudgetKey
from smac.scenario import Scenario

from smacwrap.engines.search.run_history import LongRunHistory
from smacwrap.engines.search.settled import Settled, settled
from smacwrap.engines.seeds import Seeds


class LongRace(Intensifier):
    """Races challengers against the incumbent, seed by seed, as SMAC v2 does.

    Whenever it is challenged, the incumbent is run on one more seed. A challenger is run on 1, 2,
    4, ... of the incumbent's seeds, chosen by chance, and is out as soon as it is not cheaper on
    those that both were run on (Hutter et al. 2011, "Sequential model-based optimization for
    general algorithm configuration", procedure 2). The incumbent has the most runs, and the
    lowest mean cost of those with as many: no lucky run makes one. While another worker runs a
    challenger that is ahead of it, it waits.

    That follows from the run history, in whatever order it was told. What SMAC3 remembers besides
    is only whom it challenges with now: when an engine is rebuilt, these are the configurations
    that are cheaper than all with as many runs or more.

    Args:
        scenario: SMAC3's.
        seeds: the target algorithm's.
    """

    _runhistory: LongRunHistory | None

    def __init__(self, scenario: Scenario, seeds: Seeds) -> None:
        super().__init__(scenario, max_config_calls=seeds.most)
        self._seeds = seeds

    def reset(self) -> None:
        """Forgets everything."""
        super().reset()
        self._tf_instances = [None]
        self._elsewhere: Mapping[Settled, Collection[int]] = {}
        self._stopped: dict[bytes, set[int]] = {}
        self._second_chances: dict[bytes, int] = {}
        self._challenged: Settled | None = None
        self._is_alone = False  # whether nothing but the incumbent is left to run

    @property
    def incumbent(self) -> Settled | None:
        """The best configuration so far."""
        return settled(self._incumbents[0]) if self._incumbents else None

    def set_elsewhere(self, seeds: Mapping[Settled, Collection[int]]) -> None:
        """Replaces the seeds that others are running, by their configurations."""
        self._elsewhere = seeds

    def stop(self, configuration: Settled, seed: int) -> None:
        """A run was stopped: it is not made again, and its configuration challenges no more."""
        self._history.withdraw(configuration, seed)
        self._stopped.setdefault(configuration.key, set()).add(seed)

    def challenge_again(self) -> Settled | None:
        """Whom to run where nothing is new; None where nothing is left to run.

        That is the configuration with the fewest runs, of these the cheapest, for it may have been
        unlucky; or only the incumbent; or one that others are running, if nothing else is known.
        """
        if self.incumbent is None:
            return next((c for c in self._elsewhere if self._free(c, ())), None)
        running = self._history.get_running_configs()
        seeds = self._history.costs(self.incumbent)
        known = [c for c in self._ranked() if c != self.incumbent]
        known.sort(key=lambda c: len(self._history.costs(c)))
        for configuration in known:
            barred = configuration.key in self._stopped or configuration in running
            if not barred and self._free(configuration, seeds):
                runs = len(self._history.costs(configuration))
                self._second_chances[configuration.key] = runs
                return configuration
        self._is_alone = self.incumbent not in running and bool(self._free(self.incumbent, ()))
        return self.incumbent if self._is_alone else None

    def has_lost(self, configuration: Settled) -> bool:
        """Whether a challenger is not cheaper on the seeds that the incumbent was run on too."""
        if self.incumbent is None or configuration == self.incumbent:
            return False
        if configuration.key in self._stopped:
            return True
        costs, others = (self._history.costs(c) for c in (configuration, self.incumbent))
        if self._second_chances.get(configuration.key) == len(costs):
            return False
        common = [seed for seed in costs if seed in others]
        gains = [(others[seed] - costs[seed]) / len(common) for seed in common]
        return bool(common) and not sum(gains) > 0

    def may_start(self, trial: TrialInfo) -> bool:
        """Whether a trial was not started meanwhile, nor one of its configuration stopped."""
        configuration = settled(trial.config)
        stopped = configuration.key in self._stopped and configuration != self.incumbent
        return not stopped and trial.seed not in self._taken(configuration)

    def get_rejected_configs(self) -> Container[Configuration]:  # type: ignore[override]
        """The configurations that have lost against the incumbent."""
        return _Rejected(self)

    def update_incumbents(self, config: Configuration) -> None:
        """A trial of a configuration has ended: it may be the incumbent now."""
        rank, incumbents = self._history.rank, self._incumbents
        if not incumbents or rank(config) < rank(incumbents[0]):
            self._incumbents = [config]

    def get_callback(self) -> Callback:
        """What SMAC3 tells of trials."""
        return _Follow(self)

    def begin(self) -> None:
        """Before each ask: an incumbent that only fell behind becomes a challenger."""
        if self._challenged is not None and self._challenged != self.incumbent:
            self._queue.append((self._challenged, 1))
        self._challenged = self.incumbent

    def __post_init__(self) -> None:
        # SMAC3 goes through all trials; everything was taken in when it was told.
        pass

    def __iter__(self) -> Iterator[TrialInfo]:
        """The trials to make."""
        # The first of all is a new one: of the first worker the default configuration.
        self._queue.append((next(self.config_generator), 1))
        lowest = float("inf")
        for configuration in self._ranked():
            _, cost = self._history.rank(configuration)
            if cost < lowest:
                self._queue.append((configuration, 1))
                lowest = cost
        yield from super().__iter__()

    def _ranked(self) -> list[Settled]:
        """All configurations that have been run, the incumbent first."""
        ended = [settled(c) for c in self._history.get_configs() if self._history.costs(c)]
        return sorted(ended, key=self._history.rank)

    def _get_next_trials(
        self,
        config: Configuration,
        *,
        N: int | None = None,  # noqa: N803
        from_keys: list[InstanceSeedBudgetKey] | None = None,
        shuffle: bool = True,
    ) -> "_Trials":
        """The trials that make N of a configuration, on seeds among the keys if there are any."""
        configuration = settled(config)
        if from_keys is None and configuration == self.incumbent and self._is_behind():
            return _Trials(self, ())
        seeds = {key.seed for key in from_keys or () if key.seed is not None}
        free = self._free(configuration, seeds)
        if N is not None:
            taken = self._taken(configuration)
            free = free[: max(0, N - len(taken & seeds if seeds else taken))]
        return _Trials(self, [TrialInfo(config, seed=seed) for seed in free])

    def _free(self, configuration: Settled, seeds: Collection[int]) -> list[int]:
        """Those of some seeds that a configuration has not been run on, our own first, by chance.

        If there are none to choose from, the next one of the list.
        """
        taken = self._taken(configuration)
        if seeds:
            free = sorted(seed for seed in seeds if seed not in taken)
            shuffled = [free[i] for i in self._rng.permutation(len(free))]
            return sorted(shuffled, key=self._seeds.is_mine, reverse=True)
        if len(taken) >= self._seeds.most:
            return []
        return [next(seed for seed in self._seeds if seed not in taken)]

    def _is_behind(self) -> bool:
        """Whether others are running a challenger that is ahead of the incumbent.

        It has to catch up with the incumbent's seeds, which must not become more meanwhile: with
        several workers it never would.
        """
        if self._is_alone:
            self._is_alone = False
            return False
        return any(
            self._history.costs(c) and c != self.incumbent and not self.has_lost(c)
            for c in self._elsewhere
        )

    def _taken(self, configuration: Settled) -> set[int]:
        """The seeds that a configuration was run on, or is, here or elsewhere."""
        running = self._history.get_running_trials(configuration)
        return set(self._history.costs(configuration)).union(
            (trial.seed for trial in running if trial.seed is not None),
            self._elsewhere.get(configuration, ()),
            self._stopped.get(configuration.key, ()),
        )

    @property
    def _history(self) -> LongRunHistory:
        assert self._runhistory is not None
        return self._runhistory


class _Rejected(Container[Settled]):
    def __init__(self, race: LongRace) -> None:
        self._race = race

    def __contains__(self, configuration: object) -> bool:
        return isinstance(configuration, Settled) and self._race.has_lost(configuration)


class _Trials(list[TrialInfo]):
    """Trials that SMAC3 makes one after the other, without those that others were quicker to."""

    def __init__(self, race: LongRace, trials: Iterable[TrialInfo]) -> None:
        super().__init__(trials)
        self._race = race

    def __iter__(self) -> Iterator[TrialInfo]:
        return (trial for trial in super().__iter__() if self._race.may_start(trial))


class _Follow(Callback):
    """Keeps a race up to date."""

    def __init__(self, race: LongRace) -> None:
        super().__init__()
        self._race = race

    def on_ask_start(self, smbo: Any) -> None:
        self._race.begin()

    def on_tell_end(self, smbo: Any, info: TrialInfo, value: TrialValue) -> None:
        self._race.update_incumbents(info.config)

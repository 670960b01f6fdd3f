"""SMAC3's run history without what takes longer with every run."""

from collections.abc import Mapping
from typing import Any

from ConfigSpace import Configuration
from smac.runhistory.dataclasses import TrialInfo, TrialKey, TrialValue
from smac.runhistory.enumerations import StatusType
from smac.runhistory.runhistory import RunHistory


class LongRunHistory(RunHistory):
    """A run history of one objective on several seeds, kept in memory only.

    SMAC3's looks at all runs for each new one, to know the range of each of several objectives,
    and at all those of its configuration; and it spells the configuration out to see whether it
    could be saved as JSON.
    """

    def reset(self) -> None:
        """Forgets everything."""
        super().reset()
        self._costs: dict[int, dict[int, float]] = {}
        self._means: dict[int, float] = {}

    def add(  # type: ignore[override]
        self,
        config: Configuration,
        cost: float,
        time: float = 0.0,
        cpu_time: float = 0.0,
        status: StatusType = StatusType.SUCCESS,
        instance: str | None = None,
        seed: int = -1,
        budget: float | None = None,
        starttime: float = 0.0,
        endtime: float = 0.0,
        additional_info: dict[str, Any] | None = None,
        force_update: bool = False,
    ) -> None:
        """Adds a trial that has started, or one that has ended: each of them once."""
        number = self._config_ids.get(config)
        if number is None:
            number = self._n_id = self._n_id + 1
            self._config_ids[config] = number
            self._ids_config[number] = config
        config.config_id = number
        trial = TrialInfo(self._ids_config[number], seed=seed)
        if trial in self._running_trials:
            self._running_trials.remove(trial)
        else:
            self._submitted += 1
        self._data[TrialKey(number, seed=seed)] = TrialValue(
            cost, time, cpu_time, status, starttime, endtime, additional_info or {}
        )
        if status == StatusType.RUNNING:
            self._running_trials.append(trial)
        else:
            self._finished += 1
            costs = self._costs.setdefault(number, {})
            costs[seed] = cost
            # Large costs are never added up.
            mean = self._means.get(number, 0.0)
            self._means[number] = mean + (cost - mean) / len(costs)
        self._running = len(self._running_trials)

    def withdraw(self, config: Configuration, seed: int) -> None:
        """Takes back a trial that has started, if there is one: it was stopped."""
        trial = TrialInfo(config, seed=seed)
        if trial in self._running_trials:
            self._running_trials.remove(trial)
            del self._data[TrialKey(self._config_ids[config], seed=seed)]
            self._running -= 1
            self._submitted -= 1

    def costs(self, config: Configuration) -> Mapping[int, float]:
        """What each trial of a configuration that has ended cost, by its seed."""
        return self._costs.get(self._config_ids.get(config, 0), {})

    def rank(self, config: Configuration) -> tuple[int, float]:
        """Sorts configurations: those with the most trials first, of these the cheapest first."""
        number = self._config_ids[config]
        return -len(self._costs[number]), self._means[number]

    def get_trials(
        self, config: Configuration, highest_observed_budget_only: bool = True
    ) -> list[TrialInfo]:
        """The trials of a configuration that have ended."""
        return [TrialInfo(config, seed=seed) for seed in self.costs(config)]

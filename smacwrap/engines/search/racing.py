"""SMAC3's run history and intensifier without what takes longer with every run."""

from collections.abc import Iterator, Sequence
from typing import Any, overload

from ConfigSpace import Configuration
from smac.intensifier.intensifier import Intensifier
from smac.runhistory.runhistory import RunHistory


class LongRunHistory(RunHistory):
    """A run history for one objective, kept in memory only.

    SMAC3's looks at all runs for each new one, to know the range of each of several objectives,
    and tries out for each whether it could be saved as JSON.
    """

    def _update_objective_bounds(self) -> None:
        pass

    def _check_json_serializable(self, *args: Any) -> None:
        pass


class _Rejected(Sequence[Configuration]):
    """The rejected configurations as a list that finds its members by their id."""

    def __init__(self, history: RunHistory, ids: dict[int, None]) -> None:
        self._history = history
        self._ids = ids

    def __contains__(self, configuration: object) -> bool:
        assert isinstance(configuration, Configuration)
        return self._history.config_ids.get(configuration) in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Configuration]:
        return (self._history.get_config(i) for i in self._ids)

    @overload
    def __getitem__(self, index: int) -> Configuration: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Configuration]: ...

    def __getitem__(self, index: int | slice) -> Configuration | Sequence[Configuration]:
        return list(self)[index]


class LongRace(Intensifier):
    """SMAC3's intensifier, which compares a configuration with all rejected ones, one by one."""

    def reset(self) -> None:
        """Forgets everything."""
        super().reset()
        self._rejected: dict[int, None] = {}

    def get_rejected_configs(self) -> Sequence[Configuration]:  # type: ignore[override]
        """The configurations that lost against the incumbent."""
        return _Rejected(self.runhistory, self._rejected)

    def _add_rejected_config(self, config: Configuration | int) -> None:
        self._rejected[self._id(config)] = None

    def _remove_rejected_config(self, config: Configuration | int) -> None:
        self._rejected.pop(self._id(config), None)

    def _id(self, config: Configuration | int) -> int:
        if isinstance(config, Configuration):
            return int(self.runhistory.get_config_id(config))
        return config

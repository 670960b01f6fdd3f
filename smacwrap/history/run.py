"""A run: one call of the target algorithm and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from smacwrap.protocol import NO_CUTOFF, NO_INSTANCE, Result


def details_of(additional: str) -> dict[str, Any]:
    """What of `Run.details` additional run data says: `name=value` parts with semicolons.

    `zip` and `reason` are what our wrapper calls them; everything else is a metric.
    """
    pairs = (part.partition("=") for part in additional.split(";"))
    data = {name.strip(): value.strip() for name, equals, value in pairs if equals}
    details: dict[str, Any] = {n: data.pop(n) for n in ("zip", "reason") if n in data}
    return details | {"metrics": data}


@dataclass(frozen=True)
class Run:
    """One completed run.

    `settings` gives every parameter's value as text, `active` the names of those that counted;
    times are in seconds, `seed` is -1 where the target algorithm is deterministic. `details`
    is what SMAC v2 has no field for, as values of JSON: `metrics`, `start`, `end` (ISO 8601),
    `host`, `zip`, `worker`, `number` (the run's place in its worker's file, from 1).
    """

    settings: Mapping[str, str]
    active: tuple[str, ...]
    result: Result
    wallclock_time: float
    instance: str = NO_INSTANCE
    seed: int = -1
    cutoff: float = NO_CUTOFF
    is_default: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def configuration(self) -> dict[str, str]:
        """The active parameters' values, sorted by name."""
        return {name: self.settings[name] for name in sorted(self.active)}

    @property
    def configuration_key(self) -> tuple[tuple[str, str], ...]:
        """What two runs of the same configuration have in common."""
        return tuple(self.configuration.items())

    @property
    def key(self) -> tuple[object, ...]:
        """What two runs of the same configuration, instance and seed have in common."""
        return (self.configuration_key, self.instance, self.seed)


def with_number(run: Run, number: int) -> Run:
    """The run with its place in its worker's file, and details where SMAC v2 wrote none."""
    found = run.details or details_of(run.result.additional)
    return replace(run, details={"number": number, **found})

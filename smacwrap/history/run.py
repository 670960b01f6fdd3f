"""A run: one call of the target algorithm and what came of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from smacwrap.protocol import NO_CUTOFF, NO_INSTANCE, Result
from smacwrap.protocol.additional import (
    INPUTS,
    REASON,
    VOID,
    WARNINGS,
    ZIP,
    parse_additional,
    split_warnings,
)

_JAVA = re.compile(r"-?\d\.\d+E-?\d+")


def details_of(additional: str) -> dict[str, Any]:
    """What of `Run.details` additional run data says: what has no name of ours is a metric."""
    data = parse_additional(additional)
    details: dict[str, Any] = {n: data.pop(n) for n in (INPUTS, ZIP, REASON, VOID) if n in data}
    if warnings := split_warnings(data.pop(WARNINGS, "")):
        details[WARNINGS] = warnings
    return details | {"metrics": data}


def configuration_key(configuration: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What two texts of the same configuration have in common: SMAC v2 writes 0.0001 as 1.0E-4."""
    return tuple(
        (name, repr(float(value)) if "E" in value and _JAVA.fullmatch(value) else value)
        for name, value in configuration.items()
    )


def run_key(configuration: Mapping[str, str], instance: str, seed: int) -> tuple[object, ...]:
    """What two runs of the same configuration, instance and seed have in common."""
    return (configuration_key(configuration), instance, seed)


@dataclass(frozen=True)
class Run:
    """One completed run.

    `settings` gives every parameter's value as text, `active` the names of those that counted;
    times are in seconds, `seed` is -1 where the target algorithm is deterministic. `details`
    is what SMAC v2 has no field for, as values of JSON: `metrics`, `start`, `end` (ISO 8601),
    `host`, `zip`, `inputs`, `worker`, `number` (the run's among those
    of its worker, from 1), `warnings` (a list of texts).
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

    @cached_property
    def configuration_key(self) -> tuple[tuple[str, str], ...]:
        """What two runs of the same configuration have in common."""
        return configuration_key(self.configuration)

    @cached_property
    def key(self) -> tuple[object, ...]:
        """As `run_key`."""
        return (self.configuration_key, self.instance, self.seed)


def with_number(run: Run, number: int) -> Run:
    """The run with its number, and details where SMAC v2 wrote none."""
    if run.details.get("number") == number:
        return run
    found = run.details or details_of(run.result.additional)
    return replace(run, details={**found, "number": number})

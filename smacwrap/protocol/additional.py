"""Additional run data: what a result line says beyond SMAC's fields, as `name=value;name=value`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

REASON = "reason"
"""Why a run has the status that it has, for people."""

ZIP = "zip"
"""The file name of the run's bundle."""

INPUTS = "inputs"
"""A hash of what the run's inputs held; `inputs-<hash>.json` beside the bundle lists them."""

WARNINGS = "warnings"
"""What a person should know of a run whose result stands; see `join_warnings`."""

_BETWEEN_WARNINGS = " | "

VOID = "void"
"""Says that the run is no result, and why: INTERRUPTED or ENVIRONMENT.

SMAC v2 needs a result line whatever happened, so such a run is answered as CRASHED; who knows this
name records nothing, and makes the run again.
"""

INTERRUPTED = "interrupted"
"""`VOID`: a stop signal ended the run."""

ENVIRONMENT = "environment"
"""`VOID`: the run failed for no fault of its configuration: packing, starting, a dying node."""


def format_additional(data: Mapping[str, str], told: str = "") -> str:
    """The additional run data behind what the target itself told; semicolons become blanks."""
    parts = [f"{name}={value.replace(';', ' ')}" for name, value in data.items()]
    return ";".join([*([told] if told else []), *parts])


def join_warnings(warnings: Iterable[str]) -> str:
    """The value of `WARNINGS`."""
    return _BETWEEN_WARNINGS.join(warning.replace("|", "/") for warning in warnings)


def split_warnings(text: str) -> list[str]:
    """The warnings in a value of `WARNINGS`."""
    return [warning for part in text.split("|") if (warning := part.strip())]


def parse_additional(text: str) -> dict[str, str]:
    """The values by name; text that has no name is left out."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}

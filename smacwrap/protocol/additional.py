"""Additional run data: what a result line says beyond SMAC's fields, as `name=value;name=value`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

REASON = "reason"
"""Why a run has the status that it has, for people."""

ZIP = "zip"
"""The file name of the run's bundle."""

INPUTS = "inputs"
"""A hash of what the run's inputs held; `inputs-<hash>.json` beside the bundle lists them."""

WARNING = "warning"
"""What a person should know of a run whose result stands."""

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


def parse_additional(text: str) -> dict[str, str]:
    """The values by name; text that has no name is left out."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip(): value.strip() for name, equals, value in pairs if equals}

"""A scenario as plain data for JSON: what a study keeps of it needs no file any more."""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, get_type_hints

from smacwrap.scenario.instances import Instance
from smacwrap.scenario.options import find_option
from smacwrap.scenario.reader import Setting
from smacwrap.scenario.scenario import Scenario


def scenario_to_plain(scenario: Scenario) -> dict[str, Any]:
    """Every field of the scenario; `scenario_from_plain` makes it again, and reads no file.

    Of a setting it keeps the name and the text, not the place.
    """
    return {field.name: _plain(getattr(scenario, field.name)) for field in fields(Scenario)}


def scenario_from_plain(data: Mapping[str, Any]) -> Scenario:
    """The scenario that was made to data.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it lacks a field, or is no such data.
    """
    hints = get_type_hints(Scenario)
    return Scenario(**{name: _typed(hint, data[name]) for name, hint in hints.items()})


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)  # JSON has no infinity
    if isinstance(value, Setting):
        return [value.name, value.text]
    if isinstance(value, Instance):
        return asdict(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _typed(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    if hint in (Path, Path | None):
        return Path(value)
    if hint is float:
        return float(value)
    if hint == tuple[str, ...]:
        return tuple(value)
    if hint == tuple[Instance, ...]:
        return tuple(Instance(**{**each, "seeds": tuple(each["seeds"])}) for each in value)
    if hint == Mapping[str, Setting]:
        return {option: _setting(*each) for option, each in value.items()}
    if hint == Mapping[str, tuple[float, ...]] | None:
        return {name: tuple(map(float, numbers)) for name, numbers in value.items()}
    return value


def _setting(name: str, text: str) -> Setting:
    option = find_option(name)
    if option is None:
        raise ValueError(f"unknown option {name!r}")
    return Setting(option, name, text)

"""Configurations as texts: the wire form, in which SMAC v2 writes them on command lines."""

import math
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from ConfigSpace import (
    Configuration,
    ConfigurationSpace,
    Constant,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)

from smacwrap.errors import UserError, did_you_mean
from smacwrap.pcs.configuration import PcsConfiguration
from smacwrap.pcs.entries import Parameter, texts, to_entry
from smacwrap.pcs.lines import NUMBER

_NUMBER = re.compile(NUMBER)

_UNIT_ROUNDING = 1e-12
"""Reals that went through the unit interval may leave their range by a last digit."""


def to_text(configuration: Configuration) -> dict[str, str]:
    """The active parameters, sorted by name: `{"lr": "0.25", "n": "32", "opt": "adam"}`."""
    space = configuration.config_space
    return {name: _write(space[name], configuration[name]) for name in sorted(configuration)}


def all_to_text(configuration: Configuration) -> dict[str, str]:
    """All parameters, sorted by name; inactive ones have their default."""
    space = configuration.config_space
    return {
        name: _write(space[name], configuration.get(name, space[name].default_value))
        for name in sorted(space)
    }


def _write(parameter: Parameter, value: Any) -> str:
    return repr(float(value)) if isinstance(parameter, UniformFloatHyperparameter) else str(value)


def default_texts(pcs_text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The default configuration of a PCS text: all parameters' values, and the active ones' names.

    Raises:
        UserError: the text is no legal PCS file.
    """
    from smacwrap.pcs.reader import parse_pcs

    default = parse_pcs(pcs_text).get_default_configuration()
    return all_to_text(default), tuple(sorted(default))


def from_words(space: ConfigurationSpace, text: str) -> Configuration:
    """The configuration of a text such as `-lr 0.01 -opt 'adam'`; the rest are the defaults.

    Raises:
        UserError: these are no pairs of `-name value`, or as in `from_text`.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError(f"{str(error).lower()} in '{text}'") from None
    if len(words) % 2 or any(len(word) < 2 or word[0] != "-" for word in words[::2]):
        raise UserError(f"expected '-name value …', found '{text}'")
    given = {name[1:]: value for name, value in zip(words[::2], words[1::2], strict=True)}
    return from_text(space, {**all_to_text(space.get_default_configuration()), **given})


def from_text(space: ConfigurationSpace, settings: Mapping[str, str]) -> Configuration:
    """The configuration whose active parameters have these values.

    Settings of parameters that are inactive under the others are ignored: SMAC v2 lists them.

    Args:
        space: as `read_pcs` returns it.
        settings: texts by parameter name, as `to_text` writes them.

    Raises:
        UserError: a name is unknown, a value outside its domain, an active parameter missing,
            or the configuration forbidden.
    """
    return from_values(space, _values(space, settings))


def from_record(space: ConfigurationSpace, settings: Mapping[str, str]) -> Configuration:
    """As `from_text`, of a configuration that has been run: forbidden clauses are not looked at.

    SMAC v2 gives inactive parameters values too, and judges clauses by these; for us they have
    their defaults. What it ran is a fact, whatever our reading of it.

    Raises:
        UserError: a name is unknown, a value outside its domain, or an active parameter missing.
    """
    return _configuration(space, _values(space, settings))


def _values(space: ConfigurationSpace, settings: Mapping[str, str]) -> dict[str, Any]:
    """The values of the active parameters.

    Raises:
        UserError: as `from_record` does.
    """
    problems = [
        f"unknown parameter '{name}'{did_you_mean(name, space)}"
        for name in settings
        if name not in space
    ]
    values: dict[str, Any] = {}
    # A space lists parents before their children.
    for name, parameter in space.items():
        if not all(c.satisfied_by_value(values) for c in space.parent_conditions_of[name]):
            continue
        text = settings.get(name)
        if text is None:
            problems.append(f"parameter '{name}' is active, but has no value")
            continue
        value = _read(parameter, text)
        if value is None:
            problems.append(f"'{text}' is not in the domain of {_domain(parameter)}")
            continue
        values[name] = value
    if problems:
        raise UserError(*problems)
    return values


def _configuration(space: ConfigurationSpace, values: dict[str, Any]) -> Configuration:
    entries = [
        to_entry(parameter, values[name]) if name in values else math.nan
        for name, parameter in space.items()
    ]
    return PcsConfiguration(space, np.array(entries), values)


def from_values(space: ConfigurationSpace, values: dict[str, Any]) -> Configuration:
    """The configuration whose active parameters have these values of their domains.

    Raises:
        UserError: it is forbidden.
    """
    for clause in space.forbidden_clauses:
        if clause.is_forbidden_value(values):
            raise UserError(f"the configuration is forbidden by {clause!r}")
    return _configuration(space, values)


def default_values(space: ConfigurationSpace) -> dict[str, Any]:
    """The defaults of the parameters that are active if all of these have their defaults."""
    values: dict[str, Any] = {}
    # A space lists parents before their children.
    for name, parameter in space.items():
        if all(c.satisfied_by_value(values) for c in space.parent_conditions_of[name]):
            values[name] = parameter.default_value
    return values


def _read(parameter: Parameter, text: str) -> str | float | None:
    names = texts(parameter)
    if names is not None:
        return names[names.index(text)] if text in names else None
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if isinstance(parameter, UniformFloatHyperparameter):
        low, high = parameter.lower, parameter.upper
        slack = _UNIT_ROUNDING * max(abs(low), abs(high))
        return min(max(number, low), high) if low - slack <= number <= high + slack else None
    if isinstance(parameter, UniformIntegerHyperparameter):
        inside = parameter.lower <= number <= parameter.upper and number == int(number)
        return int(number) if inside else None
    assert isinstance(parameter, Constant)
    return parameter.value if number == parameter.value else None


def read_column(parameter: Parameter, column: Sequence[str | None]) -> npt.NDArray[np.float64]:
    """The vector entries of many texts; NaN where there is none, or hardly one of the domain."""
    names = texts(parameter)
    if names is not None:
        places = {name: float(place) for place, name in enumerate(names)}
        return np.array([math.nan if t is None else places.get(t, math.nan) for t in column])
    numbers = np.array([float(t) if t and _NUMBER.fullmatch(t) else math.nan for t in column])
    if not isinstance(parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter):
        assert isinstance(parameter, Constant)
        return np.where(numbers == float(parameter.value), 1.0, math.nan)
    low, high = float(parameter.lower), float(parameter.upper)
    numbers[~((low <= numbers) & (numbers <= high))] = math.nan
    if isinstance(parameter, UniformIntegerHyperparameter):
        numbers[numbers != np.rint(numbers)] = math.nan
    if parameter.log:
        numbers, low, high = np.log(numbers), math.log(low), math.log(high)
    return np.asarray((numbers - low) / (high - low))


def _domain(parameter: Parameter) -> str:
    names = texts(parameter)
    if names is not None:
        return f"'{parameter.name}', {{{', '.join(names)}}}"
    if isinstance(parameter, Constant):
        return f"'{parameter.name}', {{{parameter.value}}}"
    assert isinstance(parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter)
    kind = "real" if isinstance(parameter, UniformFloatHyperparameter) else "integer"
    return f"'{parameter.name}', {kind} [{parameter.lower}, {parameter.upper}]"

"""ConfigSpace's hyperparameters and their values, as a PCS file writes them."""

import contextlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from ConfigSpace import (
    BetaFloatHyperparameter,
    BetaIntegerHyperparameter,
    CategoricalHyperparameter,
    Constant,
    NormalFloatHyperparameter,
    NormalIntegerHyperparameter,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.hyperparameters import Hyperparameter
from ConfigSpace.hyperparameters.hp_components import ROUND_PLACES
from ConfigSpace.read_and_write.dictionary import HYPERPARAMETER_DECODERS

from smacwrap.pcs import numbers as make
from smacwrap.pcs.entries import plain
from smacwrap.pcs.model import Parameter, Real
from smacwrap.pcs.parameters import MOST_CHARACTERS

Hyper = Hyperparameter[Any, Any]

_REALS = (UniformFloatHyperparameter, NormalFloatHyperparameter, BetaFloatHyperparameter)
_INTEGERS = (UniformIntegerHyperparameter, NormalIntegerHyperparameter, BetaIntegerHyperparameter)

_MOST_LEVELS = 5_000

_CLOSE = 1e-9

_WORD = re.compile(r"[!-~]+")
_SYNTAX = re.compile(r"[,#={}\[\]|&]")
_SYNTAX_OF_NAMES = re.compile(r"[,#={}\[\]|&<>!]")


class UnsaidError(Exception):
    """The other format cannot say it, for this reason."""


def parameter_line(parameter: Hyper) -> str:
    """The parameter in the newer syntax.

    Raises:
        UnsaidError: the name or a value has characters that a PCS file cannot hold.
    """
    name = _word(parameter.name, _SYNTAX_OF_NAMES, "the name")
    values = listed_values(parameter)
    if values is not None:
        kind = "ordinal" if isinstance(parameter, OrdinalHyperparameter) else "categorical"
        written = Counter(map(_written, values))
        twice = [text for text, count in written.items() if count > 1]
        if twice:
            raise UnsaidError(f"two of its values are both written {min(twice)}")
        default = value_text(parameter, parameter.default_value)
        return f"{name} {kind} {{{', '.join(written)}}} [{default}]"
    default = _number(parameter.default_value)
    if isinstance(parameter, Constant):
        return f"{name} integer [{default}, {default}] [{default}]"
    assert isinstance(parameter, _REALS + _INTEGERS)
    kind = "real" if isinstance(parameter, _REALS) else "integer"
    log = " log" if parameter.log else ""
    bounds = f"[{_number(parameter.lower)}, {_number(parameter.upper)}]"
    return f"{name} {kind} {bounds} [{default}]{log}"


def listed_values(parameter: Hyper) -> Sequence[Any] | None:
    """The values of a parameter that a PCS file lists; None for one between two bounds."""
    if isinstance(parameter, CategoricalHyperparameter):
        return parameter.choices
    if isinstance(parameter, OrdinalHyperparameter):
        return parameter.sequence
    if isinstance(parameter, Constant) and not _is_whole(parameter.value):
        return (parameter.value,)
    return None


def value_text(parameter: Hyper, value: Any) -> str:
    """A value of the parameter as a PCS file writes it.

    Raises:
        UnsaidError: a PCS file cannot hold it.
    """
    values = listed_values(parameter)
    if values is None:
        return _number(value)
    # The one that is listed: 1.0 may stand for 1.
    place = 0 if isinstance(parameter, Constant) else int(parameter.to_vector(value))
    return _written(values[place])


def check_values(item: Mapping[str, Any]) -> None:
    """Refuses values of a serialised hyperparameter with which ConfigSpace takes too long.

    Raises:
        UnsaidError: an ordinal has very many, or one is very long, or a list, which a PCS file
            cannot hold.
    """
    values = item.get("sequence", item.get("choices"))
    if not isinstance(values, list):
        return
    if "sequence" in item and len(values) > _MOST_LEVELS:
        raise UnsaidError(f"it has {len(values):,} values, at most {_MOST_LEVELS:,} are read")
    longest = max((len(value) for value in values if isinstance(value, str)), default=0)
    if len(values) * longest > MOST_CHARACTERS:
        raise UnsaidError(f"it has {len(values):,} values of up to {longest:,} characters")
    for value in values:
        if isinstance(value, list | dict):
            _written(value)


def decode_real(fields: dict[str, Any], *others: Any) -> Hyper:
    """A real of its serialised fields, where ConfigSpace would make 0 of 1e-14.

    Raises:
        ValueError: they are none of a real; as do others, from ConfigSpace.
    """
    low, high, default = (_float(fields.get(name)) for name in ("lower", "upper", "default_value"))
    log = bool(fields.get("log"))
    if low < high and low <= default <= high and (low > 0 or not log):
        return make.real(fields["name"], low, high, default, log=log)
    decode = HYPERPARAMETER_DECODERS["uniform_float"]
    parameter: Hyper = decode(fields, *others)
    return parameter


def unrounded(parameter: Hyper, item: Mapping[str, Any]) -> Hyper:
    """The parameter with its bounds and default as they are written: ConfigSpace rounds reals."""
    if isinstance(parameter, _REALS):
        for name in ("lower", "upper", "default_value"):
            written = _float(item.get(name))
            if math.isclose(written, getattr(parameter, name), rel_tol=_CLOSE):
                setattr(parameter, name, written)
    return parameter


def _float(value: Any) -> float:
    """A number of JSON; NaN for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    with contextlib.suppress(OverflowError):
        return float(value)
    return math.nan


def lost_by_rounding(parameter: Parameter) -> float | None:
    """A bound or default of which ConfigSpace, which keeps 13 decimals, makes another number."""
    if not isinstance(parameter, Real):
        return None
    numbers = (parameter.lower, parameter.upper, parameter.default_value)
    kept = (float(np.round(number, ROUND_PLACES)) for number in numbers)
    pairs = zip(numbers, kept, strict=True)
    return next((n for n, k in pairs if not math.isclose(n, k, rel_tol=_CLOSE)), None)


def _written(value: Any) -> str:
    if value is None or isinstance(value, str | bool | int | float):
        return _word(str(value), _SYNTAX, "the value")
    raise UnsaidError(f"the value {value!r} is neither a text nor a number")


def what_is_dropped(item: Mapping[str, Any]) -> Iterator[str]:
    """What of a serialised hyperparameter a PCS file has no place for, a sentence each."""
    name, kind = item.get("name"), str(item.get("type"))
    if item.get("q") is not None:
        yield f"'{name}': its quantisation, q={item['q']}, is dropped"
    weights = item.get("weights") or item.get("probabilities")
    if isinstance(weights, list) and any(weight != weights[0] for weight in weights):
        yield f"'{name}': the weights of its values are dropped"
    if kind.startswith(("normal", "beta")):
        yield f"'{name}': its {kind.split('_')[0]} distribution becomes a uniform one"
    if item.get("meta"):
        yield f"'{name}': its meta data are dropped"


def _word(text: str, syntax: re.Pattern[str], what: str) -> str:
    if not _WORD.fullmatch(text):
        raise UnsaidError(f"{what} {text!r} is not an ASCII word without blanks")
    odd = syntax.search(text)
    if odd:
        raise UnsaidError(f"{what} {text!r} holds '{odd[0]}', which is syntax in a PCS file")
    return text


def _number(value: Any) -> str:
    try:
        return plain(float(value))
    except (OverflowError, TypeError, ValueError):
        raise UnsaidError(f"{value!r} is not a finite number") from None


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

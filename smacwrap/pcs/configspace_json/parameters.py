"""ConfigSpace's hyperparameters and their values, as a PCS file writes them."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

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

from smacwrap.pcs.parameters import MOST_CHARACTERS
from smacwrap.pcs.units import Parameter, plain

_REALS = (UniformFloatHyperparameter, NormalFloatHyperparameter, BetaFloatHyperparameter)
_INTEGERS = (UniformIntegerHyperparameter, NormalIntegerHyperparameter, BetaIntegerHyperparameter)

_MOST_LEVELS = 5_000

_WORD = re.compile(r"[!-~]+")
_SYNTAX = re.compile(r"[,#={}\[\]|&]")
_SYNTAX_OF_NAMES = re.compile(r"[,#={}\[\]|&<>!]")


class UnsaidError(Exception):
    """The other format cannot say it, for this reason."""


def parameter_line(parameter: Parameter) -> str:
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


def listed_values(parameter: Parameter) -> Sequence[Any] | None:
    """The values of a parameter that a PCS file lists; None for one between two bounds."""
    if isinstance(parameter, CategoricalHyperparameter):
        return parameter.choices
    if isinstance(parameter, OrdinalHyperparameter):
        return parameter.sequence
    if isinstance(parameter, Constant) and not _is_whole(parameter.value):
        return (parameter.value,)
    return None


def value_text(parameter: Parameter, value: Any) -> str:
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

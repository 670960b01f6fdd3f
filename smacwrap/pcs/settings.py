"""Texts of a configuration, as call strings and run histories have them, read as values."""

import re
import shlex
from collections.abc import Mapping

from smacwrap.errors import UserError, did_you_mean
from smacwrap.pcs.entries import texts
from smacwrap.pcs.lines import NUMBER
from smacwrap.pcs.model import Constant, Integer, Listed, Number, Parameter, Real
from smacwrap.pcs.tree import Tree

Values = dict[str, str | float]
"""The values of the active parameters, by name."""

_NUMBER = re.compile(NUMBER)

_UNIT_ROUNDING = 1e-12
"""Reals that went through the unit interval may leave their range by a last digit."""


def settings_of_words(tree: Tree, text: str) -> dict[str, str]:
    """The settings of a text such as `-lr 0.01 -opt 'adam'`; the rest are the defaults.

    Raises:
        UserError: these are no pairs of `-name value`.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UserError(f"{str(error).lower()} in '{text}'") from None
    if len(words) % 2 or any(len(word) < 2 or word[0] != "-" for word in words[::2]):
        raise UserError(f"expected '-name value …', found '{text}'")
    given = {name[1:]: value for name, value in zip(words[::2], words[1::2], strict=True)}
    return {**tree.default_texts().settings, **given}


def active_values(tree: Tree, settings: Mapping[str, str]) -> Values:
    """The values of the active parameters; forbidden clauses are not looked at.

    Settings of parameters that are inactive under the others are ignored: SMAC v2 lists them.

    Args:
        tree: the parameters.
        settings: texts by parameter name.

    Raises:
        UserError: a name is unknown, a value outside its domain, or an active parameter missing.
    """
    problems = [
        f"unknown parameter '{name}'{did_you_mean(name, tree)}"
        for name in settings
        if name not in tree
    ]
    values: Values = {}
    # Parents come before their children.
    for name, parameter in tree.items():
        condition = tree.condition_of.get(name)
        if condition is not None and not condition.holds(values):
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


def values_of_words(tree: Tree, text: str) -> Values:
    """The values of the active parameters of a text such as `-lr 0.01`, as `settings_of_words`.

    Raises:
        UserError: as in `settings_of_words` and `active_values`, or they are forbidden.
    """
    values = active_values(tree, settings_of_words(tree, text))
    check_allowed(tree, values)
    return values


def check_allowed(tree: Tree, values: Mapping[str, str | float]) -> None:
    """Complains of a configuration, its active parameters' values, that is forbidden.

    Raises:
        UserError: it is.
    """
    for clause in tree.clauses:
        if clause.forbids_values(values):
            raise UserError(f"the configuration is forbidden by {clause!r}")


def _read(parameter: Parameter, text: str) -> str | float | None:
    if isinstance(parameter, Listed):
        return text if text in parameter.places else None
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if isinstance(parameter, Real):
        low, high = parameter.lower, parameter.upper
        slack = _UNIT_ROUNDING * max(abs(low), abs(high))
        return min(max(number, low), high) if low - slack <= number <= high + slack else None
    if isinstance(parameter, Integer):
        inside = parameter.lower <= number <= parameter.upper and number == int(number)
        return int(number) if inside else None
    assert isinstance(parameter, Constant)
    return parameter.value if number == parameter.value else None


def _domain(parameter: Parameter) -> str:
    names = texts(parameter)
    if names is not None:
        return f"'{parameter.name}', {{{', '.join(names)}}}"
    if isinstance(parameter, Constant):
        return f"'{parameter.name}', {{{parameter.value}}}"
    assert isinstance(parameter, Number)
    kind = "real" if isinstance(parameter, Real) else "integer"
    return f"'{parameter.name}', {kind} [{parameter.lower}, {parameter.upper}]"

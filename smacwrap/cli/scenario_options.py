"""Scenario options on the command line: `--name value` or `--name=value`, any option or alias."""

from collections.abc import Iterable, Sequence

from smacwrap.errors import UserError, did_you_mean

SCENARIO_OPTIONS = {"ignore_unknown_options": True}
"""Click's context settings for a command that takes scenario options."""

_FLAGS = frozenset({"--detach", "--overwrite", "--resume"})


def parse_overrides(words: Sequence[str], own_options: Iterable[str]) -> list[tuple[str, str]]:
    """The scenario options among a command's remaining words: pairs of name and value.

    Args:
        words: what is left of the command line.
        own_options: the command's own options, for suggestions.

    Raises:
        UserError: a word that is no option, an option without a value, or unknown.
    """
    from smacwrap.scenario import find_option

    overrides: list[tuple[str, str]] = []
    rest = list(words)
    while rest:
        name, equals, value = rest.pop(0).partition("=")
        if not name.startswith("--"):
            raise UserError(f"unexpected word '{name}' (scenario options are --name value)")
        if find_option(name[2:]) is None:
            value = value or next(iter(rest), "")
            raise UserError(f"unknown option '{name}'{_hint(name, value, list(own_options))}")
        if not equals:
            if not rest:
                raise UserError(f"option '{name}' has no value")
            value = rest.pop(0)
        overrides.append((name[2:], value))
    return overrides


def _hint(name: str, value: str, own_options: Sequence[str]) -> str:
    """What to write instead: what people call an option elsewhere, or one that is spelled alike."""
    from smacwrap.scenario import OPTIONS, find_option
    from smacwrap.scenario.options import MEANT, fold_name

    meant = MEANT.get(fold_name(name[2:]), "")
    if (theirs := f"--{meant}") in own_options or find_option(meant):
        takes_value = theirs not in _FLAGS and value and not value.startswith("--")
        return f" … did you mean '{theirs}{f' {value}' if takes_value else ''}'?"
    known = [f"--{alias}" for option in OPTIONS for alias in option.names]
    return did_you_mean(name, [*own_options, *known])

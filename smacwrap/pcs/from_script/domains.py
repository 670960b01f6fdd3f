"""The domain of an option: the choices that it states, or a guess by its type and default."""

import math
import re
from typing import Any

from smacwrap.pcs.entries import plain
from smacwrap.pcs.from_script.guesses import (
    MADE_UP,
    Guess,
    NoGuessError,
    guess_integer,
    guess_real,
)
from smacwrap.pcs.from_script.options import UNKNOWN, Option
from smacwrap.pcs.from_script.tunable import is_switch, plain_name

_WORD = re.compile(r"[^\s,#{}\[\]|&=<>]+")
"""What is safe as a name or value in all lines of a PCS file."""

_MOST_CHOICES = 1000

_RANGE = re.compile(r"(\w+) \[(.+), (.+)\] \[(.+)\]( log)?$")
_MANY_TIMES = 10  # a range of which a log scale is good for


def domain_of(option: Option) -> Guess:
    """The domain of an option that may be tuned.

    Raises:
        NoGuessError: there is no sensible one, or a PCS file cannot hold it.
    """
    if is_switch(option):
        return _of_switch(option)
    return _of_choices(option) if option.choices is not None else _of_type(option)


def check_word(text: str, what: str) -> None:
    """Raise NoGuessError unless a PCS file can hold `text`, which is a name or a value there."""
    if not _WORD.fullmatch(text):
        raise NoGuessError(f"{text!r} cannot be a {what} in a PCS file")


def _of_switch(option: Option) -> Guess:
    """0 is not to give it: what the script does by default, unless it has a flag for no, too."""
    default = option.default
    if option.action == "BooleanOptionalAction":
        is_on = default is not UNKNOWN and bool(default)
        return Guess(f"categorical {{0, 1}} [{int(is_on)}]", MADE_UP if default is UNKNOWN else "")
    if default is not UNKNOWN and default == option.const:
        raise NoGuessError(f"to give it changes nothing: its default is {default!r}, too")
    return Guess("categorical {0, 1} [0]")


def _of_choices(option: Option) -> Guess:
    if option.choices is UNKNOWN:
        raise NoGuessError("its choices can only be known by running the script")
    if isinstance(option.choices, range) and option.choices.step == 1:
        default, todo = _default_among(option, option.choices)
        low, high = option.choices[0], option.choices[-1]
        return Guess(f"integer [{low}, {high}] [{default}]", todo)
    if not isinstance(option.choices, tuple | range):
        raise NoGuessError("its choices are not a list")
    if len(option.choices) > _MOST_CHOICES:
        raise NoGuessError(f"it has more than {_MOST_CHOICES} choices")
    choices = [choice for choice in option.choices if choice is not None]
    for choice in choices:
        check_word(str(choice), "value")
    default, todo = _default_among(option, choices)
    ordered = all(_is_number(c) for c in choices) and choices == sorted(choices)
    kind = "ordinal" if ordered and len(choices) > 1 else "categorical"
    return Guess(f"{kind} {{{', '.join(map(str, choices))}}} [{default}]", todo)


def _default_among(option: Option, choices: Any) -> tuple[Any, str]:
    if not choices:
        raise NoGuessError("it has no choices")
    default = _default(option)
    if isinstance(choices, range) and not isinstance(default, int):
        whole = isinstance(default, float) and default.is_integer()
        default = int(default) if whole else UNKNOWN
    # A range would compare each of its numbers with anything but an integer.
    if default is not UNKNOWN and default in choices:
        return choices[choices.index(default)], ""
    return choices[0], "no default among the choices: this is the first"


def _default(option: Option) -> Any:
    """The default as the script gets it: argparse converts texts, but nothing else.

    Of a list with `nargs=1` it is the only value.
    """
    default = option.default
    if option.nargs == 1 and isinstance(default, tuple) and len(default) == 1:
        default = default[0]
    if isinstance(default, str) and option.type in ("int", "float"):
        return _to_number(default)
    return default


def _of_type(option: Option) -> Guess:
    default, kind, doubt = _default(option), option.type, ""
    if option.is_named and (kind == "bool" or isinstance(default, bool)):
        todo = "" if isinstance(default, bool) else MADE_UP
        return Guess(f"categorical {{true, false}} [{str(default is True).lower()}]", todo)
    if isinstance(default, bool):
        return Guess(f"categorical {{True, False}} [{default}]", f"type {kind} is unknown")
    if kind not in ("int", "float"):
        if not _is_number(default):
            raise NoGuessError("its values are unknown: give it choices or a range")
        doubt = f"type {kind} is unknown" if kind else "it has no type, so the script gets a text"
        kind = "int" if isinstance(default, int) else "float"
    if default is UNKNOWN:
        default = None
    if default is not None and not (_is_number(default) and math.isfinite(default)):
        raise NoGuessError("its default is not a finite number")
    if option.bounds != (None, None):
        return _within(option, kind, default)
    if kind == "float":
        guess = guess_real(plain_name(option), None if default is None else float(default))
    elif default is None or default == int(default):
        guess = guess_integer(None if default is None else int(default))
    else:
        raise NoGuessError(f"its default {default} is not an integer, but its type is")
    return Guess(guess.domain, "; ".join(filter(None, (doubt, guess.todo))))


def _within(option: Option, kind: str, default: Any) -> Guess:
    """The domain of an option that states the least or the greatest value that it takes."""
    low, high = option.bounds
    name = plain_name(option)
    if kind == "float":
        guess = guess_real(name, None if default is None else float(default))
    else:
        guess = guess_integer(None if default is None else int(default))
    found = _RANGE.match(guess.domain)
    assert found, "a guess is a range"
    number = float if kind == "float" else int
    low = number(found[2]) if low is None else number(low)
    high = number(found[3]) if high is None else number(high)
    if not low < high:
        raise NoGuessError(f"it takes nothing between {low:g} and {high:g}")
    middle = min(max(number(found[4]), low), high)
    log = found[5] if low > 0 and high / low >= _MANY_TIMES else ""
    stated = None not in option.bounds
    todo = MADE_UP if default is None else "" if stated else guess.todo
    return Guess(f"{found[1]} [{plain(low)}, {plain(high)}] [{plain(middle)}]{log}", todo)


def _to_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

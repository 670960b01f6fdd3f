"""Guesses a range for an option around its default, by what its name tells."""

import re
from dataclasses import dataclass

from smacwrap.pcs.entries import plain

_RATE = re.compile(
    r"(^|_)(lr|learning_?rate|eta|wd|decay|l1|l2|reg|regulari[sz]ation|lambda|eps|epsilon|tol)"
    r"(_|\d|$)"
)
_SHARE = re.compile(
    r"(^|_)(drop\w*|p|prob\w*|momentum|beta_?\d?|rho|gamma|decay|smoothing|mixup|ratio|frac"
    r"|fraction|subsample|colsample\w*)(_|\d|$)"
)

_SMALLEST_REAL = 1e-300
_LARGEST_REAL = 1e280
_SMALL_SHARE = 0.01
_LARGE_DECAY = 0.5
_FACTOR = 100

_SMALL_COUNT = 5

_CHECK = "check the range"
MADE_UP = "the default is made up"


class NoGuessError(Exception):
    """There is no sensible range, for this reason."""


@dataclass(frozen=True)
class Guess:
    """A domain as a PCS file writes it, as `real [0, 1] [0.5]`, and what a person must decide."""

    domain: str
    todo: str = ""


def guess_real(name: str, default: float | None) -> Guess:
    """A range for a real.

    Args:
        name: the option's, in lower case with underscores.
        default: finite; None if it is not known.

    Raises:
        NoGuessError: the default is of no use.
    """
    is_rate = _RATE.search(name) is not None
    known = default is not None
    default = default if default is not None else (0.01 if is_rate else 0.5)
    if default < 0:
        raise NoGuessError(f"its default {default:g} suggests no range")
    if 0 < default < _SMALLEST_REAL:
        raise NoGuessError(f"its default {default:g} is too small for a PCS file")
    if default > _LARGEST_REAL:
        raise NoGuessError(f"its default {default:g} is too large for a PCS file")
    # A decay of 0.99 is a factor from step to step, one of 1e-4 a weight decay.
    is_rate = is_rate and not ("decay" in name and default >= _LARGE_DECAY)
    from_0_to_1 = default == 0 or _SMALL_SHARE <= default <= 1
    if is_rate and default == 0:
        return Guess("real [0, 0.1] [0]", "log, if it may start above 0")
    if from_0_to_1 and not is_rate and _SHARE.search(name):
        return Guess(f"real [0, 1] [{plain(default)}]", "" if known else MADE_UP)
    todo = _CHECK if known else MADE_UP
    if from_0_to_1 and not is_rate and default < 1:
        return Guess(f"real [0, 1] [{plain(default)}]", todo)
    low, high = max(_SMALLEST_REAL, _rounded(default / _FACTOR)), _rounded(default * _FACTOR)
    if is_rate and default <= 1:
        high = min(1.0, high)
    return Guess(f"real [{plain(low)}, {plain(high)}] [{plain(default)}] log", todo)


def _rounded(number: float) -> float:
    """To six digits: 0.07 * 100 is not 7."""
    return float(f"{number:.6g}")


def guess_integer(default: int | None) -> Guess:
    """A range for an integer; `default` is None if it is not known.

    Raises:
        NoGuessError: the default is negative, which mostly stands for "none".
    """
    todo = _CHECK if default is not None else MADE_UP
    default = 10 if default is None else default
    if default < 0:
        raise NoGuessError(f"its default {default} suggests no range")
    if default == 0:
        return Guess("integer [0, 10] [0]", todo)
    if default <= _SMALL_COUNT:
        return Guess(f"integer [1, {2 * default}] [{default}]", todo)
    return Guess(f"integer [{default // 4}, {default * 4}] [{default}] log", todo)

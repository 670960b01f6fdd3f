"""What values an option may take, read from the notation of SMAC v2's help, such as `(0, 1]`."""

import re
from dataclasses import dataclass
from typing import Protocol

from smacwrap.errors import did_you_mean

Value = bool | int | float | str

_INTERVAL = re.compile(
    r"(?P<open>[(\[])(?P<low>[^,]+),\s*(?P<high>[^)\]]+)(?P<close>[)\]])(?: U \{(?P<extra>.+)\})?"
)
INTEGER = re.compile(r"[+-]?[0-9]{1,40}")
REAL = re.compile(r"[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|Infinity)")

LONGEST_SHOWN = 80

UNLIMITED = 2**31 - 1
"""Java's largest integer: whoever writes this, or more, means no limit."""


def quoted(text: str) -> str:
    """`text` in quotes for a message, on one line and cut to a readable length."""
    return repr(text) if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]!r}…"


class Domain(Protocol):
    """A set of values, and how they are written."""

    def parse(self, text: str) -> Value:
        """The value that `text` stands for; a ValueError says what was expected instead."""


@dataclass(frozen=True)
class Anything:
    """Free text: paths, commands, configurations."""

    def parse(self, text: str) -> str:
        """`text` itself."""
        return text


@dataclass(frozen=True)
class Boolean:
    """`true`, `false`, `1` or `0`, in any case."""

    def parse(self, text: str) -> bool:
        """True or False; `yes` and the like are errors, as in SMAC v2."""
        value = {"true": True, "1": True, "false": False, "0": False}.get(text.lower())
        if value is None:
            raise ValueError(f"{quoted(text)} is not true or false")
        return value


@dataclass(frozen=True)
class Enumeration:
    """One of a few words, in any case; `synonyms` are other spellings, in upper case."""

    words: tuple[str, ...]
    synonyms: tuple[tuple[str, str], ...] = ()

    def parse(self, text: str) -> str:
        """The word as `words` spells it."""
        spelled = {word.upper(): word for word in self.words} | dict(self.synonyms)
        try:
            return spelled[text.upper()]
        except KeyError:
            expected = ", ".join(self.words) + did_you_mean(text[:LONGEST_SHOWN], self.words)
            raise ValueError(f"{quoted(text)} is not one of {expected}") from None


@dataclass(frozen=True)
class Interval:
    """The integers or the reals between two bounds, and perhaps a few more values.

    An infinite bound belongs to the interval: SMAC v2 takes `Infinity` for `(0, Infinity)`. For
    an integer without limit SMAC3 writes `inf`.
    """

    notation: str
    integer: bool
    low: int | float
    high: int | float
    low_included: bool
    high_included: bool
    extra: tuple[str, ...] = ()

    def parse(self, text: str) -> int | float | str:
        """The number, or the word of `extra` (any case) as it is spelled there."""
        for word in self.extra:
            if text.upper() == word.upper():
                return float(word) if REAL.fullmatch(word) else word
        if self.integer and self.high >= UNLIMITED and text.lower() == "inf":
            return self.high
        if (INTEGER if self.integer else REAL).fullmatch(text):
            number = int(text) if self.integer else float(text)
            if self._holds(number):
                return number
            if number > self.high >= UNLIMITED:
                raise ValueError(f"{quoted(text)} is too large: the largest is {self.high}")
        raise ValueError(f"{quoted(text)} is not {self.words}{self._meant(text)}")

    @property
    def words(self) -> str:
        """What it holds, for people: `an integer greater than 0`, `a real number in [0, 1]`."""
        kind = "an integer" if self.integer else "a real number"
        if self.high < UNLIMITED:
            return f"{kind} in {self.notation}"
        extra = "".join(f", or {word}" for word in self.extra)
        if self.low < -UNLIMITED:
            return kind + extra
        bound = f" of at least {self.low:g}" if self.low_included else f" greater than {self.low:g}"
        return kind + bound + extra

    def _meant(self, text: str) -> str:
        """`" … did you mean '5'?"` for `5.0` where it is to be an integer."""
        if not self.integer or len(text) > LONGEST_SHOWN or not REAL.fullmatch(text):
            return ""
        number = float(text)
        meant = number.is_integer() and self._holds(number)
        return f" … did you mean '{number:.0f}'?" if meant else ""

    def _holds(self, number: int | float) -> bool:
        above = number > self.low or (number == self.low and self.low_included)
        below = number < self.high or (number == self.high and self.high_included)
        return above and below


def read_domain(notation: str, synonyms: tuple[tuple[str, str], ...] = ()) -> Domain:
    """The domain that the help of SMAC v2 writes as `notation`.

    `{true, false}` is Boolean, another list in braces an Enumeration, `(0, 1]` and
    `[0, Infinity) U {-1}` are Intervals; everything else (`FILES`, an empty text) is Anything.
    """
    if match := _INTERVAL.fullmatch(notation):
        return _read_interval(notation, match)
    if notation == "{true, false}":
        return Boolean()
    if notation.startswith("{") and "," in notation:
        return Enumeration(tuple(notation.strip("{}").split(", ")), synonyms)
    return Anything()


def _read_interval(notation: str, match: re.Match[str]) -> Interval:
    low, high = match["low"], match["high"]
    # The notation does not tell integers from reals, but its intervals of reals are all
    # unbounded or part of [0, 1], and none of its intervals of integers is.
    integer = "Infinity" not in notation and int(high) > 1
    read = int if integer else float
    return Interval(
        notation=notation,
        integer=integer,
        low=read(low),
        high=read(high),
        low_included=match["open"] == "[" or low == "-Infinity",
        high_included=match["close"] == "]" or high == "Infinity",
        extra=tuple(match["extra"].split(", ")) if match["extra"] else (),
    )

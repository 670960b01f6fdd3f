"""Decimal commas: 2,75 for 2.75, as printf and awk write it in many countries' locales."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

_ADVICE = "LC_ALL=C makes printf and awk print points"
_WITH_COMMA = r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?"
_WHOLE = r"\s*[-+]?\d+"
_FRACTION = r"\d+(?:[eE][-+]?\d+)?\s*"


def comma_hint(text: str) -> str:
    """What to add to a complaint that a text is not a number; empty unless it has the comma."""
    if not re.fullmatch(_WITH_COMMA, text.strip()):
        return ""
    return f" (is the comma a decimal one? print {text.strip().replace(',', '.')}; {_ADVICE})"


def find_decimal_comma(text: str, sent: int | None, seed: int | None) -> str:
    """Why a result line is to be refused for its decimal commas; empty if it is not.

    A comma with a digit on both sides may be a decimal one. It is taken for one if the line has
    more fields than a result needs, and

    - the line cannot be read otherwise, or says another seed then than the one that was sent;
    - or both readings give the seed that was sent, but blanks follow only some of the commas.

    Args:
        text: the line behind its prefix.
        sent: the seed that was sent, or None if that is not known.
        seed: the one that the line gives without decimal commas; None if it cannot be read so.
    """
    fields = text.split(",")
    readings = list(_readings(fields[1:])) if len(fields) > 5 else []
    right = [joined for joined, found in readings if found == sent]
    if seed is not None and seed == sent:
        blanks = {field[:1].isspace() for field in fields[1:5]}
        readings = readings if right and len(blanks) == 2 else []
    if not readings:
        return ""
    meant = " and ".join(right[0] if right else readings[0][0])
    return f"it has decimal commas: '{text}' (print {meant}; {_ADVICE})"


def _readings(
    fields: Sequence[str], left: int = 3, joined: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], int]]:
    """The ways to read some commas as decimal ones: the numbers that have them, and the seed.

    Args:
        fields: what follows in the line.
        left: how many numbers are to come in front of the seed.
        joined: the numbers with decimal commas so far.
    """
    if not fields:
        return
    if not left:
        if joined and re.fullmatch(r"\s*[-+]?\d+\s*", fields[0]):
            yield joined, int(fields[0])
        return
    with_comma: Iterator[tuple[tuple[str, ...], int]] = iter(())
    if len(fields) > 1 and re.fullmatch(_WHOLE, fields[0]) and re.fullmatch(_FRACTION, fields[1]):
        number = f"{fields[0].strip()}.{fields[1].strip()}"
        with_comma = _readings(fields[2:], left - 1, (*joined, number))
    without = _readings(fields[1:], left - 1, joined) if _is_number(fields[0]) else iter(())
    is_run_length = left == 2  # most are whole
    yield from chain(without, with_comma) if is_run_length else chain(with_comma, without)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

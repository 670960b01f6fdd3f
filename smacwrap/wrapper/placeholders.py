"""Placeholders: what a run knows by name, to be filled into commands, flags and templates.

A placeholder is a name or, as a shell has it, `name:-fallback`: the fallback stands for a
parameter that is not active.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from smacwrap.protocol import CallString

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
"""`{name}`, and `{{` and `}}` for braces; the group is what is in them, or None for braces."""

_FALLBACK = ":-"


class FillError(Exception):
    """A configuration for which a job cannot be started; the message says what it lacks."""


class UnusableFileError(FillError):
    """A file to be filled in that cannot be, whatever the configuration; the message names it."""


def values_of(call: CallString) -> dict[str, str]:
    """All that a call string gives a name to; parameters win over the words in front of them.

    An instance that is a file gets its absolute path, for a run has a folder of its own.
    """
    return {
        "instance": _absolute(call.instance),
        "instance_info": call.instance_info,
        "cutoff": repr(call.cutoff),
        "run_length": str(call.run_length),
        "seed": str(call.seed),
        **call.parameters,
    }


def fill(text: str, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    """`text` with its placeholders filled in, fallbacks quoted.

    Raises:
        KeyError: a placeholder names nothing that there is, and has no fallback.
    """

    def value(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0][0]
        name, fallback = split(match[1])
        return values[name] if fallback is None or name in values else quote(fallback)

    return PLACEHOLDER.sub(value, text)


def names_in(text: str) -> set[str]:
    """The names that the placeholders of a text ask for."""
    return {split(match[1])[0] for match in PLACEHOLDER.finditer(text) if match[1] is not None}


def split(placeholder: str) -> tuple[str, str | None]:
    """The name in a placeholder, and its fallback if it has one."""
    name, separator, fallback = placeholder.partition(_FALLBACK)
    return name, fallback if separator else None


def _absolute(instance: str) -> str:
    try:
        is_file = Path(instance).exists()
    except (OSError, ValueError):  # a name too long, or with a null
        is_file = False
    return str(Path(instance).absolute()) if is_file else instance

"""Placeholders: what a run knows by name, to be filled into commands, flags and templates."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from smacwrap.protocol import CallString

PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
"""`{name}`, and `{{` and `}}` for braces; the group is the name, or None for braces."""


class FillError(Exception):
    """A configuration for which a job cannot be started; the message says what it lacks."""


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


def fill(text: str, value_of: Mapping[str, str] | Callable[[str], str]) -> str:
    """`text` with its placeholders filled in.

    Raises:
        KeyError: a placeholder names nothing that there is.
    """
    get = value_of.__getitem__ if isinstance(value_of, Mapping) else value_of

    def value(match: re.Match[str]) -> str:
        name = match[1]
        return match[0][0] if name is None else get(name)

    return PLACEHOLDER.sub(value, text)


def _absolute(instance: str) -> str:
    try:
        is_file = Path(instance).exists()
    except (OSError, ValueError):  # a name too long, or with a null
        is_file = False
    return str(Path(instance).absolute()) if is_file else instance

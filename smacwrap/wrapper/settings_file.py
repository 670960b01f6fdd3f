"""The JSON file through which a target may get its parameters."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from smacwrap.wrapper.placeholders import FillError, UnusableFileError

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def write_settings(file: Path, settings: Mapping[str, str], given: Path | None = None) -> None:
    """Write a JSON file of settings.

    Args:
        file: the file.
        settings: values by place, `group.name`. What reads as a number, `true` or `false` in
            JSON is one; everything else is a text.
        given: a JSON file with other settings, which it holds, too.

    Raises:
        UnusableFileError: the file is no JSON.
        FillError: a place lies inside of another value.
        OSError: it cannot be read or written.
    """
    document: Any = {}
    if given:
        try:
            document = json.loads(given.read_bytes())
        except (ValueError, RecursionError) as error:
            raise UnusableFileError(f"{given.name} is not valid JSON: {error}") from None
    for place, value in settings.items():
        *groups, name = place.split(".")
        target = document
        for group in groups:
            target = target.setdefault(group, {}) if isinstance(target, dict) else None
        if not isinstance(target, dict):
            raise FillError(f"{file.name}: cannot set '{place}' inside of another value")
        target[name] = _value(value)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _value(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if not _NUMBER.fullmatch(text):
        return text
    try:
        value = json.loads(text)
    except ValueError:  # more digits than Python reads
        return text
    return text if value in (math.inf, -math.inf) else value

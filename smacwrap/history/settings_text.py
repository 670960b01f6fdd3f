"""Settings as one text, as SMAC v2 writes them into its files: `layers='3', lr='0.01'`."""

import re
from collections.abc import Mapping

_SETTING = re.compile(r"([^=]+)='(.*?)'(?:, |\Z)")


def format_settings(settings: Mapping[str, str]) -> str:
    """The settings, sorted by name.

    >>> format_settings({"lr": "0.01", "layers": "3"})
    "layers='3', lr='0.01'"
    """
    return ", ".join(f"{name}='{settings[name]}'" for name in sorted(settings))


def parse_settings(text: str) -> dict[str, str]:
    """The settings of a text that `format_settings` or SMAC v2 wrote.

    Raises:
        ValueError: it is no such text.
    """
    settings: dict[str, str] = {}
    end = 0
    while end < len(text):
        match = _SETTING.match(text, end)
        if match is None:
            raise ValueError(f"expected name='value', found {text[end : end + 40]!r}")
        settings[match[1]] = match[2]
        end = match.end()
    return settings

"""A TOML file that is changed in some places and keeps its comments and order elsewhere."""

import tomllib
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable


class TomlFile:
    """A TOML file.

    Raises:
        ValueError: it is not valid TOML.
    """

    def __init__(self, text: str | None) -> None:
        try:
            self.root: Any = tomlkit.parse(text or "")
        except (TOMLKitError, KeyError, TypeError) as error:
            raise ValueError(str(error)) from None

    def new_group(self, parent: object) -> Any:
        """A group for what has none."""
        return tomlkit.inline_table() if isinstance(parent, InlineTable) else tomlkit.table()

    def set(self, group: Any, name: str, value: object) -> None:
        """Give a setting of a group its value."""
        group[name] = value

    def text(self) -> str:
        """The file's text."""
        return tomlkit.dumps(self.root)

    @staticmethod
    def plain(text: str) -> Any:
        """The values of a file."""
        return tomllib.loads(text)

"""A YAML file that is changed in some places and keeps its comments and order elsewhere."""

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_WIDTH = 1 << 30  # no line is folded
_PLAIN_NAME = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null|inf|nan)$)[A-Za-z_][\w-]*")


class _Real(float):
    """A new float, written as readers of YAML 1.1 take for one, too: `1.0e-05`, not `1e-05`."""


class _Representer(RoundTripRepresenter):
    """Knows what is new in a file."""


def _real(representer: RoundTripRepresenter, value: _Real) -> Any:
    text = repr(float(value))
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e")
    return representer.represent_scalar("tag:yaml.org,2002:float", text)


_Representer.add_representer(_Real, _real)


class YamlFile:
    """A YAML file.

    Raises:
        ValueError: it is not valid YAML, or has several documents.
    """

    def __init__(self, text: str | None) -> None:
        self._yaml = YAML()
        self._yaml.Representer = _Representer
        self._yaml.preserve_quotes = True
        self._yaml.width = _WIDTH
        self._head = ""
        text = text or ""
        try:
            self.root: Any = self._yaml.load(text)
        except (YAMLError, AssertionError, AttributeError, TypeError, KeyError) as error:
            raise ValueError(str(error)) from None
        if self.root is None and all(line[:1] in ("", "#") for line in text.splitlines()):
            self.root, self._head = CommentedMap(), text  # comments of nothing

    def new_group(self, parent: object) -> Any:
        """A group for what has none."""
        return CommentedMap()

    def set(self, group: Any, name: str, value: object) -> None:
        """Give a setting of a group its value."""
        if isinstance(value, float):
            value = _Real(value)
        elif isinstance(value, str):  # `no`, `1:30` and the like are none in YAML 1.1
            value = DoubleQuotedScalarString(value)
        key = name if _PLAIN_NAME.fullmatch(name) else DoubleQuotedScalarString(name)
        group[key] = value

    def text(self) -> str:
        """The file's text."""
        out = io.StringIO()
        self._yaml.dump(self.root, out)
        return self._head + out.getvalue()

    @staticmethod
    def plain(text: str) -> Any:
        """The values of a file, tagged ones as their texts."""
        try:
            return YAML(typ="safe", pure=True).load(text)
        except YAMLError as error:
            raise ValueError(str(error)) from None

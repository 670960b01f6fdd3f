"""The file through which a target may get its parameters: JSON, YAML or TOML."""

import json
import math
import re
from collections.abc import Mapping
from pathlib import Path, PurePath

from smacwrap.wrapper.placeholders import FillError, UnusableFileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class _Document(Protocol):
        """A file as its format's library reads it; all but `read` is for what has been read."""

        root: Any

        def __init__(self, text: str | None) -> None: ...

        def new_group(self, parent: Any) -> Any: ...

        def set(self, group: Any, name: str, value: object) -> None: ...

        def text(self) -> str: ...

        @staticmethod
        def plain(text: str) -> Any: ...


NAMES = {"json": "JSON", "yaml": "YAML", "toml": "TOML"}
"""The formats, as parameters are spelled for them, and as people write them."""

_SUFFIXES = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}
_LIBRARIES = {"yaml": "ruamel.yaml", "toml": "tomlkit"}
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


def format_of(file: str) -> str | None:
    """The format of a file by its ending, None if that says nothing."""
    return _SUFFIXES.get(PurePath(file).suffix.lower())


def missing_library(kind: str) -> str:
    """How to install what a format needs; empty if it is there."""
    from importlib.util import find_spec  # few jobs need it

    library = _LIBRARIES.get(kind)
    if library is None:
        return ""
    try:
        found = find_spec(library) is not None
    except ModuleNotFoundError:  # of ruamel, where there is none
        found = False
    return "" if found else f'{NAMES[kind]} files need {library}: pip install "smacwrap[{kind}]"'


def write_settings(
    file: Path, settings: Mapping[str, str], given: Path | None = None, kind: str = "json"
) -> None:
    """Write a file of settings.

    Args:
        file: the file.
        settings: values by place, `group.name`. What reads as a number, `true` or `false` in
            JSON is one; everything else is a text.
        given: a file with other settings, which it holds, too, with their comments and order.
        kind: one of NAMES.

    Raises:
        UnusableFileError: the given file is not of this kind, or the kind's library is missing.
        FillError: a place lies inside of another value or changes others.
        OSError: it cannot be read or written.
    """
    if missing := missing_library(kind):
        raise UnusableFileError(f"{file.name}: {missing}")
    content = given.read_bytes() if given else None
    try:
        before = None if content is None else content.decode("utf-8-sig")
        document = _documents(kind)(before)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UnusableFileError(
            f"{given.name if given else file.name} is not valid {NAMES[kind]}: {reason}"
        ) from None
    values = {place: _value(text) for place, text in settings.items()}
    for place, value in values.items():
        _set(document, place, value, file)
    file.parent.mkdir(parents=True, exist_ok=True)
    text = document.text()
    if kind != "json":
        _check(type(document), before, text, values, file)
    file.write_text(text, encoding="utf-8")


def _set(document: "_Document", place: str, value: object, file: Path) -> None:
    *groups, name = place.split(".")
    group = document.root
    for key in groups:
        if isinstance(group, dict) and key not in group:
            document.set(group, key, document.new_group(group))
        group = group[key] if isinstance(group, dict) else None
    if not isinstance(group, dict):
        raise FillError(f"{file.name}: cannot set '{place}' inside of another value")
    document.set(group, name, value)


def _check(
    kind: "type[_Document]",
    before: str | None,
    after: str,
    values: Mapping[str, object],
    file: Path,
) -> None:
    """Make sure that the settings have their values, and that no others have changed.

    Raises:
        FillError: an alias makes other settings change with one, or a value is no text of a file.
    """
    try:
        expected = _unshared(kind.plain(before or "") or {})
        found = _unshared(kind.plain(after))
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise FillError(f"{file.name} cannot hold these values: {reason}") from None
    for place, value in values.items():
        *groups, name = place.split(".")
        group = expected
        for key in groups:
            group = group.setdefault(key, {})
        group[name] = value
    if not _same(expected, found):
        places = ", ".join(values)
        raise FillError(
            f"{file.name}: not all of {places} can be set alone; an anchor (&) or a merge (<<) "
            "shares them with other settings: write them out"
        )


def _unshared(value: "Any") -> "Any":
    if isinstance(value, dict):
        return {key: _unshared(item) for key, item in value.items()}
    return [_unshared(item) for item in value] if isinstance(value, list) else value


def _same(one: "Any", other: "Any") -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    both_nan = one != one and other != other
    return type(one) is type(other) and (both_nan or bool(one == other))


class _Json:
    """A JSON file."""

    def __init__(self, text: str | None) -> None:
        self.root: Any = {} if text is None else json.loads(text)

    def new_group(self, parent: object) -> "Any":
        """A group for what has none."""
        return {}

    def set(self, group: "Any", name: str, value: object) -> None:
        """Give a setting of a group its value."""
        group[name] = value

    def text(self) -> str:
        """The file's text."""
        return json.dumps(self.root, indent=2) + "\n"

    @staticmethod
    def plain(text: str) -> "Any":
        """The values of a file."""
        return json.loads(text)


def _documents(kind: str) -> "type[_Document]":
    if kind == "yaml":
        from smacwrap.wrapper.yaml_file import YamlFile

        return YamlFile
    if kind == "toml":
        from smacwrap.wrapper.toml_file import TomlFile

        return TomlFile
    return _Json


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

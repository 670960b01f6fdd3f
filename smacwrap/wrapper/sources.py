"""Where a metric comes from: a regular expression, a place in a JSON object, or a measurement."""

import re
from collections.abc import Iterator
from enum import StrEnum

from smacwrap.frozen import Frozen

JSON = "json:"
"""What a source in a job file begins with if it is a place in a JSON object."""

TABBED_NAME = r"[A-Za-z_][\w.:-]*"
"""The names of metrics that a target prints as `name<TAB>value`."""


class Measured(StrEnum):
    """What the wrapper measures itself; times are in seconds, over the whole process tree."""

    CPU_TIME = "cpu_time"
    WALLCLOCK_TIME = "wallclock_time"
    EXIT_CODE = "exit_code"


class JsonPlace(Frozen):
    """A place in a JSON document: keys and positions in lists, separated by dots."""

    path: str

    def find(self, document: object) -> str | None:
        """The text of what is there, or None; a key may itself hold dots."""
        return next(_found(document, self.path), None)


Source = re.Pattern[str] | JsonPlace | Measured
"""Patterns are searched line by line, and their first group is the value."""


def _found(node: object, path: str) -> Iterator[str]:
    items = dict(enumerate(node)) if isinstance(node, list) else node
    if not isinstance(items, dict):
        return
    by_name = {str(key): value for key, value in items.items()}
    if path in by_name:
        value = by_name[path]
        yield value if isinstance(value, str) else _json_text(value)
    for dot in (match.start() for match in re.finditer(r"\.", path)):
        if path[:dot] in by_name:
            yield from _found(by_name[path[:dot]], path[dot + 1 :])


def _json_text(value: object) -> str:
    import json  # few jobs need it

    return json.dumps(value)

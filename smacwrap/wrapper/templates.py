"""Templates: input files in which `${name}` stands for a value of the run."""

import re
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from smacwrap.errors import did_you_mean
from smacwrap.frozen import Frozen
from smacwrap.wrapper.placeholders import FillError, split

_PLACEHOLDER = re.compile(rb"\$(\$?)\{([^{}\r\n]*)\}")


class Template(Frozen):
    """A file to be filled in: where it is, and its name in the run's folder once it is."""

    source: Path
    name: str

    def names(self) -> set[str]:
        """The names that it asks for; none where it cannot be read."""
        try:
            content = self.source.read_bytes()
        except OSError:
            return set()
        return {_split(match)[0] for match in _PLACEHOLDER.finditer(content) if not match[1]}

    def without_value(self, values: Collection[str]) -> list[tuple[int, str]]:
        """The line and the name of each placeholder that has neither a value nor a fallback.

        Raises:
            OSError: it cannot be read.
        """
        content = self.source.read_bytes()
        return [
            (content.count(b"\n", 0, match.start()) + 1, name)
            for match in _PLACEHOLDER.finditer(content)
            for name, fallback in [_split(match)]
            if not match[1] and fallback is None and name not in values
        ]


def fill_templates(templates: Iterable[Template], folder: Path, values: Mapping[str, str]) -> None:
    """Write each template, filled in, into a run's folder; its source stays as it is.

    `${name}` becomes the value, or in `${name:-fallback}` the fallback where there is none;
    `$${name}` becomes `${name}`. Every other byte, and the permissions, are kept.

    Raises:
        FillError: names without a value, each with its file and line.
        OSError: a file cannot be read or written.
    """
    problems: list[str] = []
    for template in templates:
        for line, name in template.without_value(values):
            hint = did_you_mean(name, values) or (
                f" (write ${{{name}:-value}} for what it is then, $${{{name}}} for a plain one)"
            )
            message = f"${{{name}}} is not an active parameter{hint}"
            problems.append(f"{template.source}:{line}: {message}")
        content = template.source.read_bytes()
        filled = _PLACEHOLDER.sub(lambda match: _fill(match, values), content)
        target = folder / template.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(filled)
        shutil.copymode(template.source, target)
    if problems:
        raise FillError("; ".join(problems))


def _fill(match: re.Match[bytes], values: Mapping[str, str]) -> bytes:
    if match[1]:
        return match[0][1:]
    name, fallback = _split(match)
    return values.get(name, fallback or "").encode(errors="surrogateescape")


def _split(match: re.Match[bytes]) -> tuple[str, str | None]:
    return split(match[2].decode(errors="surrogateescape"))

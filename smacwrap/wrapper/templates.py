"""Templates: input files in which `${name}` stands for a value of the run."""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from smacwrap.errors import did_you_mean
from smacwrap.wrapper.placeholders import FillError

_PLACEHOLDER = re.compile(rb"\$(\$?)\{([^{}\r\n]*)\}")


@dataclass(frozen=True)
class Template:
    """A file to be filled in: where it is, and its name in the run's folder once it is."""

    source: Path
    name: str


def fill_templates(templates: Iterable[Template], folder: Path, values: Mapping[str, str]) -> None:
    """Write each template, filled in, into a run's folder; its source stays as it is.

    `${name}` becomes the value, `$${name}` becomes `${name}`; every other byte, and the
    permissions, are kept.

    Raises:
        FillError: names without a value, each with its file and line.
        OSError: a file cannot be read or written.
    """
    problems: list[str] = []
    for template in templates:
        content = template.source.read_bytes()
        problems += _undefined(template.source, content, values)
        filled = _PLACEHOLDER.sub(lambda match: _fill(match, values), content)
        target = folder / template.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)  # it may be read-only, as a copy of the template
        target.write_bytes(filled)
        shutil.copymode(template.source, target)
    if problems:
        raise FillError("; ".join(problems))


def names_in(template: Template) -> set[str]:
    """The names that a template asks for; none where it cannot be read."""
    try:
        content = template.source.read_bytes()
    except OSError:
        return set()
    return {_text(m[2]) for m in _PLACEHOLDER.finditer(content) if not m[1]}


def _undefined(source: Path, content: bytes, values: Mapping[str, str]) -> list[str]:
    problems = []
    for match in _PLACEHOLDER.finditer(content):
        name = _text(match[2])
        if not match[1] and name not in values:
            line = content.count(b"\n", 0, match.start()) + 1
            hint = did_you_mean(name, values) or f" (write $${{{name}}} for a plain ${{{name}}})"
            problems.append(f"{source}:{line}: ${{{name}}} is no active parameter{hint}")
    return problems


def _fill(match: re.Match[bytes], values: Mapping[str, str]) -> bytes:
    if match[1]:
        return match[0][1:]
    return values.get(_text(match[2]), "").encode(errors="surrogateescape")


def _text(name: bytes) -> str:
    return name.decode(errors="surrogateescape")

"""What of a job decides on its runs' results, by key: two jobs that agree in it can be compared."""

import re
import shlex
from collections.abc import Iterator, Mapping

from smacwrap.executors import Limits
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job.job import Job
from smacwrap.wrapper.sources import JsonPlace
from smacwrap.wrapper.spelling import Spelling, Spellings
from smacwrap.wrapper.templates import Template

_NOT_BY_KEY = ("file", "inputs", "data", "outputs", "metrics")
"""Inputs are compared by their contents; what is kept or shown of a run does not decide."""


def meaning_of(job: Job) -> dict[str, str]:
    """All that decides on results, as texts by key; what is as without the key is left out.

    Comments, layout, the order of keys, and metrics that decide on nothing make no difference.
    Every other field of a `Job` counts, one that is still to be invented too.
    """
    plain = Job(file=job.file, command=job.command)
    meaning = {"command": _text(job.command)}
    for name in Job._names:
        value, default = getattr(job, name), getattr(plain, name)
        is_off = default is None and value is False
        if not (name in _NOT_BY_KEY or value == default or is_off):
            meaning |= _flat(_KEYS.get(name, name), value)
    for name in set(job.metrics) & {job.quality, job.runtime}:
        meaning[f"metrics.{name}"] = _text(job.metrics[name])
    if job.postprocess and job.outputs:
        meaning["outputs"] = _text(sorted(job.outputs))  # it reads them
    return meaning


_KEYS = {"spellings": "parameters"}


def _flat(key: str, value: object) -> dict[str, str]:
    if isinstance(value, Spellings):
        return dict(_rules(key, value))
    if isinstance(value, Limits):
        value = {n: getattr(value, n) for n in Limits._names if n != "grace"}
        value = {n: limit for n, limit in value.items() if limit != getattr(Limits, n)}
    if isinstance(value, Mapping):
        return {f"{key}.{name}": _text(each) for name, each in value.items()}
    return {key: _text(value)}


def _rules(key: str, spellings: Spellings) -> Iterator[tuple[str, str]]:
    for name, rule in spellings.given.items():
        for value, spelling in rule.items():
            yield (f"{key}.{name}" if len(rule) == 1 else f"{key}.{name}.{value}"), _text(spelling)
    if any(_is_positional(s) for rule in spellings.rules.values() for s in rule.values()):
        yield f"{key} (order)", ", ".join(spellings.rules)


def _is_positional(spelling: Spelling) -> bool:
    return spelling.kind == "words" and any(not w.startswith("-") for w in spelling.words[:1])


def _text(value: object) -> str:
    if isinstance(value, CommandTemplate):
        return value.text.strip() if value.uses_shell else shlex.join(shlex.split(value.text))
    if isinstance(value, re.Pattern):
        return str(value.pattern)
    if isinstance(value, JsonPlace):
        return f"json:{value.path}"
    if isinstance(value, Spelling):
        words = shlex.join(value.words)
        return words if value.kind == "words" else f"{value.kind}:{words}"
    if isinstance(value, Template):
        return f"{value.source.name} as {value.name}"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Reads a job's `[result]`: where its metrics come from, and what decides on a run's status."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from smacwrap.protocol import Status
from smacwrap.wrapper.job.checks import Checker
from smacwrap.wrapper.sources import JSON, TABBED_NAME, JsonPlace, Measured, Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RESULT_KEYS = (
    "quality",
    "maximize",
    "infeasible",
    "metrics",
    "runtime",
    "json",
    "exit_codes",
    "statuses",
    "postprocess",
)
_STATUSES = [status.value for status in Status if status is not Status.KILLED]
_METRIC = r"[^\s=;,]+"  # it goes into additional run data, name=value;name=value


def read_result(table: Mapping[str, Any], check: Checker) -> dict[str, Any]:
    """The fields of a `Job` that `[result]` tells; `check` collects what is wrong with it."""
    metrics = _metrics(check, table.get("metrics", {}))
    quality = _metric(check, "quality", table.get("quality"), metrics)
    return {
        "quality": quality,
        "maximize": (
            check.boolean("result", "maximize", table["maximize"]) if "maximize" in table else None
        ),
        "infeasible": check.number("result", "infeasible", table.get("infeasible")),
        "runtime": _metric(check, "runtime", table.get("runtime"), metrics),
        "metrics": metrics,
        "json": check.name("result", "json", table.get("json")),
        **_verdicts(check, table, quality),
        "postprocess": check.command("result", "postprocess", table.get("postprocess")),
    }


def _metrics(check: Checker, value: Any) -> dict[str, Source]:
    table = check.mapping("result", "metrics", value, "a table of regular expressions")
    metrics: dict[str, Source] = {}
    for name, source in table.items():
        if not re.fullmatch(_METRIC, name):
            message = f"'{name}' is not a metric's name (no spaces and none of = ; ,)"
            check.problem(message, "result", "metrics")
        elif name in list(Measured):
            message = f"metrics.{name} is measured: a metric needs another name"
            check.problem(message, "result", "metrics")
        if isinstance(source, str) and source.startswith(JSON):
            metrics[name] = JsonPlace(source.removeprefix(JSON))
        elif pattern := check.pattern("result", f"metrics.{name}", source, groups=1):
            metrics[name] = pattern
    return metrics


def _metric(check: Checker, key: str, value: Any, metrics: dict[str, Source]) -> str | None:
    """The name of the metric that a key names; a source of its own is added to `metrics`."""
    text = check.text("result", key, value, "the name of a metric")
    if text is None:
        return None
    if text in list(Measured):
        metrics[text] = Measured(text)
    name = text.removeprefix(JSON)
    from_json = name != text
    if name not in metrics and not re.fullmatch(_METRIC if from_json else TABBED_NAME, name):
        message = f"{key}: {text} needs a name of its own: metrics = {{ loss = '{text}' }}"
        check.problem(message, "result", key)
    if from_json:
        metrics[name] = JsonPlace(name)
    return name


def _verdicts(check: Checker, table: Mapping[str, Any], quality: str | None) -> dict[str, Any]:
    """What decides on a run's status: lines of its output, or else its exit code."""
    by_status = check.mapping(
        "result", "statuses", table.get("statuses", {}), "a table of regular expressions"
    )
    check.names(by_status, _STATUSES, "status in statuses", "result.statuses")
    statuses = {
        Status(status): check.pattern("result", f"statuses.{status}", pattern, groups=0)
        for status, pattern in by_status.items()
        if status in _STATUSES
    }
    if "exit_codes" in table:
        exit_codes: dict[int, Status] | None = dict(_exit_codes(check, table["exit_codes"]))
    elif Status.SAT in statuses:
        exit_codes = {}
    else:
        exit_codes = None if quality == Measured.EXIT_CODE else {0: Status.SAT}
    return {"statuses": statuses, "exit_codes": exit_codes}


def _exit_codes(check: Checker, value: Any) -> Iterator[tuple[int, Status]]:
    what = 'a table such as { 10 = "SAT", 20 = "UNSAT" }'
    table = check.mapping("result", "exit_codes", value, what)
    for code, status in table.items():
        if not re.fullmatch(r"-?\d{1,3}", code):
            check.problem(f"exit_codes: '{code}' is not an exit code", "result", "exit_codes")
        elif known := check.status("result", f"exit_codes.{code}", status, _STATUSES):
            yield int(code), known

"""results.csv: one row a run, in the order in which they ended."""

import csv
import io
from collections.abc import Iterable, Sequence

from smacwrap.errors import Problem, UserError
from smacwrap.files import replace_text
from smacwrap.history import Objective, Run, Study
from smacwrap.history.forgotten import Forgotten, run_id
from smacwrap.protocol import Status
from smacwrap.protocol.additional import join_warnings

_COLUMNS = ("run", "id", "worker", "status", "quality", "cost")
_LATER_COLUMNS = (
    "runtime",
    "wallclock_time",
    "start",
    "end",
    "instance",
    "seed",
    "zip",
    "reason",
    "warnings",
    "forgotten",
)


def write_results(study: Study, runs: Iterable[tuple[int, Run]], objective: Objective) -> None:
    """Write the table of all runs of a study.

    `quality` is empty where a run has none: where it crashed, was stopped, or timed out without a
    result. `cost` is what counts for the search, empty where nothing does: where it was stopped.
    `id` names a run for `smacwrap stop` and `forget`, `forgotten` says that it does not count.
    Metrics are columns named `metric.NAME`, parameters `config.NAME` (empty where inactive);
    `zip` is relative to the study; times are in seconds.

    Raises:
        UserError: the file cannot be written.
    """
    ordered = sorted(runs, key=lambda item: str(item[1].details.get("end", "")))
    metrics = _names(run.details.get("metrics", {}) for _, run in ordered)
    parameters = _names(run.settings for _, run in ordered)
    header = [
        *_COLUMNS,
        *(f"metric.{name}" for name in metrics),
        *_LATER_COLUMNS,
        *(f"config.{name}" for name in parameters),
    ]
    forgotten = Forgotten(study).ids()
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(header)
    for number, (worker, run) in enumerate(ordered, start=1):
        marked = run_id(worker, run) in forgotten
        writer.writerow(_row(number, worker, run, marked, objective, metrics, parameters))
    # Names from a file system need not be valid text.
    text = table.getvalue().encode(errors="backslashreplace").decode()
    try:
        replace_text(study.results, text)
    except OSError as error:
        raise UserError(Problem(f"cannot write it: {error.strerror}", study.results)) from None


def _row(
    number: int,
    worker: int,
    run: Run,
    forgotten: bool,
    objective: Objective,
    metrics: Sequence[str],
    parameters: Sequence[str],
) -> list[object]:
    details, configuration = run.details, run.configuration
    bundle = details.get("zip")
    return [
        number,
        run_id(worker, run),
        worker,
        run.result.status,
        run.result.quality if objective.has_quality(run) else "",
        "" if run.result.status is Status.KILLED else objective.cost(run),
        *(details.get("metrics", {}).get(name, "") for name in metrics),
        run.result.runtime,
        run.wallclock_time,
        details.get("start", ""),
        details.get("end", ""),
        run.instance,
        run.seed,
        f"runs/{bundle}" if bundle else "",
        details.get("reason", ""),
        join_warnings(details.get("warnings", ())),
        "yes" if forgotten else "",
        *(configuration.get(name, "") for name in parameters),
    ]


def _names(mappings: Iterable[Iterable[str]]) -> list[str]:
    return sorted({name for mapping in mappings for name in mapping})

"""Reads what a live-rundata file says of its study: with its first run, and in its instances."""

import json
from pathlib import Path
from typing import Any

from smacwrap.errors import Problem, UserError
from smacwrap.history.live_rundata_writer import Instance, StudyIdentity
from smacwrap.history.study import Study

_DECODER = json.JSONDecoder()


def first_identity(study: Study) -> StudyIdentity | None:
    """What the runs of a study have in common, by its first file with runs; None without any.

    Raises:
        UserError: a file cannot be read, or is not as SMAC v2 writes it.
    """
    identities = (_read_identity(study.live_rundata(seed)) for seed in study.seeds())
    return next(filter(None, identities), None)


def _read_identity(path: Path) -> StudyIdentity | None:
    """What the runs of a file have in common; None while it has no runs.

    Raises:
        UserError: it cannot be read, or is not as SMAC v2 writes it.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        raise UserError(Problem(f"cannot read runs: {error.strerror}", path)) from None
    try:
        instances, end = _DECODER.raw_decode(text.lstrip())
        run, _ = _DECODER.raw_decode(text.lstrip()[end:].lstrip())
    except (ValueError, RecursionError):
        return None
    try:
        return _identity(instances, run["r-rc"]["rc-algo-exec-config"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        message = f"its first run is not as SMAC v2 writes it: {error!r}"
        raise UserError(Problem(message, path)) from None


def _identity(instances: Any, executed: Any) -> StudyIdentity:
    return StudyIdentity(
        algo=str(executed["algo-exec"]),
        exec_dir=str(executed["algo-exec-dir"]),
        pcs_file=str(executed["algo-pcs"]["pcs-filename"]),
        pcs_text=str(executed["algo-pcs"]["pcs-text"]),
        cutoff=float(executed["algo-cutoff"]),
        deterministic=bool(executed["algo-deterministic"]),
        instances=tuple(_instance(instance) for instance in instances),
    )


def _instance(value: Any) -> Instance:
    features = {str(name): float(number) for name, number in value["pi-features"].items()}
    return Instance(str(value["pi-name"]), str(value["pi-instance-specific-info"]), features)

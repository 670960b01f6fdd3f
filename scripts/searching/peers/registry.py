"""The peers by name, each imported only when its turn has come."""

import os
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec

from searching.problem import Target

Search = Callable[[Target, int], None]
"""Runs a target's configurations, with a seed, until the budget is spent."""

_PEERS = {
    "smacwrap": ("own", "smac"),
    "smacwrap gp": ("own", "gp"),
    "smacwrap forest": ("own", "forest"),
    "random": ("own", "random"),
    "hyperopt tpe": ("hyperopt_tpe", None),
    "optuna tpe": ("optuna_samplers", "tpe"),
    "optuna gp": ("optuna_samplers", "gp"),
    "smac3 hpo": ("smac3_facades", "hpo"),
    "smac3 blackbox": ("smac3_facades", "blackbox"),
    "smac v2": ("smac2", None),
}

PEERS = tuple(_PEERS)
"""The names."""

COMPARED = tuple(name for name in PEERS if name not in ("smacwrap gp", "smacwrap forest"))
"""Those that a comparison is made of; the others are parts of our own."""

_NEEDED = {"hyperopt tpe": ["hyperopt"], "optuna tpe": ["optuna"], "optuna gp": ["optuna", "torch"]}


def missing(name: str, workers: int = 1) -> str | None:
    """Why a peer cannot take part here; None where it can."""
    if workers > 1 and _PEERS[name][0] != "own":
        return "only our own engines are run with several workers"
    packages = [package for package in _NEEDED.get(name, []) if find_spec(package) is None]
    if packages:
        return f"not installed: {', '.join(packages)} (pip install 'smacwrap[bench]')"
    if name == "smac v2" and not os.environ.get("SMAC2_HOME"):
        return "SMAC2_HOME is not set: it names the folder of SMAC v2's start script"
    return None


def search_of(name: str, workers: int = 1) -> Search:
    """A peer's search."""
    module, variant = _PEERS[name]
    search: Callable[..., None] = import_module(f"searching.peers.{module}").search
    if workers > 1:
        search = partial(search, workers=workers)
    return search if variant is None else partial(search, variant=variant)

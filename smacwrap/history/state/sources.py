"""Finds everything that a folder knows: a study of ours or of SMAC v2's, or one state folder."""

import re
from collections.abc import Mapping
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history.live_rundata_identity import first_identity
from smacwrap.history.live_rundata_reader import LiveRundataReader
from smacwrap.history.run import Run
from smacwrap.history.state.merge import not_among
from smacwrap.history.state.reader import is_state_folder, read_context, read_state
from smacwrap.history.state.state import Context, State, with_iterations
from smacwrap.history.study import Study
from smacwrap.pcs import parse_tree

_STATE_FOLDER = re.compile(r"state-run(\d+)")


def read_folder(folder: Path) -> State:
    """The state of a whole study, worker by worker, or of one state folder.

    Both the live-rundata files and the state folders may have runs that the others lack: SMAC v2
    leaves out of the former what it was warm-started with, and saves the latter now and then. A
    state folder has the other workers' runs too.

    Raises:
        UserError: it is neither, or a file in it cannot be read.
    """
    if is_state_folder(folder):
        return read_state(folder)
    study, states = Study(folder), state_folders(folder)
    if not (study.seeds() or states):
        raise UserError(Problem(_no_study(folder), folder))
    context = study_context(study)
    tree = parse_tree(context.pcs_text)
    runs: list[Run] = []
    lost: list[Problem] = []
    for seed in study.seeds():
        reader = LiveRundataReader(study.live_rundata(seed))
        runs += with_iterations(reader.poll())
        lost += reader.lost
    for path in states.values():
        runs += not_among(runs, read_state(path).runs, tree)
    last = max((run.details["iteration"] for run in runs), default=0)
    return State(context, tuple(runs), last, tuple(lost))


def study_context(study: Study) -> Context:
    """What the runs of a study were made with; without state folders, there is no scenario text.

    Raises:
        UserError: a file cannot be read, or there is none that says it.
    """
    for state_folder in state_folders(study.folder).values():
        return read_context(state_folder)
    if identity := first_identity(study):
        return Context(pcs_text=identity.pcs_text, instances=identity.instances)
    raise UserError(Problem("it has no runs", study.folder))


def state_folders(folder: Path) -> Mapping[int, Path]:
    """The folders `state-run<seed>` of a study, by seed, ascending."""
    found = {}
    for path in folder.glob("state-run*"):
        match = _STATE_FOLDER.fullmatch(path.name)
        if match and is_state_folder(path):
            found[int(match[1])] = path
    return dict(sorted(found.items()))


def _no_study(folder: Path) -> str:
    if not folder.is_dir():
        return "there is no such folder"
    expected = "expected live-rundata-<seed>.json files, state-run<seed>/ folders or "
    expected += "runs_and_results-it<k>.csv in it"
    studies = [p for p in sorted(folder.glob("*")) if Study(p).seeds() or state_folders(p)]
    hint = f" … did you mean {' or '.join(map(str, studies))}?" if studies else ""
    return f"no study and no state folder: {expected}{hint}"

"""Merges studies and state folders into one state folder, for SMAC v2 and for us to start from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history.state import merge_states, read_folder, write_state
from smacwrap.scenario.lines import read_text
from smacwrap.transfer.known_scenario import known_scenario
from smacwrap.worker.objective import objective_of


@dataclass(frozen=True)
class Merged:
    """How many runs each folder had, how many different ones were written, and what was lost."""

    read: Mapping[Path, int]
    written: int
    lost: Sequence[Problem]


def merge_folders(folders: Sequence[Path], into: Path, scenario_file: Path | None = None) -> Merged:
    """Merge the runs of studies and state folders into a new state folder.

    Args:
        folders: ours or SMAC v2's; at least one.
        into: a folder that does not exist.
        scenario_file: None to take the first folder's.

    Raises:
        UserError: a folder cannot be read, their parameters or instances differ, the scenario is
            unknown, or `into` exists or cannot be written.
    """
    if into.exists():
        raise UserError(Problem("it exists already: choose a new folder for --into", into))
    states = {folder: read_folder(folder) for folder in folders}
    scenario, _ = known_scenario(folders[0], scenario_file)
    merged = merge_states({str(folder): state for folder, state in states.items()})
    context = replace(merged.context, scenario_text=read_text(scenario.file))
    try:
        state = replace(merged, context=context)
        write_state(into, state, objective_of(scenario), scenario.cutoff)
    except OSError as error:
        message = f"cannot be written: {error.strerror}"
        raise UserError(Problem(message, into)) from None
    read = {folder: len(state.runs) for folder, state in states.items()}
    return Merged(read, len(merged.runs), merged.lost)

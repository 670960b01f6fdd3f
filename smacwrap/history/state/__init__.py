"""State folders: SMAC v2's own copy of a worker's runs, from which it restores and warm-starts.

Format: as SMAC v2.10.03 writes `state-run<seed>/`, read off its files and off what it restores
from files that were changed on purpose.
"""

from smacwrap.history.state.merge import merge_states, not_among, without_duplicates
from smacwrap.history.state.reader import is_state_folder, read_state
from smacwrap.history.state.sources import read_folder, state_folders, study_context
from smacwrap.history.state.state import Context, State
from smacwrap.history.state.writer import StateWriter, write_state

__all__ = [
    "Context",
    "State",
    "StateWriter",
    "is_state_folder",
    "merge_states",
    "not_among",
    "read_folder",
    "read_state",
    "state_folders",
    "study_context",
    "without_duplicates",
    "write_state",
]

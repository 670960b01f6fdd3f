"""What an earlier study learned, for the engines of a new one."""

from collections.abc import Sequence
from pathlib import Path

from ConfigSpace import ConfigurationSpace

from smacwrap.errors import Problem, UserError
from smacwrap.history import Run
from smacwrap.history.state import read_folder
from smacwrap.pcs import from_record, parse_pcs
from smacwrap.pcs.changes import changes
from smacwrap.protocol import Status


def warm_runs(folder: Path, space: ConfigurationSpace) -> tuple[list[Run], Sequence[Problem]]:
    """The runs of a study or of a state folder, ours or SMAC v2's, that an engine can learn from.

    With them comes what is lost of them, for it cannot be read.

    Raises:
        UserError: it is neither, cannot be read, or has other parameters; it says which.
    """
    state = read_folder(folder)
    if different := list(changes(parse_pcs(state.context.pcs_text), space)):
        raise UserError(
            *(
                Problem(f"other parameters: {change.kind}: {change.text}", folder)
                for change in different
            )
        )
    for run in state.runs:
        from_record(space, run.configuration)  # complains of what the space does not have
    return [run for run in state.runs if run.result.status is not Status.KILLED], state.lost

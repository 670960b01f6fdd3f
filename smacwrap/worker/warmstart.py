"""What an earlier study learned, for the engines of a new one."""

from collections.abc import Sequence
from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history import Run
from smacwrap.history.state import read_folder
from smacwrap.pcs import Tree, parse_tree
from smacwrap.pcs.changes import changes
from smacwrap.pcs.settings import active_values
from smacwrap.protocol import Status


def warm_runs(folder: Path, tree: Tree) -> tuple[list[Run], Sequence[Problem]]:
    """The runs of a study or of a state folder, ours or SMAC v2's, that an engine can learn from.

    With them comes what is lost of them, for it cannot be read.

    Raises:
        UserError: it is neither, cannot be read, or has other parameters; it says which.
    """
    state = read_folder(folder)
    if different := list(changes(parse_tree(state.context.pcs_text), tree)):
        raise UserError(
            *(
                Problem(f"other parameters: {change.kind}: {change.text}", folder)
                for change in different
            )
        )
    for run in state.runs:
        active_values(tree, run.configuration)  # complains of what the parameters do not have
    return [run for run in state.runs if run.result.status is not Status.KILLED], state.lost

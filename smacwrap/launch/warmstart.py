"""What an earlier study learned, for the engines of a new one."""

from pathlib import Path

from ConfigSpace import ConfigurationSpace

from smacwrap.errors import Problem, UserError
from smacwrap.history import Run
from smacwrap.history.state import read_runs
from smacwrap.pcs import from_text, parse_pcs
from smacwrap.pcs.changes import changes
from smacwrap.protocol import Status


def warm_runs(folder: Path, space: ConfigurationSpace) -> list[Run]:
    """The runs of a study or of a state folder, ours or SMAC v2's, that an engine can learn from.

    Raises:
        UserError: it is neither, cannot be read, or has other parameters; it says which.
    """
    pcs_text, runs = read_runs(folder)
    if different := list(changes(parse_pcs(pcs_text), space)):
        raise UserError(
            *(
                Problem(f"other parameters: {change.kind}: {change.text}", folder)
                for change in different
            )
        )
    for run in runs:
        from_text(space, run.configuration)  # complains of what the space does not have
    return [run for run in runs if run.result.status is not Status.KILLED]

"""Finds the scenario that the runs of a folder were made with."""

from pathlib import Path

from smacwrap.errors import Problem, UserError
from smacwrap.history import Study
from smacwrap.history.state import is_state_folder, state_folders
from smacwrap.scenario import Scenario, load_scenario
from smacwrap.worker.study_json import read_description

# The options that a state folder's copies of files stand for, as for SMAC v2's --restore-scenario.
_COPIES = (
    ("pcs-file", "param.pcs"),
    ("instances", "instances.txt"),
    ("test-instances", "instances.txt"),
    ("feature-file", "instance-features.txt"),
)


def known_scenario(
    folder: Path, file: Path | None = None
) -> tuple[Scenario, list[tuple[str, str]]]:
    """The scenario of a study or state folder, and the options that win over its file.

    Args:
        folder: ours or SMAC v2's.
        file: the scenario file; None to take what the study, or a state folder, says.

    Raises:
        UserError: it is not known, or cannot be loaded.
    """
    if file is not None:
        return load_scenario(file), []
    if description := read_description(Study(folder)):
        return description.load_scenario(), list(description.overrides)
    states = [folder] if is_state_folder(folder) else state_folders(folder).values()
    for state_folder in states:
        copy = state_folder / "scenario.txt"
        if copy.exists():
            overrides = [
                (option, str(state_folder / name))
                for option, name in _COPIES
                if (state_folder / name).exists()
            ]
            # It ran somewhere else: its folders need not be here.
            here = [("algo-exec-dir", "."), ("experiment-dir", ".")]
            return load_scenario(copy, overrides + here), overrides
    message = "it has no copy of its scenario file: name the file with --scenario FILE"
    raise UserError(Problem(message, folder))

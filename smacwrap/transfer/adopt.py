"""Makes a study of ours of a folder that SMAC v2 wrote, so that a launch can go on with it."""

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smacwrap.engines import ENGINES
from smacwrap.errors import Problem, UserError
from smacwrap.history import (
    HistoryReader,
    Incumbents,
    LiveRundataReader,
    LiveRundataWriter,
    Objective,
    Run,
    Study,
    StudyIdentity,
)
from smacwrap.history.objective import Incumbent
from smacwrap.history.state import (
    Context,
    is_state_folder,
    not_among,
    read_folder,
    read_state,
    state_folders,
    study_context,
    without_duplicates,
)
from smacwrap.launch.launcher import DEFAULT_GRACE
from smacwrap.lookup import resolved
from smacwrap.pcs import parse_tree
from smacwrap.protocol.direction import Direction
from smacwrap.scenario import Scenario
from smacwrap.scenario.lines import read_text
from smacwrap.scenario.plain import scenario_to_plain
from smacwrap.transfer.known_scenario import known_scenario
from smacwrap.worker.direction import direction_of
from smacwrap.worker.objective import objective_of, study_identity
from smacwrap.worker.resources import Share
from smacwrap.worker.study_json import Description, identity_of, write_description


@dataclass(frozen=True)
class Adopted:
    """A study, its objective and incumbent, and its runs with their workers' seeds.

    `left_out` are runs in state folders that the workers' own live-rundata files lack, `lost` what
    cannot be read; `direction` says which way their quality is better.
    """

    study: Study
    objective: Objective
    incumbent: Incumbent | None
    runs: Sequence[tuple[int, Run]]
    left_out: Sequence[Run]
    lost: Sequence[Problem]
    direction: Direction


def adopt(folder: Path, to: Path | None = None, scenario_file: Path | None = None) -> Adopted:
    """Add what a study of ours has to a folder of SMAC v2's; nothing of SMAC's is changed.

    A worker that has no live-rundata file gets one, made of its state folder; in a copy, runs that
    only the state folder has are added to one that there is.

    Args:
        folder: a rungroup's, with live-rundata files or state folders, or one state folder.
        to: where to make a copy, and a study of that; None to make it in place.
        scenario_file: what the study was launched with; None to take a state folder's copy.

    Raises:
        UserError: it is no such folder or a study of ours already, a file in it cannot be read,
            its scenario is unknown, or the study cannot be written.
    """
    if Study(folder).description.exists():
        raise UserError(Problem("it is a study of smacwrap already", folder))
    lost = read_folder(folder).lost  # complains now of files that cannot be read
    if to is None and is_state_folder(folder):
        message = "it is a single state folder: say where to make a study of it, with --to STUDY"
        raise UserError(Problem(message, folder))
    target = Study(to or folder)
    try:
        with _workplace(folder, to) as place:
            context = study_context(place)
            scenario, overrides = known_scenario(place.folder, scenario_file)
            identity = study_identity(scenario, context.pcs_text, context.instances)
            left_out = _complete_histories(place, identity, to is None)
            runs = list(HistoryReader(place).poll())
            # Last: it is what makes the folder a study of ours.
            description = _description(place, target, scenario, overrides, context)
            write_description(place, description)
    except OSError as error:
        message = f"cannot write the study: {error.strerror}: {error.filename}"
        raise UserError(Problem(message)) from None
    incumbents = Incumbents(objective_of(scenario))
    # Every process of SMAC v2 runs the default configuration.
    for run in without_duplicates((run for _, run in runs), parse_tree(context.pcs_text)):
        incumbents.add(run)
    return Adopted(
        study=target,
        objective=incumbents.objective,
        incumbent=incumbents.current,
        runs=runs,
        left_out=left_out,
        lost=lost,
        direction=direction_of(scenario),
    )


@contextmanager
def _workplace(folder: Path, to: Path | None) -> Iterator[Study]:
    """Where to work: in place, or in a copy that becomes `to` when all is done."""
    if to is None:
        yield Study(folder)
        return
    if to.exists():
        raise UserError(Problem("it exists already: choose a new folder for --to", to))
    if resolved(to).is_relative_to(resolved(folder)):
        raise UserError(Problem("a copy cannot lie inside of what is copied", to))
    to.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        copy = part / "study"
        if is_state_folder(folder):
            shutil.copytree(folder, copy / _state_folder_name(folder))
        else:
            shutil.copytree(folder, copy)
        yield Study(copy)
        copy.replace(to)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _state_folder_name(folder: Path) -> str:
    """Its own name, if that says a seed."""
    folder = resolved(folder)
    return folder.name if folder in state_folders(folder.parent).values() else "state-run1"


def _complete_histories(study: Study, identity: StudyIdentity, in_place: bool) -> list[Run]:
    """Write the runs that only the state folders have to live-rundata files.

    Returns the runs for which there was no place: in place, SMAC's own files stay as they are.
    """
    tree = parse_tree(identity.pcs_text)
    left_out: list[Run] = []
    for seed, state_folder in state_folders(study.folder).items():
        path = study.live_rundata(seed)
        exists = path.exists()
        missing = not_among(LiveRundataReader(path).poll(), read_state(state_folder).runs, tree)
        if exists and in_place:
            left_out += missing
        elif missing:
            part = path.with_suffix(".part")
            if exists:
                shutil.copyfile(path, part)
            else:
                part.unlink(missing_ok=True)
            writer = LiveRundataWriter(part, identity)
            for run in missing:
                writer.append(run)
            part.replace(path)
    return left_out


def _description(
    place: Study,
    target: Study,
    scenario: Scenario,
    overrides: list[tuple[str, str]],
    context: Context,
) -> Description:
    def final(path: str) -> str:
        """The path that a file will have when the workplace has become the study."""
        inside = resolved(path).is_relative_to(resolved(place.folder))
        relative = resolved(path).relative_to(resolved(place.folder)) if inside else path
        return str(resolved(target.folder) / relative)

    folder, seeds = resolved(target.folder), place.seeds()
    return Description(
        scenario=final(str(scenario.file)),
        overrides=[
            *((option, final(path)) for option, path in overrides),
            ("output-dir", str(folder.parent)),
            ("rungroup", folder.name),
        ],
        cwd=str(Path.cwd()),
        identity=identity_of(scenario),
        pcs_text=context.pcs_text,
        scenario_text=read_text(scenario.file),
        settings=scenario_to_plain(_moved(scenario, final, folder)),
        job=None,
        seeds=seeds,
        engine=ENGINES[0],
        limits_per_process=False,
        gpus=None,
        cores=None,
        shares={seed: Share() for seed in seeds},
        nice=0,
        grace=DEFAULT_GRACE,
        detach=False,
        repeat={},
        host=platform.node(),
        pid=os.getpid(),
        start=datetime.now(UTC).isoformat(),
    )


def _moved(scenario: Scenario, final: Callable[[str], str], folder: Path) -> Scenario:
    """The scenario with all its paths as they will be, for a study in `folder`."""
    values = ((field.name, getattr(scenario, field.name)) for field in fields(scenario))
    changes: dict[str, Any] = {"output_dir": folder.parent, "rungroup": folder.name}
    paths = ((name, value) for name, value in values if isinstance(value, Path))
    return replace(scenario, **{name: Path(final(str(path))) for name, path in paths} | changes)

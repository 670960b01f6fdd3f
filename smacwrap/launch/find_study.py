"""Finds the study that somebody means: by its folder, a folder around it, its scenario or its job.

Wherever a command takes a STUDY it takes all of these, and says which studies there are where
several fit.
"""

import os
import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from smacwrap.errors import UserError
from smacwrap.history import Study
from smacwrap.kinds import Kind, kind_of
from smacwrap.lookup import find_file, resolved
from smacwrap.scenario import find_option, load_scenario
from smacwrap.worker.study_json import Description, read_description

_DEPTH = 4  # folders below the one that was named
_MOST_FOLDERS = 5000  # looked at in one search
_MOST_LISTED = 20
_OUTPUT = "smac-output"


def find_study(path: Path, prefer: Callable[[Study], bool] | None = None) -> Study:
    """The study that is meant by `path`.

    Args:
        path: a study's folder or a file in it, a folder with a study somewhere in it or a study's
            name, the scenario file or the job file of a study.
        prefer: chooses where several fit and exactly one is chosen.

    Raises:
        UserError: no study fits, or several do.
    """
    if _is_study(path):
        return Study(path)
    kind = kind_of(path)
    if kind is Kind.SCENARIO:
        found = studies_of(path)
    elif kind is Kind.JOB:
        found = [study for study in _around(path) if _uses(study, resolved(path))]
    elif kind is None:
        found = [study for study in _below(Path()) if study.name == str(path)]
    else:
        found = _surrounding(path) or list(_below(path))
    return Study(_one(path, kind, found, prefer))


def studies_of(scenario: Path) -> list[Path]:
    """The studies of a scenario file that lie where it would write one, around it, or around here.

    Studies that cannot be read are nobody's.
    """
    found = []
    try:
        loaded = load_scenario(scenario)
        found.append(loaded.output_dir / loaded.rungroup)
    except UserError:
        pass  # a study can be looked at when its scenario is broken
    own = str(resolved(scenario.parent) / scenario.name)
    around = [
        study for study in _around(scenario) if (d := _description(study)) and d.scenario == own
    ]
    here = [_from_here(study) for study in (*filter(_is_study, found), *around)]
    return list(dict.fromkeys(here))


def smac2_folder(path: Path) -> Path:
    """The folder that SMAC v2 wrote, by its scenario file or a folder around it, if there is one.

    Anything else is returned as it is, for whoever reads it to say what is wrong.

    Raises:
        UserError: the scenario file cannot be loaded, or several folders fit.
    """
    if kind_of(path) is Kind.SCENARIO:
        loaded = load_scenario(path)
        return _from_here(loaded.output_dir / loaded.rungroup)
    if _is_study(path) or _is_smac2s(path):
        return path
    found = [folder for folder in _folders_below(path) if _is_smac2s(folder)]
    if len(found) > 1:
        raise UserError(
            f"{path}: {len(found)} folders of SMAC v2 fit, name one of them:",
            *(f"  {folder}" for folder in found[:_MOST_LISTED]),
        )
    return found[0] if found else path


def _is_smac2s(folder: Path) -> bool:
    # Only `import` asks: others do without all that reads state folders.
    from smacwrap.history.state import is_state_folder, state_folders

    return bool(Study(folder).seeds() or state_folders(folder) or is_state_folder(folder))


def how_to_resume(study: Path) -> str:
    """The command that goes on with a study from its own folder; empty if it cannot be read."""
    description = _description(study)
    if description is None:
        return ""
    words = ["smacwrap", "launch", description.scenario, "--resume"]
    for name, value in description.overrides:
        option = find_option(name)
        if option and option.name in ("output-dir", "rungroup", "experiment-dir"):
            words += [f"--{name}", value]
    return f"cd {shlex.quote(description.cwd)} && {shlex.join(words)}"


def _one(
    path: Path, kind: Kind | None, found: list[Path], prefer: Callable[[Study], bool] | None
) -> Path:
    if len(found) > 1 and prefer:
        chosen = [study for study in found if prefer(Study(study))]
        found = chosen if len(chosen) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found:
        if kind is None:
            raise UserError(f"{path}: there is no such file, folder or study")
        if kind is Kind.SCENARIO:
            word = shlex.quote(str(path))
            raise UserError(f"{path}: no study of this scenario; smacwrap launch {word} makes one")
        if kind is Kind.FOLDER:
            raise UserError(f"{path}: no study of smacwrap in it or below (no study.json)")
        raise UserError(f"{path}: {kind}, and no study was found that belongs to it")
    more = len(found) - _MOST_LISTED
    raise UserError(
        f"{path}: {len(found)} studies fit, name one of them:",
        *(f"  {study}{_state(study)}" for study in found[:_MOST_LISTED]),
        *([f"  … and {more} more"] if more > 0 else []),
    )


def _state(study: Path) -> str:
    try:
        return "  (running)" if Study(study).is_locked("launch") else ""
    except OSError:
        return ""


def _is_study(folder: Path) -> bool:
    try:
        return Study(folder).description.is_file()
    except (OSError, ValueError):  # a name too long, a NUL in it, a folder not to be entered
        return False


def _surrounding(path: Path) -> list[Path]:
    """The study that `path` is a file or a folder of."""
    parents = resolved(path).parents
    return [_from_here(parent) for parent in parents[:2] if _is_study(parent)][:1]


def _around(file: Path) -> list[Path]:
    """The studies below the current folder and the file's, and beside their parents."""
    places = [Path(), file.parent]
    beside = [
        parent / _OUTPUT for place in places for parent in resolved(place).parents if parent.name
    ]
    found = [study for place in (*places, *beside) for study in _below(place)]
    return list(dict.fromkeys(_from_here(study) for study in found))


def _below(folder: Path) -> Iterator[Path]:
    """The studies in a folder and its folders, by name, those nearest first."""
    return filter(_is_study, _folders_below(folder))


def _folders_below(folder: Path) -> Iterator[Path]:
    """The folders in a folder and its folders, but for those in studies."""
    level, seen = [folder], 0
    for _ in range(_DEPTH):
        below: list[Path] = []
        for place in level:
            if seen >= _MOST_FOLDERS:
                return
            inner = list(_folders(place))
            seen += len(inner)
            yield from inner
            below += [path for path in inner if not (_is_study(path) or Study(path).seeds())]
        level = below


def _folders(folder: Path) -> Iterable[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
    except (OSError, ValueError):
        return []
    return [folder / name for name in sorted(names) if not name.startswith(".")]


def _description(study: Path) -> Description | None:
    try:
        return read_description(Study(study))
    except UserError:
        return None


def _uses(study: Path, job: Path) -> bool:
    """Whether the target algorithm of a study is `smacwrap run` with this job file."""
    description = _description(study)
    if not description:
        return False
    for word in description.identity.get("algo", "").split():
        if Path(word).name == job.name:
            try:
                return find_file(word, Path(description.scenario).parent) == job
            except UserError:
                return False
    return False


def _from_here(path: Path) -> Path:
    """`path` as it is named from the current folder, if it lies below it."""
    here, full = Path.cwd(), resolved(path)
    return full.relative_to(here) if full.is_relative_to(here) else full

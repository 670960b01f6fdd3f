"""Names for runs: `run-<pid>`, claimed so that no two wrappers ever share a file."""

import contextlib
import os
from itertools import count
from pathlib import Path

from smacwrap.frozen import Frozen
from smacwrap.lookup import find_file, resolved

RUNS_VARIABLE = "SMACWRAP_RUNS"
"""The environment variable that names the folder in which a study keeps its runs."""

RUN_VARIABLE = "SMACWRAP_RUN"
"""The environment variable with the ID of a run of a study, in all of its processes."""

SCENARIO_VARIABLE = "SMACWRAP_SCENARIO_DIR"
"""The environment variable that names the folder of the scenario that a run belongs to."""

JOB_VARIABLE = "SMACWRAP_JOB"
"""The environment variable that names the job file of a launch."""

FROZEN_VARIABLE = "SMACWRAP_FROZEN_JOB"
"""The environment variable that names a copy of it, made when the launch began."""

CACHE = ".cache"
"""The folder, in that of the runs, for what they share."""

DEFAULT_RUNS = "smacwrap-runs"
"""The folder for runs, below the current one, of a wrapper that no study started."""


class Place(Frozen):
    """Where one run's bundle lies, and the empty folder that keeps its name until it does."""

    folder: Path
    bundle: Path

    def all(self) -> tuple[Path, ...]:
        """All that can lie there before the run is over."""
        return (self.folder, self.bundle, self.bundle.with_suffix(".part"))

    def release(self) -> None:
        """Remove the folder: from now on the name is that of the bundle, or free."""
        with contextlib.suppress(FileNotFoundError):
            self.folder.rmdir()


def find_job(name: str) -> tuple[Path, Path | None]:
    """The job file: from the current folder, the scenario's folder or one of its parents.

    With the copy that has its text, if it is the job of a launch: that neither an edit nor a
    removal of the file changes before the next launch.

    Raises:
        UserError: there is none; it lists where the file was looked for.
    """
    scenario_dir = Path(os.environ.get(SCENARIO_VARIABLE) or ".")
    frozen = os.environ.get(FROZEN_VARIABLE)
    if frozen and (job := os.environ.get(JOB_VARIABLE)):
        base = resolved(scenario_dir)
        for folder in (Path.cwd(), base, *base.parents):
            path = resolved(folder / name)
            if path == Path(job):
                return path, Path(frozen)
            if path.is_file():
                break
    return find_file(name, scenario_dir), None


def runs_folder() -> Path:
    """The folder for the runs of this process."""
    return Path(os.environ.get(RUNS_VARIABLE) or DEFAULT_RUNS).absolute()


def claim(runs: Path) -> Place:
    """Claim the first free name of `run-<pid>`, `run-<pid>-2`, …, and create its folder.

    The folder is the claim: to create one is atomic, also on network file systems and between
    machines whose processes have equal numbers. Once the folder goes, the bundle keeps the name.

    Raises:
        OSError: the folder cannot be written.
    """
    runs.mkdir(parents=True, exist_ok=True)
    for attempt in count(1):
        name = f"run-{os.getpid()}" + (f"-{attempt}" if attempt > 1 else "")
        place = Place(runs / name, runs / f"{name}.zip")
        try:
            place.folder.mkdir(mode=0o700)
        except FileExistsError:
            continue
        if not place.bundle.exists():
            return place
        place.release()
    raise AssertionError("count() never ends")

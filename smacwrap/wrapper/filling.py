"""Fills a run's folder: its inputs, and the files in which its parameters are filled in."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from smacwrap.bundles.inputs import Inputs, Prepared, find_input, prepare_inputs
from smacwrap.protocol import CallString
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.place import CACHE, Place
from smacwrap.wrapper.placeholders import values_of
from smacwrap.wrapper.spelling import Spelled

_MOST_NAMED = 5  # inputs that are left out, in one warning


def inputs_of(job: Job) -> Inputs:
    """What a job gives to its runs."""
    filled = [t.name for t in job.templates if find_input(job.inputs, t.name) == t.source]
    if job.config and find_input(job.inputs, job.config):
        filled.append(job.config)
    # Nothing of an earlier run.
    left_by_runs = [t.name for t in job.templates if t.name not in filled]
    left_by_runs += [job.json] if job.json else []
    return Inputs(job.inputs, tuple(filled), tuple(left_by_runs))


def left_out(strange: Sequence[tuple[str, str]]) -> str:
    """A sentence about what is left out of the inputs, each with what it is; empty for nothing."""
    named = ", ".join(f"{name} ({what})" for name, what in strange[:_MOST_NAMED])
    more = len(strange) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"left out of the inputs: {named}{rest}" if named else ""


class Filling:
    """Fills the folder of one run, and its bundle.

    Args:
        job: the job.
        call: the call string.
        spelled: what its parameters become.
        place: where the bundle is to lie.
    """

    def __init__(self, job: Job, call: CallString, spelled: Spelled, place: Place) -> None:
        self._job = job
        self._call = call
        self._spelled = spelled
        self._place = place
        self.prepared = Prepared("")

    def fill(self, folder: Path) -> None:
        """Fill an empty folder for the run: inputs, and templates and settings filled in.

        Raises:
            OSError: something cannot be read or written.
            FillError: the configuration lacks what a file needs.
        """
        job, place = self._job, self._place
        cache = place.bundle.parent / CACHE
        self.prepared = prepare_inputs(inputs_of(job), folder, place.bundle, cache)
        names = [template.name for template in job.templates]
        if job.templates:
            from smacwrap.wrapper.templates import fill_templates

            fill_templates(job.templates, folder, values_of(self._call))
        if job.config:
            from smacwrap.wrapper.settings_file import write_settings

            given = find_input(job.inputs, job.config)
            write_settings(folder / job.config, self._spelled.settings, given, job.config_kind)
            names.append(job.config)
        if names:
            from smacwrap.bundles.additions import add

            add(place.bundle, [(name, folder / name) for name in names])
        place.release()

    def fill_again(self, folder: Path, left: Iterable[tuple[str, Path]]) -> None:
        """Fill an empty folder as `fill` did, and with what the run left.

        Raises:
            OSError: something cannot be read or written.
            BundleError: a zip was damaged meanwhile.
        """
        from smacwrap.bundles.bundle import unpack
        from smacwrap.bundles.copying import copy_file

        if self.prepared.stored:
            unpack(self.prepared.stored, folder)
        unpack(self._place.bundle, folder)
        for name, path in left:
            copy = folder / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                copy.mkdir(exist_ok=True)
            else:
                copy_file(path, copy)
                copy.chmod(path.stat().st_mode & 0o777 | 0o600)

    def warnings(self) -> tuple[str, ...]:
        """What a person should know of the inputs."""
        said = left_out(self.prepared.strange)
        return (said,) if said else ()

"""The types of command-line words that name files, folders and studies."""

from pathlib import Path
from typing import Any

import click

ANY_PATH = click.Path(path_type=Path, readable=False)
"""Whether there is something that can be read is found out, and said, where it is read."""


class StudyFolder(click.ParamType[Path]):
    """A study's folder, by any of the names that `find_study` takes."""

    name = "study"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The folder; a UserError if no study fits, or several do."""
        # The wrapper's path imports this module, too.
        from smacwrap.launch.find_study import find_study

        return find_study(Path(value)).folder


STUDY = StudyFolder()
"""The folder of a study that is named in any of the ways that people have at hand."""

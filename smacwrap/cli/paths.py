"""The type of command-line words that name files and folders."""

from pathlib import Path

import click

ANY_PATH = click.Path(path_type=Path, readable=False)
"""Whether there is something that can be read is found out, and said, where it is read."""

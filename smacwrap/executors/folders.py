"""Removes folders; `shutil` would take a run longer to load than to remove its folder with."""

import contextlib
import os
from pathlib import Path


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as possible; links are not followed."""
    folders = [folder]
    for inside in folders:  # which grows
        with contextlib.suppress(OSError):
            inside.chmod(0o700)  # it may be read-only
            with os.scandir(inside) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(inside / entry.name)
                    else:
                        (inside / entry.name).unlink()
    for inside in reversed(folders):
        with contextlib.suppress(OSError):
            inside.rmdir()
    if os.path.lexists(folder):
        import shutil  # it also gets along with paths that are too long for the system

        shutil.rmtree(folder, ignore_errors=True)

"""Removes folders; `shutil` would take a run longer to load than to remove its folder with."""

import contextlib
import os


def remove_tree(folder: str) -> None:
    """Remove a folder with all that is in it, as far as possible; links are not followed."""
    folders = [folder]
    for inside in folders:  # which grows
        with contextlib.suppress(OSError):
            os.chmod(inside, 0o700)  # it may be read-only
            with os.scandir(inside) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        os.unlink(entry.path)
    for inside in reversed(folders):
        with contextlib.suppress(OSError):
            os.rmdir(inside)
    if os.path.lexists(folder):
        # It gets along with paths that are too long for the system, or too deep for Python.
        with contextlib.suppress(OSError):
            os.spawnlp(os.P_WAIT, "rm", "rm", "-rf", "--", folder)

"""Finds the modules beside a Python script that it needs, from its import statements."""

import ast
from collections.abc import Iterator
from pathlib import Path


def with_local_modules(script: Path) -> tuple[Path, ...]:
    """The script and the modules of its folder that it imports, directly or not.

    Packages are left out, and a file that is no Python of this version imports nothing.
    """
    found = [script]
    for file in found:  # grows meanwhile
        modules = (script.parent / f"{name}.py" for name in _imported(file))
        found += [m for m in dict.fromkeys(modules) if m not in found and m.is_file()]
    return tuple(found)


def _imported(file: Path) -> Iterator[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module

"""A room imports from the rooms above it only, as docs/architecture.md lists them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import smacwrap

PACKAGE = Path(smacwrap.__file__).parent

ROOMS = (
    "protocol",
    "processes",
    "bundles",
    "pcs",
    "scenario",
    "history",
    "executors",
    "wrapper",
    "engines",
    "worker",
    "launch",
    "transfer",
    "report",
    "python",
    "cli",
)


def imports(file: Path) -> Iterator[tuple[str, int]]:
    """The rooms that a module imports from, with the line, whenever it does so."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            if node.module == "smacwrap":
                names = [f"smacwrap.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "smacwrap" and len(parts) > 1 and parts[1] in ROOMS:
                yield parts[1], node.lineno  # type: ignore[union-attr]


def test_every_room_is_listed() -> None:
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert found == set(ROOMS)


def test_the_page_lists_the_rooms_in_their_order() -> None:
    page = (Path(__file__).parent.parent / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)/` \|", page, re.M) == list(ROOMS)


def test_imports_point_to_rooms_above() -> None:
    wrong = [
        f"{file.relative_to(PACKAGE)}:{line} imports from {room}"
        for file in sorted(PACKAGE.glob("*/**/*.py"))
        for room, line in imports(file)
        if ROOMS.index(room) > ROOMS.index(file.relative_to(PACKAGE).parts[0])
    ]
    assert wrong == []

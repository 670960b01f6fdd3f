from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.scenario import Scenario, load_scenario

MINIMAL = (Path(__file__).parent.parent / "data/scenarios/minimal.txt").read_text()

Load = Callable[..., Scenario]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, called `study`, with a PCS file."""
    folder = tmp_path / "study"
    folder.mkdir()
    (folder / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def load(folder: Path) -> Load:
    """Load the minimal scenario with lines added, and options on the command line."""

    def load(added: str = "", /, *, base: str = MINIMAL, **overrides: str) -> Scenario:
        (folder / "tune.txt").write_text(base + added)
        return load_scenario("tune.txt", overrides)

    return load

"""The command line inside the test's own process, for what a process of its own adds nothing to."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from smacwrap.cli import main
from tests.conftest import PCS, SCENARIO, TARGET, write_program


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it printed."""

    code: object
    out: str
    err: str


Call = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a scenario that can be launched."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.pcs").write_text(PCS)
    write_program(tmp_path / "target.sh", TARGET)
    (tmp_path / "quick.txt").write_text(SCENARIO)
    return tmp_path


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """`call("check", …)` is `smacwrap scenario check …` in the current folder."""

    def call(*words: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["smacwrap", "scenario", *map(str, words)])
        with pytest.raises(SystemExit) as exit_:
            main()
        return Done(exit_.value.code, *capfd.readouterr())

    return call

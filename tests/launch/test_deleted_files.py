"""Files of a study that are deleted under a running launch: told, and survived or the end."""

import shutil
import time
from pathlib import Path

import pytest

from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

WORDS = ("--engine", "random", "--grace", 1, "--runcount-limit", 4)


@pytest.fixture
def study(quick: Path) -> Path:
    """From the second one, its runs take until the folder has a file `go`."""
    text = (
        "#!/bin/sh\n[ -e first ] && until [ -e go ]; do sleep 0.1; done; touch first\n"
        'echo "Result for SMAC: SAT, 1, 1, 0.5, $5"\n'
    )
    write_program(quick.parent / "target.sh", text)
    return quick.parent / "smac-output" / "quick"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("study.json", "study.json was deleted: it is written again"),
        ("live-rundata-1.json", "live-rundata-1.json was deleted: its 2 runs are written again"),
        *((name, "") for name in ("running-1.json", "runs", "traj-run-1.txt", "state-run1")),
    ],
)
def test_a_launch_goes_on_without_a_file_and_loses_no_run(
    study: Path, start_launch: Launch, name: str, said: str
) -> None:
    launcher = start_launch(*WORDS)
    wait_for(lambda: len(recorded(study, 1)) == 1 and (study / "running-1.json").exists())
    time.sleep(0.2)
    path = study / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    (study.parent.parent / "go").touch()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert said in out
    assert out.count("SAT") == 4 == len(recorded(study, 1))
    assert (study / "study.json").exists()


@pytest.mark.parametrize("name", ["budget.jsonl", "."])
def test_a_launch_ends_with_its_budget_or_its_folder(
    study: Path, start_launch: Launch, name: str
) -> None:
    launcher = start_launch(*WORDS)
    wait_for(lambda: len(recorded(study, 1)) == 1)
    if name == ".":  # at once: a file that comes or goes meanwhile would stop its deletion
        study.rename(study.with_name("gone"))
    else:
        (study / name).unlink()
    (study.parent.parent / "go").touch()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 2, out
    assert f"{study / name}: was deleted while a launch was at work" in out
    assert "Traceback" not in out


def test_a_worker_that_dies_without_its_log_is_told(study: Path, start_launch: Launch) -> None:
    launcher = start_launch(*WORDS)
    wait_for(lambda: len(recorded(study, 1)) == 1)
    # A part of its run history is cut off, so that it ends with an error.
    history = study / "live-rundata-1.json"
    history.write_text(history.read_text().partition("\n")[0])
    (study / "worker-1.log").unlink()
    (study.parent.parent / "go").touch()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert f"worker 1 died, exit code 2 (its log {study / 'worker-1.log'} cannot be read" in out
    # The run that was cut off counts, if the launcher had seen it.
    assert len(recorded(study, 1)) in (3, 4)

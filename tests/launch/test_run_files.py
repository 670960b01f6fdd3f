"""What goes into the runs of a launch and what comes back, in its records and its study."""

import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.launch.conftest import recorded

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

JOB = """
[run]
input = "src"
command = "sh run.sh {x}"
outputs = ["model"]
[result]
quality = "loss"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    """A scenario whose target is the job `src/run.sh`."""
    (tmp_path / "src").mkdir()
    (tmp_path / "job.toml").write_text(JOB)
    (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    file = tmp_path / "quick.txt"
    file.write_text(
        "algo = smacwrap run job.toml\npcs-file = params.pcs\nrunObj = QUALITY\n"
        "use-instances = false\nnumberOfRunsLimit = 3\n"
    )
    return file


def runs_of(scenario: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each run of a launch with one worker, and what SMAC v2 has no field for."""
    study = scenario.parent / "smac-output" / scenario.stem
    return [(run, json.loads(run["smacwrap"])) for run in recorded(study, 1)]


def test_runs_are_made_and_warn_whatever_lies_among_their_inputs(
    scenario: Path, smacwrap: Smacwrap
) -> None:
    source = scenario.parent / "src"
    (source / "run.sh").write_text("printf 'loss\\t%s\\n' $1")
    (source / "large").write_bytes(bytes(2_000_000))
    (source / ".#run.sh").symlink_to("user@host.4242:1700000000")
    done = smacwrap("launch", scenario, "--engine", "random")
    assert done.returncode == 0, done
    runs = runs_of(scenario)
    assert len(runs) == 3
    folder = scenario.parent / "smac-output" / "quick" / "runs"
    (stored,) = folder.glob("inputs-*.zip")
    for run, details in runs:
        assert run["r-run-result"] == "SAT", run
        assert details["inputs"] == stored.stem.removeprefix("inputs-")
        assert details["warnings"] == [
            "left out of the inputs: .#run.sh (a link that leads nowhere)",
            "there is no output file 'model'",
        ]
        assert set(details["metrics"]) == {"loss"}
    assert smacwrap("launch", scenario, "--engine", "random", "--overwrite").returncode == 0
    assert list(folder.glob("inputs-*.zip")) == [stored]


def test_a_run_whose_files_find_no_room_is_recorded_with_a_word(scenario: Path) -> None:
    script = "for f in a b; do head -c 600000 /dev/urandom > $f; done; mkdir model; mv a b model"
    (scenario.parent / "src" / "run.sh").write_text(f"{script}; printf 'loss\\t%s\\n' $1")
    launch = f"{sys.executable} -m smacwrap launch quick.txt --engine random"
    # A limit on the size of files is the full disk that every user can have.
    words = ["bash", "-c", f"ulimit -f 1000; exec {launch} --numberOfRunsLimit 1"]
    done = subprocess.run(
        words, cwd=scenario.parent, capture_output=True, text=True, errors="replace", check=False
    )
    assert done.returncode == 0, done
    ((run, details),) = runs_of(scenario)
    assert run["r-run-result"] == "SAT"
    assert details["warnings"][0].startswith("its outputs are lost: File too large")
    bundle = scenario.parent / "smac-output" / "quick" / "runs" / details["zip"]
    with zipfile.ZipFile(bundle) as archive:
        assert set(archive.namelist()) == {"run.sh", "log.txt", "call.json"}

"""Launches whose `pcs-file` is ConfigSpace's JSON, or a file of another configurator."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from smacwrap.pcs import read_pcs
from tests.launch.conftest import recorded

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

SPACE = {
    "hyperparameters": [
        {"name": "x", "type": "uniform_float", "log": False, "lower": 0.0, "upper": 1.0,
         "default": 0.5},
        {"name": "kind", "type": "categorical", "choices": ["a", "b"], "default": "a",
         "weights": [1, 3]},
        {"name": "z", "type": "uniform_float", "log": False, "lower": 0.0, "upper": 1.0,
         "default": 0.5},
    ],
    "conditions": [{"child": "z", "parent": "kind", "type": "EQ", "value": "b"}],
    "forbiddens": [],
    "python_module_version": "0.4.20",
    "json_format_version": 0.2,
}  # fmt: skip

PCS = "x real [0, 1] [0.5]\nkind {b, a} [a]\nz real [0, 1] [0.5]\nz | kind != a\n"


def write(scenario: Path, runs: int, pcs_file: str) -> None:
    text = f"use-instances = false\nrunObj = QUALITY\nalgo = ./target.sh\nruncount-limit = {runs}\n"
    scenario.write_text(f"{text}pcs-file = {pcs_file}\n")


def test_a_json_space_is_tuned_and_kept_as_pcs_and_a_pcs_file_goes_on(
    quick: Path, smacwrap: Smacwrap
) -> None:
    folder = quick.parent
    (folder / "space.json").write_text(json.dumps(SPACE))
    write(quick, 3, "space.json")
    checked = smacwrap("scenario", "check", quick)
    assert checked.returncode == 0, checked
    assert "space.json: warning: 'kind': the weights of its values are dropped" in checked.stdout
    done = smacwrap("launch", quick, "--engine", "random")
    assert done.returncode == 0, done
    study = folder / "smac-output" / "quick"
    (kept,) = study.glob("state-run*/param.pcs")
    assert sorted(read_pcs(kept)) == ["kind", "x", "z"]
    assert kept.read_text() == json.loads((study / "study.json").read_text())["pcs_text"]

    (folder / "written.pcs").write_text(PCS)
    write(quick, 4, "written.pcs")
    done = smacwrap("launch", quick, "--engine", "random", "--resume")
    assert done.returncode == 0, done
    assert len(recorded(study, 1)) == 4

    (folder / "written.pcs").write_text(PCS.replace("z | kind != a", "z | kind == a"))
    done = smacwrap("launch", quick, "--engine", "random", "--resume")
    assert done.returncode == 2
    assert "z | kind == a" in done.stderr


def test_a_file_of_irace_is_refused_in_one_line_that_names_the_command(
    quick: Path, smacwrap: Smacwrap
) -> None:
    lines = [f'p{i} "--p{i} " r (0, 1)' for i in range(75)]
    (quick.parent / "parameters.txt").write_text("\n".join(["# irace", *lines]))
    write(quick, 3, "parameters.txt")
    done = smacwrap("launch", quick, "--engine", "random")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "parameter file of irace" in done.stderr
    assert "--from irace --to new -o params.pcs" in done.stderr
    assert not (quick.parent / "smac-output").exists()

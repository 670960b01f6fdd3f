"""What a target prints, and what people read of it: warnings and reasons, wherever they look."""

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.conftest import write_program
from tests.launch.conftest import recorded

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


def scenario(folder: Path, algo: str) -> Path:
    (folder / "params.pcs").write_text("x integer [1, 99] [1]\n")
    path = folder / "s.txt"
    path.write_text(
        f"algo = {algo}\npcs-file = params.pcs\nrunObj = QUALITY\nuse-instances = false\n"
        "numberOfRunsLimit = 3\nabort-on-first-run-crash = false\n"
    )
    return path


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "smac-output" / "s" / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_wrong_seed_is_recorded_as_it_was_sent_and_said_once_and_counted(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_program(
        tmp_path / "t.sh", '#!/bin/sh\necho "Result for SMAC: SAT, 0.1, 0, 2.75, 4$7, note=1"\n'
    )
    path = scenario(tmp_path, "./t.sh")
    done = smacwrap("launch", path, "--engine", "random")
    assert done.returncode == 0, done
    assert "warning: the target echoed the seed 41, and was given -1" in done.stdout
    assert done.stdout.count("echoed the seed") == 2
    assert "3 runs had the warning: the target echoed the seed …, and was given …" in done.stdout
    study = tmp_path / "smac-output" / "s"
    details = [json.loads(run["smacwrap"]) for run in recorded(study, 1)]
    assert details[0]["warnings"] == ["the target echoed the seed 41, and was given -1"]
    assert details[0]["metrics"] == {"note": "1"}
    assert {row["seed"] for row in rows(tmp_path)} == {"-1"}
    assert all("echoed the seed" in row["warnings"] for row in rows(tmp_path))
    worker = (study / "worker-1.log").read_text()
    assert "WARNING run 1: the target echoed the seed 41, and was given -1" in worker

    tried = smacwrap("algo-test", path)
    assert tried.returncode == 0
    assert "warning: the target echoed the seed 41, and was given -1" in tried.stderr


def test_warnings_of_smacwrap_run_reach_the_launch(tmp_path: Path, smacwrap: Smacwrap) -> None:
    (tmp_path / "job.toml").write_text(
        "[run]\ncommand = 'echo loss: {x}'\noutputs = ['model.h5']\n"
        "[result]\nquality = 'loss'\nmetrics = { loss = 'loss: (.*)' }\n"
    )
    done = smacwrap("launch", scenario(tmp_path, "smacwrap run job.toml"), "--engine", "random")
    assert done.returncode == 0, done
    assert "3 runs had the warning: there is no output file 'model.h5'" in done.stdout
    assert [row["warnings"] for row in rows(tmp_path)] == ["there is no output file 'model.h5'"] * 3
    assert {row["metric.loss"] for row in rows(tmp_path)} >= {"1"}


def test_decimal_commas_are_no_result(tmp_path: Path, smacwrap: Smacwrap) -> None:
    line = "Result of algorithm run: SAT, 0.1, 0, 2,75, -1"
    write_program(tmp_path / "t.sh", f"#!/bin/sh\necho '{line}'\n")
    done = smacwrap("algo-test", scenario(tmp_path, "./t.sh"))
    assert done.returncode == 1
    reason = "bad result line: it has decimal commas: 'SAT, 0.1, 0, 2,75, -1' (print 2.75;"
    assert reason in done.stderr


def test_a_targets_exception_is_the_reason_everywhere(tmp_path: Path, smacwrap: Smacwrap) -> None:
    (tmp_path / "t.py").write_text("print('working')\nraise ValueError('bad, really')\n")
    done = smacwrap("launch", scenario(tmp_path, "python t.py"), "--engine", "random")
    assert done.stdout.count("ValueError: bad, really (exit code 1)") >= 3
    assert {row["reason"] for row in rows(tmp_path)} == {"ValueError: bad, really (exit code 1)"}


def test_a_target_that_windows_wrote_is_refused_with_the_way_out(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    write_program(tmp_path / "t.sh", "").write_bytes(b"#!/bin/sh\r\necho\r\n")
    path = scenario(tmp_path, "./t.sh")
    done = smacwrap("launch", path)
    assert done.returncode == 2
    assert "s.txt:1:" in done.stderr
    assert r"ends with a carriage return, \r, as on Windows (try: sed -i 's/\r$//' " in done.stderr
    (tmp_path / "job.toml").write_text("[run]\ninput = ['t.sh']\ncommand = './t.sh'\n")
    for command in ("./t.sh", "./t.sh | cat"):
        (tmp_path / "job.toml").write_text(f"[run]\ninput = ['t.sh']\ncommand = '{command}'\n")
        path.write_text(path.read_text().replace("./t.sh", "smacwrap run job.toml"))
        tried = smacwrap("algo-test", path)
        assert tried.returncode == 1
        assert "the first line of ./t.sh ends with a carriage return" in tried.stderr


def test_a_module_beside_the_script_that_is_no_input_is_named(
    tmp_path: Path, smacwrap: Smacwrap
) -> None:
    (tmp_path / "train.py").write_text("import helper\n")
    (tmp_path / "helper.py").touch()
    (tmp_path / "job.toml").write_text("[run]\ninput = ['train.py']\ncommand = 'python train.py'\n")
    path = scenario(tmp_path, "smacwrap run job.toml")
    said = "ModuleNotFoundError: No module named 'helper' (exit code 1) (is helper.py missing in"
    assert said in smacwrap("algo-test", path).stderr
    (tmp_path / "train.py").write_text("open('data.csv')\n")
    (tmp_path / "data.csv").touch()
    assert "'data.csv' (exit code 1) (is data.csv missing in input?)" in (
        smacwrap("algo-test", path).stderr
    )
    (tmp_path / "data.csv").unlink()
    assert "missing in input" not in smacwrap("algo-test", path).stderr

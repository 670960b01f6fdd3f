"""The shipped wrappers, as their users start them: by smacwrap, by hand, by SMAC v2."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.protocol import Status, parse_result_line
from tests.python.conftest import NO_LIMITS, Run, result_of

SCENARIOS = Path(__file__).parents[2] / "scenarios"
CLASP = SCENARIOS / "clasp_wrapper" / "clasp_wrapper.py"
SGD = [SCENARIOS / "sgd" / name for name in ("sgd_wrapper.py", "sgd_function.py")]
SMAC2 = os.environ.get("SMAC2_HOME", "")
Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("scenario", "config", "result"),
    [
        ("clasp_wrapper/scenario.txt", "", "UNSAT, "),
        ("clasp_wrapper/scenario.txt", "-restarts no -heuristic None", "UNSAT, "),
        ("sgd/sgd_wrapper.txt", "", "SAT, "),
        ("sgd/sgd_function.txt", "-learning_rate adaptive -eta0 0.1", "SAT, "),
    ],
)
def test_algo_test_runs_every_example(
    smacwrap: Smacwrap, scenario: str, config: str, result: str
) -> None:
    path = SCENARIOS / scenario
    done = smacwrap("algo-test", path.name, "--config", config, cwd=path.parent)
    assert done.returncode == 0, done
    assert f"Result: Result of algorithm run: {result}" in done.stdout


def test_the_wrapper_and_the_function_give_the_same_quality(run: Run) -> None:
    words = [*NO_LIMITS, "-alpha", "0.01", "-learning_rate", "constant", "-eta0", "'0.1'"]
    of_the_wrapper, of_the_function = (result_of(run(path, *words)) for path in SGD)
    assert of_the_wrapper.quality == of_the_function.quality
    assert of_the_wrapper.status is Status.SAT


def test_clasp_answers_an_aclib_call_on_an_instance(run: Run, tmp_path: Path) -> None:
    (tmp_path / "two ways; #1.cnf").write_text("p cnf 2 2\n1 2 0\n-1 0\n")
    words = ["--instance", "two ways; #1.cnf", "--cutoff", "10", "--seed", "5", "--config"]
    done = run(CLASP, *words, "-heuristic", "'Vmtf'", "-restarts", "no", "-sign-def", "rnd")
    aclib, smac = done.stdout.splitlines()
    assert json.loads(aclib.partition(": ")[2])["status"] == "SUCCESS"
    result = parse_result_line(smac)
    assert (result.status, result.seed) == (Status.SAT, 5)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (CLASP, ["-restarts", "no", "-heuristic", "Vsids; touch stolen"]),
        (CLASP, ["-restarts", "$(touch stolen)"]),
        (CLASP, ["-heuristic", "Vsids"]),
        (SGD[0], ["-alpha", "`touch stolen`"]),
        (SGD[0], ["-no-such-option", "1"]),
        (SGD[1], ["-alpha", "'; touch stolen'"]),
        (SGD[1], ["-loss", "squared"]),
    ],
)
def test_values_that_cannot_be_are_crashed_and_harm_nothing(
    run: Run, tmp_path: Path, path: Path, words: list[str]
) -> None:
    done = run(path, "--formula=x.cnf", *NO_LIMITS, *words) if path == CLASP else None
    result = result_of(done or run(path, *NO_LIMITS, *words))
    assert result.status is Status.CRASHED
    assert "reason=" in result.additional
    assert not (tmp_path / "stolen").exists()


@pytest.mark.skipif(not SMAC2, reason="SMAC2_HOME is not set")
@pytest.mark.parametrize(
    "scenario", ["clasp_wrapper/scenario.txt", "sgd/sgd_wrapper.txt", "sgd/sgd_function.txt"]
)
def test_smac_v2_tunes_every_example(tmp_path: Path, scenario: str) -> None:
    path = SCENARIOS / scenario
    words = f"--scenario-file {path.name} --seed 1 --numberOfRunsLimit 3 --validation false"
    java = "--add-opens=java.base/java.lang=ALL-UNNAMED"
    folders = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", f"{SMAC2}/smac", *words.split(), "--output-dir", str(tmp_path)],
        cwd=path.parent,
        env={**os.environ, "JAVA_TOOL_OPTIONS": java, "PATH": folders},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    (runs,) = tmp_path.rglob("runs_and_results-it*.csv")
    rows = runs.read_text().splitlines()[1:]
    assert len(rows) == 3
    assert all(
        status in row for row in rows for status in ["UNSAT" if "clasp" in scenario else "SAT"]
    )

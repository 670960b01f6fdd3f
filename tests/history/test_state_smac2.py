"""The real SMAC v2.10.03 reads our state folders; only where SMAC2_HOME names its folder."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ConfigSpace import UniformFloatHyperparameter

from smacwrap.history import Objective
from smacwrap.history.state import (
    Context,
    State,
    StateWriter,
    merge_states,
    read_state,
    write_state,
)
from smacwrap.pcs import all_to_text, parse_pcs, to_text
from smacwrap.protocol import NO_CUTOFF, Status
from tests.conftest import PCS, SCENARIO, write_program
from tests.history.runs import make_run

HOME = os.environ.get("SMAC2_HOME", "")
pytestmark = pytest.mark.skipif(not HOME, reason="SMAC2_HOME is not set")

GOLDEN = Path(__file__).parent.parent / "data/golden"
QUALITY = Objective("QUALITY")

TARGET = "#!/bin/sh\necho Result for SMAC: SAT, 0.1, 1, 0.001, $5\n"

# All kinds of parameters, under names that look odd.
ODD_PCS = """\
a-b.c:d+e/f categorical {x, y/z, 0.1, -3} [y/z]
@1:k {one} [one]
ord ordinal {1, 10, 100} [10]
n integer [-5, 5] [0]
one integer [3, 3] [3]
k integer [1, 100000] [100] log
r real [-1.5, 1e6] [0.1]
s real [1e-8, 0.1] [1e-4] log
q [0, 1] [0.3]
q | n > 2 && ord == 100
{n=1, ord=1}
"""


def smac(program: str, *words: object, cwd: Path) -> None:
    done = subprocess.run(
        ["bash", f"{HOME}/{program}", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def log(cwd: Path, rungroup: str) -> str:
    return (cwd / "smac-output" / rungroup / "log-run1.txt").read_text()


def restored(cwd: Path, rungroup: str) -> State:
    return read_state(cwd / "smac-output" / rungroup / "state-run1")


def scenario_in(folder: Path, pcs_text: str = PCS) -> None:
    (folder / "params.pcs").write_text(pcs_text)
    (folder / "scenario.txt").write_text(SCENARIO)
    write_program(folder / "target.sh", TARGET)


def our_state(folder: Path, pcs_text: str, count: int, seed: int = 1) -> State:
    """A state folder that a worker of ours has written."""
    space = parse_pcs(pcs_text)
    space.seed(seed)
    writer = StateWriter(folder, Context(pcs_text, SCENARIO), QUALITY, NO_CUTOFF)
    sampled = space.sample_configuration(count - 1)
    for i, configuration in enumerate([space.get_default_configuration(), *sampled]):
        status = [Status.SAT, Status.CRASHED, Status.UNSAT, Status.TIMEOUT][i % 4]
        run = make_run(
            float("inf") if i == 4 else i / 100,
            status,
            cutoff=NO_CUTOFF,
            active=list(to_text(configuration)),
            **all_to_text(configuration),
        )
        writer.append(run)
    writer.save()
    return read_state(folder)


def test_smac_v2_warm_starts_from_all_runs_of_our_state(tmp_path: Path) -> None:
    scenario_in(tmp_path)
    our_state(tmp_path / "ours", PCS, 30)
    words = "--scenario-file scenario.txt --warmstart-from ours --rungroup warm --seed 1"
    words += " --validation false --log-level TRACE --numberOfRunsLimit 3"
    smac("smac", *words.split(), cwd=tmp_path)
    assert "Restored 30 runs, 0 duplicates were dropped" in log(tmp_path, "warm")
    assert "Model warmstart payload detected with 30 runs" in log(tmp_path, "warm")


def test_smac_v2_restores_our_state_run_for_run_and_goes_on(tmp_path: Path) -> None:
    scenario_in(tmp_path, ODD_PCS)
    ours = our_state(tmp_path / "ours", ODD_PCS, 40)
    words = "--restore-scenario ours --restore-iteration 39 --rungroup restored --seed 1"
    words += " --validation false --log-level TRACE --numberOfRunsLimit 42"
    smac("smac", *words.split(), cwd=tmp_path)
    assert "Restored 40 runs, 0 duplicates were dropped" in log(tmp_path, "restored")
    theirs = restored(tmp_path, "restored")
    assert len(theirs.runs) == 42
    space = parse_pcs(ODD_PCS)
    for our_run, their_run in zip(ours.runs, theirs.runs, strict=False):
        assert their_run.result == our_run.result
        assert their_run.details == our_run.details
        assert their_run.active == our_run.active
        for name, value in our_run.configuration.items():
            their_value = their_run.configuration[name]
            if isinstance(space[name], UniformFloatHyperparameter):
                assert float(their_value) == pytest.approx(float(value), rel=1e-9)
            else:
                assert their_value == value


@pytest.mark.parametrize("kind", ["quality", "runtime"])
def test_smac_v2_writes_a_state_that_we_copied_as_it_wrote_the_first(
    kind: str, tmp_path: Path
) -> None:
    golden = GOLDEN / kind / "smac-output/study/state-run1"
    for name in ("params.pcs", "scenario.txt", "train.txt", "test.txt", "features.csv"):
        if (GOLDEN / kind / name).exists():
            shutil.copy(GOLDEN / kind / name, tmp_path)
    for name in ("target.py", "solver.py"):
        write_program(tmp_path / name, TARGET)
    state = read_state(golden)
    objective = QUALITY if kind == "quality" else Objective("RUNTIME", 10)
    write_state(tmp_path / "ours", state, objective, 5.0 if kind == "runtime" else NO_CUTOFF)
    words = "--restore-scenario ours --rungroup restored --seed 1 --validation false"
    smac("smac", *words.split(), "--numberOfRunsLimit", len(state.runs) + 1, cwd=tmp_path)
    folder = tmp_path / "smac-output/restored/state-run1"
    for name in ("runs_and_results", "paramstrings"):
        (theirs,) = folder.glob(f"{name}-it*")
        (first,) = golden.glob(f"{name}-it*")
        assert theirs.read_text().startswith(first.read_text())


def test_state_merge_of_smac_v2_reads_ours_and_finds_the_same_runs(tmp_path: Path) -> None:
    scenario_in(tmp_path)
    states = {
        name: our_state(tmp_path / "states" / name, PCS, 10, seed)
        for seed, name in enumerate(["one", "two"], start=1)
    }
    words = "--directories states --scenario-file scenario.txt --outdir merged"
    smac("util/state-merge", *words.split(), cwd=tmp_path)
    theirs = read_state(tmp_path / "merged")
    ours = merge_states(states)
    assert len(ours.runs) == 19
    assert sorted(run.result.quality for run in theirs.runs) == sorted(
        run.result.quality for run in ours.runs
    )


def test_smac_v2_warm_starts_from_what_we_merged(tmp_path: Path) -> None:
    scenario_in(tmp_path)
    states = {str(seed): our_state(tmp_path / f"{seed}", PCS, 10, seed) for seed in (1, 2)}
    write_state(tmp_path / "merged", merge_states(states), QUALITY, NO_CUTOFF)
    words = "--scenario-file scenario.txt --warmstart-from merged --rungroup warm --seed 1"
    words += " --validation false --log-level TRACE --numberOfRunsLimit 2"
    smac("smac", *words.split(), cwd=tmp_path)
    assert "Restored 19 runs, 0 duplicates were dropped" in log(tmp_path, "warm")

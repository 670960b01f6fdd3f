"""What others left in a study, runs that we read as forbidden or garbage, never ends a launch."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program
from tests.launch.conftest import recorded

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# SMAC v2.10.03 made these runs: in some, the inactive `s` is `y`, and a clause forbids its default.
FOREIGN = Path(__file__).parent.parent / "data/foreign_runs"

RANDOM = ("--engine", "random")


@pytest.fixture
def inactive(tmp_path: Path) -> Path:
    """The scenario of SMAC v2's runs."""
    shutil.copy(FOREIGN / "params.pcs", tmp_path)
    write_program(
        tmp_path / "t.sh",
        "#!/bin/sh\nq=$(echo $@ | cksum | cut -c1-4)\n"
        'echo "Result of algorithm run: SAT, 0.01, 0, 0.$q, $5"\n',
    )
    scenario = tmp_path / "inactive.txt"
    scenario.write_text(
        "algo = ./t.sh\npcs-file = params.pcs\nrun_obj = QUALITY\nuse-instances = false\n"
        "runcount-limit = 5\n"
    )
    return scenario


@pytest.mark.parametrize("engine", ["smac", "random"])
def test_a_run_of_smac_v2_counts_though_our_reading_of_it_is_forbidden(
    inactive: Path, smacwrap: Smacwrap, engine: str
) -> None:
    study = inactive.parent / "smac-output" / "inactive"
    words = ("launch", inactive.name, "--seed", 5, "--engine", engine)
    assert smacwrap(*words, "--runcount-limit", 2).returncode == 0
    shutil.copy(FOREIGN / "study" / "live-rundata-1.json", study)

    done = smacwrap(*words, "--resume", "--runcount-limit", 26)

    assert done.returncode == 0, done
    assert "died" not in done.stdout
    assert "lost" not in done.stdout
    rows = list(csv.DictReader((study / "results.csv").open()))
    assert len(rows) == 26
    ours = [row for row in rows if row["worker"] == "5"]
    # Ours are never what we read as forbidden: an inactive parameter has its default.
    assert not any(r["config.r"] == "n" and r["config.s"] in ("", "x") for r in ours)


def test_such_a_study_is_imported_gone_on_with_merged_and_learned_from(
    inactive: Path, smacwrap: Smacwrap
) -> None:
    shutil.copytree(FOREIGN / "study", inactive.parent / "theirs")
    imported = smacwrap("import", "theirs", "--to", "ours", "--scenario", inactive.name)
    assert imported.returncode == 0, imported
    assert "20 runs of the seeds 1" in imported.stdout
    assert smacwrap("state-merge", "theirs", "--into", "merged").returncode == 0
    warm = smacwrap("launch", inactive.name, "--warmstart", "theirs", "--runcount-limit", 3)
    assert warm.returncode == 0, warm
    assert "died" not in warm.stdout


def garble(path: Path, run: int) -> None:
    """Make a run, counted from 1, unreadable."""
    lines = path.read_bytes().splitlines(keepends=True)
    lines[run] = lines[run][:30] + bytes(9) + lines[run][39:]
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("seed", [1, 2], ids=["its own", "another's"])
def test_a_garbled_run_costs_itself_only_and_is_told(
    quick: Path, smacwrap: Smacwrap, seed: int
) -> None:
    study = quick.parent / "smac-output" / "quick"
    words = ("launch", quick, *RANDOM)
    assert smacwrap(*words, "--runcount-limit", 4).returncode == 0
    path = study / "live-rundata-1.json"
    garble(path, 2)
    told = f"{path}:3: run 2 is lost: "

    shown = smacwrap("status", study)
    assert shown.returncode == 0, shown
    assert re.search("^runs +3 of", shown.stdout, re.M)
    assert told in shown.stdout

    done = smacwrap(*words, "--resume", "--seed", seed, "--runcount-limit", 6)
    assert done.returncode == 0, done
    assert done.stdout.count(told) == 1
    rows = list(csv.DictReader((study / "results.csv").open()))
    new = ["1-5", "1-6"] if seed == 1 else ["2-1", "2-2"]
    assert [row["id"] for row in rows] == ["1-1", "1-3", "1-4", *new]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("hello", ""),  # maybe it is still being written
        ('{"hello": 1}', "live-rundata-9.json:1: the list of instances is not as SMAC v2 writes"),
        ("[]", ""),
    ],
)
def test_a_file_of_another_program_ends_no_launch(
    quick: Path, smacwrap: Smacwrap, content: str, said: str
) -> None:
    words = ("launch", quick, *RANDOM)
    assert smacwrap(*words, "--runcount-limit", 1).returncode == 0
    study = quick.parent / "smac-output" / "quick"
    (study / "live-rundata-9.json").write_text(content)
    done = smacwrap(*words, "--resume", "--runcount-limit", 3)
    assert done.returncode == 0, done
    assert said in done.stdout
    assert len(recorded(study, 1)) == 3


def test_a_run_with_other_parameters_is_left_out_and_told_once(
    quick: Path, smacwrap: Smacwrap
) -> None:
    words = ("launch", quick, *RANDOM)
    assert smacwrap(*words, "--runcount-limit", 3).returncode == 0
    study = quick.parent / "smac-output" / "quick"
    lines = (study / "live-rundata-1.json").read_text().splitlines()
    runs = [json.loads(line) for line in lines]
    for run in runs[1:]:
        run["smacwrap"] = "{}"  # nothing of ours
        run["r-quality"] = -1
    runs[2]["r-rc"]["rc-pc"]["pc-settings"]["n"] = "51"
    (study / "live-rundata-9.json").write_text("\n".join(map(json.dumps, runs)))

    done = smacwrap(*words, "--resume", "--runcount-limit", 8)

    assert done.returncode == 0, done
    told = "live-rundata-9.json: run 2 is left out: '51' is not in the domain of 'n'"
    assert done.stdout.count(told) == 1
    rows = list(csv.DictReader((study / "results.csv").open()))
    assert sorted(row["id"] for row in rows if row["worker"] == "9") == ["9-1", "9-3"]


def test_a_run_that_was_torn_by_a_crash_is_told_and_made_again(
    quick: Path, smacwrap: Smacwrap
) -> None:
    words = ("launch", quick, *RANDOM)
    assert smacwrap(*words, "--runcount-limit", 3).returncode == 0
    path = quick.parent / "smac-output" / "quick" / "live-rundata-1.json"
    path.write_bytes(path.read_bytes()[:-40])
    done = smacwrap(*words, "--resume", "--runcount-limit", 4)
    assert done.returncode == 0, done
    assert "live-rundata-1.json: its last run was not written to the end: " in done.stdout
    assert len(recorded(path.parent, 1)) == 4

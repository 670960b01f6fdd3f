"""`smacwrap scenario show`: the effective options, and where each came from."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from smacwrap.scenario import ACTED_ON, OPTIONS


def rows(out: str) -> dict[str, list[str]]:
    """The cells of each option, by its name."""
    cells = (re.split(r"\s{2,}", line.strip()) for line in out.splitlines() if line[:2] == "  ")
    return {name: rest for name, *rest in cells}


def test_every_value_comes_with_its_origin(folder: Path, call) -> None:
    (folder / "quick.txt").open("a").write("rf-num-trees = 3\noutdir = results\n")
    done = call("show", "quick.txt", "--cutoff_time", "7.5", "--deterministic=1")
    assert done.code == 0
    shown = rows(done.out)
    assert shown["runcount-limit"] == ["12", "quick.txt:3 (numberOfRunsLimit)"]
    assert shown["use-instances"] == ["false", "quick.txt:1"]
    assert shown["algo-cutoff-time"] == ["7.5", "command line (cutoff_time)"]
    assert shown["algo-deterministic"] == ["1", "command line (deterministic)"]
    assert shown["wallclock-limit"] == ["no limit", "default"]
    assert shown["rf-num-trees"][:2] == ["3", "quick.txt:6"]
    assert shown["rf-num-trees"][2].startswith("no effect here: ")


def test_paths_and_derived_defaults_are_resolved(folder: Path, call) -> None:
    (folder / "quick.txt").open("a").write("outdir = results\n")
    shown = rows(call("show", "quick.txt").out)
    assert shown["pcs-file"][0] == f"params.pcs → {folder}/params.pcs"
    assert shown["output-dir"][0] == f"results → {folder}/results"
    assert shown["algo-exec-dir"] == [str(folder), "default"]
    assert shown["rungroup"] == ["quick", "default"]
    assert shown["intra-obj"] == ["MEAN", "default"]


def test_instances_and_features_are_counted(folder: Path, call) -> None:
    (folder / "train.txt").write_text("a\nb\n")
    (folder / "features.csv").write_text("instance,size,ratio\na,1,2\nb,2,3\n")
    options = ("--instances", "train.txt", "--feature-file", "features.csv")
    shown = rows(call("show", "quick.txt", *options, "--use-instances", "true").out)
    assert shown["instances"] == ["train.txt → 2 instances", "command line"]
    assert shown["feature-file"] == ["features.csv → 2 features", "command line"]


def test_names_of_other_tools_are_shown_as_what_they_stand_for(folder: Path, call) -> None:
    shown = rows(call("show", "quick.txt", "--ta_run_limit", "9").out)
    assert shown["runcount-limit"] == ["9", "command line (ta_run_limit)"]


def test_only_what_is_set_or_acted_on_is_shown_and_everything_with_all(folder: Path, call) -> None:
    assert rows(call("show", "quick.txt").out).keys() == ACTED_ON
    everything = call("show", "quick.txt", "--all").out
    assert rows(everything).keys() == {option.name for option in OPTIONS}
    groups = [line for line in everything.splitlines()[1:] if line[0] != " "]
    assert [group.strip() for group in groups] == sorted({option.group for option in OPTIONS})


def test_nothing_is_cut_or_broken_in_a_pipe(
    quick: Path, smacwrap: Callable[..., "subprocess.CompletedProcess[str]"]
) -> None:
    words = "word " * 60
    done = smacwrap(
        "scenario", "show", quick, "--algo", f"./target.sh {words}[bold]end", env={"COLUMNS": "40"}
    )
    assert f"./target.sh {words}[bold]end" in done.stdout
    assert f"{quick}:3 (numberOfRunsLimit)" in done.stdout


def test_a_scenario_that_does_not_load_is_an_error(folder: Path, call) -> None:
    done = call("show", "quick.txt", "--runObj", "SPEED")
    assert (done.code, done.out) == (2, "")
    assert "--runObj: 'SPEED' is not one of RUNTIME, QUALITY" in done.err

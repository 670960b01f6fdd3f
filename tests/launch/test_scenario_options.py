"""What a launch does for options of the scenario: what it begins with, and what goes around it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]


def configurations(study: Path, seed: int) -> list[dict[str, str]]:
    return [active(run["r-rc"]["rc-pc"]) for run in recorded(study, seed)]


def active(configuration: dict[str, Any]) -> dict[str, str]:
    """Three of the parameters, where they are active."""
    settings: dict[str, str] = configuration["pc-settings"]
    names = {"kind", "x", "z"}.intersection(configuration["pc-active-parameters"])
    return {name: settings[name] for name in names}


def write_calls(quick: Path) -> Path:
    """Have the target note its calls; the notes."""
    target = quick.parent / "target.sh"
    note = quick.parent / "notes"
    write_program(target, target.read_text().replace("shift 5", 'echo "called" >> notes; shift 5'))
    return note


@pytest.mark.parametrize("parallel", [1, 2])
def test_the_initial_incumbent_and_then_the_challengers_are_run_first(
    quick: Path, smacwrap: Smacwrap, parallel: int
) -> None:
    challengers = ["-x '0.125' -kind b -z 0.5, -x 0.375", "RANDOM"]
    options = [word for text in challengers for word in ("--initialChallengers", text)]
    first = ["--initial-incumbent", "-x '0.25'", *options]
    done = smacwrap("launch", quick, "--parallel", parallel, *first)
    assert done.returncode == 0, done
    made = configurations(quick.parent / "smac-output" / "quick", 1)
    first_made = [
        {"kind": "a", "x": "0.25"},
        {"kind": "b", "x": "0.125", "z": "0.5"},
        {"kind": "a", "x": "0.375"},
    ]
    # On a busy machine the other worker may use up the budget before.
    assert made[:3] == first_made[: len(made) if parallel == 2 else 3]
    assert {"kind": "a", "x": "0.5"} not in made[:4], "that is the default"


def test_an_initial_incumbent_that_is_none_is_an_error_before_anything_is_written(
    quick: Path, smacwrap: Smacwrap
) -> None:
    quick.write_text(quick.read_text() + "initial-incumbent = -x 0.5 -knd b\n")
    line = len(quick.read_text().splitlines())
    for command in (["launch"], ["scenario", "check"]):
        done = smacwrap(*command, quick)
        assert done.returncode == 2
        said = done.stdout + done.stderr
        assert f"quick.txt:{line}:21: " in said
        assert "unknown parameter 'knd' … did you mean 'kind'?" in said
    assert not (quick.parent / "smac-output").exists()


def test_commands_are_run_before_and_after_a_launch(quick: Path, smacwrap: Smacwrap) -> None:
    notes = write_calls(quick)
    (quick.parent / "elsewhere").mkdir()
    write_program(
        quick.parent / "elsewhere" / "note.sh", '#!/bin/sh\necho "$1" | tee -a ../notes\n'
    )
    options = {
        "pre-scenario-command": "./note.sh 'the license is taken'",
        "post_cmd": "./note.sh returned",
        "prepost-exec-dir": "elsewhere",
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = smacwrap("launch", quick, "--runcount-limit", 2, *words)
    assert done.returncode == 0, done
    assert notes.read_text().splitlines() == [
        "the license is taken",
        "called",
        "called",
        "returned",
    ]
    assert "pre-scenario-command: the license is taken" in done.stdout


def test_a_failing_command_ends_the_launch_only_if_it_is_to(
    quick: Path, smacwrap: Smacwrap
) -> None:
    notes = write_calls(quick)
    words = ["--runcount-limit", 1, "--pre-scenario-command", "sh -c 'exit 3'"]
    done = smacwrap("launch", quick, *words, "--exception-on-prepost-command", "true")
    assert done.returncode == 2
    assert done.stderr.endswith("--pre-scenario-command: it ended with exit code 3\n")
    assert not notes.exists()
    done = smacwrap("launch", quick, *words, "--overwrite")
    assert done.returncode == 0, done
    assert "pre-scenario-command: it ended with exit code 3" in done.stdout
    assert notes.read_text() == "called\n"


def test_a_call_that_hangs_far_beyond_its_cutoff_is_ended_and_counts_as_crashed(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(quick.parent / "target.sh", "#!/bin/sh\ntrap '' TERM\nsleep 90\n")
    limits = ["--runcount-limit", 1, "--cutoff-time", "0.5"]
    options = ["--kill-run-exceeding-captime-factor", 3, "--abort-on-first-run-crash", "false"]
    done = smacwrap("launch", quick, *limits, *options)
    assert done.returncode == 0, done
    (run,) = recorded(quick.parent / "smac-output" / "quick", 1)
    assert run["r-run-result"] == "CRASHED"
    assert json.loads(run["smacwrap"])["reason"] == "ended: still running after 3 times the cutoff"
    assert run["r-runtime"] >= 5


def test_the_mode_of_execution_chooses_the_engine_unless_one_is_named(
    quick: Path, smacwrap: Smacwrap
) -> None:
    one = ["--runcount-limit", 1, "--overwrite"]
    for words, engine in (
        (["--exec-mode", "ROAR"], "roar"),
        (["--exec-mode", "SMAC"], "smac"),
        (["--executionMode", "ROAR", "--engine", "random"], "random"),
    ):
        assert smacwrap("launch", quick, *one, *words).returncode == 0
        status = smacwrap("status", quick.parent / "smac-output" / "quick").stdout.splitlines()
        assert ["engine", engine] in [line.split() for line in status]
    refused = smacwrap("launch", quick, *one, "--exec-mode", "PSEL")
    assert refused.returncode == 2
    assert "--exec-mode: parameter selection is not supported" in refused.stderr


def test_a_command_after_the_launch_ends_when_the_launch_is_to_end(
    quick: Path, start_launch: Launch
) -> None:
    words = "sh -c 'touch begun; trap : TERM; sleep 600'"
    launcher = start_launch("--runcount-limit", 1, "--post-scenario-command", words)
    wait_for((quick.parent / "begun").exists)
    # The fixture that looks for processes left behind fails if there are any.
    launcher.terminate()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 130
    assert "post-scenario-command: ended before its time" in out
    assert (quick.parent / "smac-output" / "quick" / "results.csv").exists()


def test_a_launch_that_is_stopped_in_its_first_command_makes_no_run(
    quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    notes = write_calls(quick)
    words = "sh -c 'touch begun; sleep 600'"
    launcher = start_launch("--pre-scenario-command", words)
    wait_for((quick.parent / "begun").exists)
    assert smacwrap("stop", quick.parent / "smac-output" / "quick").returncode == 0
    assert launcher.wait(30) == 130
    assert not notes.exists()

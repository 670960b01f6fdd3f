"""`smacwrap launch` from the outside: real workers on a quick target, and what the study says."""

import csv
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import is_alive, processes_in, write_program
from tests.launch.conftest import recorded

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]
Rows = list[dict[str, str]]


def results(study: Path) -> Rows:
    with (study / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def details(run: dict[str, Any]) -> dict[str, Any]:
    """What SMAC v2 has no field for."""
    return json.loads(run["smacwrap"])


def log(study: Path, seed: int) -> str:
    return (study / f"worker-{seed}.log").read_text()


def test_two_workers_share_one_budget_and_what_they_learn(quick: Path, smacwrap: Smacwrap) -> None:
    # So slow that no worker has used up the budget before the other has started.
    target = quick.parent / "target.sh"
    write_program(target, target.read_text().replace("shift 5", "shift 5; sleep 1"))
    done = smacwrap("launch", quick, "--parallel", 2)
    assert done.returncode == 0, done
    study = quick.parent / "smac-output" / "quick"
    rows = results(study)
    runs = {seed: recorded(study, seed) for seed in (1, 2)}

    assert len(rows) == 12
    assert len(runs[1]) + len(runs[2]) == 12, "the limit holds for the launch as a whole"
    assert min(len(runs[1]), len(runs[2])) >= 2, "both worked"

    configurations = [tuple(v for k, v in row.items() if k.startswith("config.")) for row in rows]
    assert len(set(configurations)) == 12, "different seeds propose different configurations"

    # Each worker read, and told its engine, what the other recorded before its own last start.
    for seed, other in ((1, 2), (2, 1)):
        last_start = details(runs[seed][-1])["start"]
        early = [run for run in runs[other] if details(run)["end"] < last_start]
        read = set(re.findall(rf"read run (\d+) of seed {other}:", log(study, seed)))
        # The engine may think for seconds between reading and starting.
        assert len(early) - len(read) <= 2
        assert read

    default_came_first = recorded(study, 1)[0]["r-rc"]["rc-pc"]["pc-default"]
    assert default_came_first
    best = min(float(row["quality"]) for row in rows)
    assert f"{best:g}" in done.stdout.split("Incumbent")[1]


def test_the_study_holds_everything_that_was_promised(quick: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap("launch", quick, "--numberOfRunsLimit", 3, "--seed", 7)
    study = quick.parent / "smac-output" / "quick"
    rows = results(study)
    assert [row["run"] for row in rows] == ["1", "2", "3"]
    first = rows[0]
    assert first["worker"] == "7"
    assert first["status"] == "SAT"
    assert float(first["metric.testerr"]) == pytest.approx(float(first["quality"]) * 1.1, rel=1e-4)
    assert first["start"] < first["end"]
    assert [first[f"config.{name}"] for name in "xyn"] == ["0.5", "1.0", "10"]
    assert first["config.z"] == "", "z is inactive in the default configuration"
    trajectory = (study / "traj-run-7.txt").read_text().splitlines()
    assert trajectory[0].startswith('"CPU Time Used","Estimated Training Performance"')
    assert "x='0.5'" in trajectory[1]
    assert "call: cd " in log(study, 7)
    # The sample call really repeats the incumbent.
    call = done.stdout.split("Sample call:\n")[1].splitlines()[0]
    again = subprocess.run(["sh", "-c", call], capture_output=True, text=True)
    quality = done.stdout.split("\n  quality ")[1].split()[0]
    assert float(again.stdout.split(",")[3]) == pytest.approx(float(quality), rel=1e-4)


def test_one_line_a_run_tells_quality_time_left_and_the_incumbent(
    quick: Path, smacwrap: Smacwrap
) -> None:
    out = smacwrap("launch", quick, "--runcount-limit", 3).stdout
    for i in (1, 2, 3):
        assert re.search(rf"^ *{i}/3  run 1-{i}   SAT +[\d.]+ .*left\)$", out, re.M), out
    assert "new incumbent: 0." in out


def test_the_same_seed_makes_the_same_runs(quick: Path, smacwrap: Smacwrap) -> None:
    def configurations() -> list[list[str]]:
        smacwrap("launch", quick, "--overwrite", "--seed", 3, "--runcount-limit", 6)
        rows = results(quick.parent / "smac-output" / "quick")
        return [[v for k, v in row.items() if k.startswith("config.")] for row in rows]

    assert configurations() == configurations()


def test_an_existing_study_is_refused_resumed_or_overwritten_as_one_says(
    quick: Path, smacwrap: Smacwrap
) -> None:
    study = quick.parent / "smac-output" / "quick"
    smacwrap("launch", quick, "--runcount-limit", 4, "--parallel", 2)
    before = results(study)

    refused = smacwrap("launch", quick)
    assert refused.returncode == 2
    assert "say --resume to go on with it, or --overwrite" in refused.stderr
    assert results(study) == before

    resumed = smacwrap("launch", quick, "--resume", "--runcount-limit", 9, "--parallel", 2)
    assert resumed.returncode == 0, resumed
    assert "going on after 4" in resumed.stdout
    rows = results(study)
    assert len(rows) == 9
    assert rows[:4] == before
    assert len({tuple(row.items())[-4:] for row in rows}) == 9, "nothing is run twice"

    enough = smacwrap("launch", quick, "--resume", "--runcount-limit", 9)
    assert enough.returncode == 0
    assert len(results(study)) == 9

    anew = smacwrap("launch", quick, "--overwrite", "--runcount-limit", 2)
    assert anew.returncode == 0
    assert len(results(study)) == 2
    assert recorded(study, 1)
    assert not (study / "live-rundata-2.json").exists()


def test_a_study_made_with_other_parameters_is_not_resumed(quick: Path, smacwrap: Smacwrap) -> None:
    smacwrap("launch", quick, "--runcount-limit", 1)
    pcs = quick.parent / "params.pcs"
    pcs.write_text(pcs.read_text().replace("[0.5]", "[0.25]"))
    done = smacwrap("launch", quick, "--resume")
    assert done.returncode == 2
    assert "params.pcs has changed: x: default 0.5 → 0.25" in done.stderr


def test_a_half_written_run_is_cut_off_on_resume_and_made_again(
    quick: Path, smacwrap: Smacwrap
) -> None:
    smacwrap("launch", quick, "--runcount-limit", 3)
    study = quick.parent / "smac-output" / "quick"
    live = study / "live-rundata-1.json"
    live.write_bytes(live.read_bytes()[:-40])
    done = smacwrap("launch", quick, "--resume", "--runcount-limit", 4)
    assert done.returncode == 0, done
    assert len(recorded(study, 1)) == 4


def test_the_wallclock_limit_ends_the_launch(quick: Path, smacwrap: Smacwrap) -> None:
    target = "#!/bin/sh\nsleep 1\necho 'Result for SMAC: SAT, 1, 1, 1,' $5"
    write_program(quick.parent / "target.sh", target)
    start = time.monotonic()
    words = ("--engine", "random", "--wallclock-limit", 9, "--runcount-limit", 1000)
    done = smacwrap("launch", quick, *words)
    assert time.monotonic() - start < 30
    assert "wallclock limit (9 s) has been reached" in done.stdout
    assert 1 <= len(results(quick.parent / "smac-output" / "quick")) <= 9


def test_a_small_space_ends_when_every_configuration_has_been_run(
    quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "params.pcs").write_text("n integer [1, 3] [2]\nkind {a, b} [a]\n")
    done = smacwrap("launch", quick, "--runcount-limit", 50)
    assert done.returncode == 0, done
    assert "every configuration of the space has been run" in done.stdout
    assert len(results(quick.parent / "smac-output" / "quick")) == 6


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_all_targets_and_keeps_every_completed_run(
    quick: Path, number: signal.Signals
) -> None:
    folder = quick.parent
    # The first run is quick; later ones hang, with a child of theirs that ignores TERM.
    write_program(
        folder / "target.sh",
        "#!/bin/sh\n"
        "if mkdir first 2>/dev/null; then echo 'Result for SMAC: SAT, 1, 1, 0.5,' $5; exit; fi\n"
        "(trap '' TERM; sleep 95; sleep 95) &\n"
        "touch hanging-$$; wait\n",
    )
    launcher = subprocess.Popen(
        [sys.executable, "-m", "smacwrap", "launch", str(quick), "--parallel", "2", "--grace=0.1"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(list(folder.glob("hanging-*"))) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    hanging = processes_in(folder)
    assert len(hanging) >= 6
    launcher.send_signal(number)
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 130
    assert not [process for process in hanging if is_alive(process)]
    assert "The launch ended: interrupted" in out
    assert re.search(r"quality +0\.5", out)
    rows = results(folder / "smac-output" / "quick")
    assert [row["quality"] for row in rows] == ["0.5"]

    write_program(folder / "target.sh", "#!/bin/sh\necho 'Result for SMAC: SAT, 1, 1, 1,' $5\n")
    words = ["--resume", "--parallel", "2", "--runcount-limit", "3"]
    subprocess.run(
        [sys.executable, "-m", "smacwrap", "launch", str(quick), *words], cwd=folder, check=True
    )
    assert len(results(folder / "smac-output" / "quick")) == 3


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (signal.SIGKILL, "SIGKILL (as when memory runs out)"),
        (signal.SIGRTMIN + 6, "SIGRTMIN+6: see"),  # for which Python has no name
    ],
)
def test_a_worker_that_dies_is_started_again_and_the_budget_stays_exact(
    quick: Path, number: int, name: str
) -> None:
    folder = quick.parent
    write_program(
        folder / "target.sh", "#!/bin/sh\nsleep 0.3; echo 'Result for SMAC: SAT, 1, 1, 1,' $5\n"
    )
    launcher = subprocess.Popen(
        [sys.executable, "-m", "smacwrap", "launch", str(quick), "--runcount-limit", "6"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    study = folder / "smac-output" / "quick"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if (study / "live-rundata-1.json").exists() and len(recorded(study, 1)) >= 2:
            break
        time.sleep(0.05)
    (worker,) = psutil.Process(launcher.pid).children()
    worker.send_signal(number)
    out, _ = launcher.communicate(timeout=120)
    assert launcher.returncode == 0, out
    assert f"worker 1 died, killed by {name}" in out
    assert len(recorded(study, 1)) == 6


def test_a_completed_run_waits_for_room_on_a_full_disk(quick: Path) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\nsleep 0.2; echo 'Result for SMAC: SAT, 1, 1, 1,' $5\n",
    )
    launcher = subprocess.Popen(
        [sys.executable, "-m", "smacwrap", "launch", str(quick), "--runcount-limit", "6"],
        cwd=quick.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert launcher.stdout
    live = quick.parent / "smac-output" / "quick" / "live-rundata-1.json"
    deadline = time.monotonic() + 60
    while not (live.exists() and len(recorded(live.parent, 1)) >= 2):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    (worker,) = psutil.Process(launcher.pid).children()
    # A file that may not grow is to its writer what a full disk is: a write that fails half-way.
    worker.rlimit(psutil.RLIMIT_FSIZE, (live.stat().st_size + 40, -1))
    said = ""
    while "trying again" not in said:
        said = launcher.stdout.readline()
        assert said, "the launch ended"
    assert said.startswith("worker 1: cannot write to the study")
    before = len(recorded(live.parent, 1))
    worker.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))
    launcher.communicate(timeout=120)
    assert launcher.returncode == 0
    assert before < 6
    assert len(recorded(live.parent, 1)) == 6


def test_limits_per_process_give_every_worker_its_own(quick: Path, smacwrap: Smacwrap) -> None:
    words = ("launch", quick, "--parallel", 2, "--limits-per-process", "--runcount-limit")
    first = smacwrap(*words, 3)
    assert "at most 6 runs" in first.stdout
    study = quick.parent / "smac-output" / "quick"
    assert [len(recorded(study, seed)) for seed in (1, 2)] == [3, 3]
    smacwrap(*words, 4, "--resume")
    assert [len(recorded(study, seed)) for seed in (1, 2)] == [4, 4]


def test_a_crash_of_the_very_first_run_stops_the_launch_and_shows_its_output(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(quick.parent / "target.sh", "#!/bin/sh\necho no module named keras >&2; exit 1\n")
    done = smacwrap("launch", quick, "--parallel", 2)
    assert done.returncode == 1
    assert "the first run crashed: the target ended with exit code 1" in done.stdout
    assert "no module named keras" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_later_crash_is_recorded_with_its_reason_and_the_launch_goes_on(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\n"
        "if mkdir first 2>/dev/null; then echo 'Result for SMAC: SAT, 1, 1, 0.5,' $5; exit; fi\n"
        "if mkdir second 2>/dev/null; then kill -SEGV $$; fi\n"
        "if mkdir third 2>/dev/null; then echo 'Result for SMAC: SAT, x'; exit; fi\n"
        "echo 'Result for SMAC: SAT, 1, 1, 0.7,' $5\n",
    )
    done = smacwrap("launch", quick, "--runcount-limit", 5)
    assert done.returncode == 0, done
    rows = results(quick.parent / "smac-output" / "quick")
    assert [row["status"] for row in rows] == ["SAT", "CRASHED", "CRASHED", "SAT", "SAT"]
    assert rows[1]["reason"] == "the target was killed by SIGSEGV"
    assert rows[2]["reason"].startswith("bad result line")
    assert float(rows[1]["cost"]) >= 1e9
    assert re.search(r"quality +0\.5", done.stdout)


def test_a_target_that_says_crashed_without_a_reason_is_recorded(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\necho 'Result for SMAC: CRASHED, 1, 1, 1, 1, reason='\n",
    )
    done = smacwrap("launch", quick)
    assert done.returncode == 1
    assert "the first run crashed: the target reported CRASHED" in done.stdout
    assert len(results(quick.parent / "smac-output" / "quick")) == 1


def test_abort_ends_the_launch(quick: Path, smacwrap: Smacwrap) -> None:
    write_program(
        quick.parent / "target.sh", "#!/bin/sh\necho 'Result for SMAC: ABORT, 1, 1, 1,' $5\n"
    )
    done = smacwrap("launch", quick)
    assert done.returncode == 1
    assert "the target algorithm answered ABORT" in done.stdout


def test_two_launches_on_one_study_exclude_each_other(quick: Path, smacwrap: Smacwrap) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\ntouch running; sleep 60; echo 'Result for SMAC: SAT, 1, 1, 1,' $5\n",
    )
    first = subprocess.Popen(
        [sys.executable, "-m", "smacwrap", "launch", str(quick), "--grace", "0"],
        cwd=quick.parent,
        stdout=subprocess.DEVNULL,
    )
    while not (quick.parent / "running").exists():
        time.sleep(0.05)
    second = smacwrap("launch", quick, "--resume")
    assert second.returncode == 2
    assert "another launch is at work on this study" in second.stderr
    first.terminate()
    assert first.wait(60) == 130


def test_cores_are_shared_fairly_unless_the_user_said_otherwise(
    quick: Path, smacwrap: Smacwrap
) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\n"
        'echo "Result for SMAC: SAT, 1, 1, 1, $5, a=$OMP_NUM_THREADS;b=$MKL_NUM_THREADS"\n',
    )
    smacwrap("launch", quick, "--parallel", 2, "--runcount-limit", 2, env={"MKL_NUM_THREADS": "7"})
    (row, _) = results(quick.parent / "smac-output" / "quick")
    assert int(row["metric.a"]) == max(1, psutil.cpu_count() // 2)
    assert row["metric.b"] == "7"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("numberOfRunsLimit", "numberOfRunLimit"), "did you mean 'numberOfRunsLimit'?"),
        (("params.pcs", "parms.pcs"), "parms.pcs"),
        (("./target.sh", "./missing.sh"), "missing.sh does not exist"),
        (("./target.sh", "./params.pcs"), "is not executable (try: chmod +x"),
        (("./target.sh", "no-such-program"), "no program 'no-such-program' on the PATH"),
        (("./target.sh", "target.sh"), "did you mean './target.sh'?"),
        (("use-instances = false", "instances = list.txt"), "instances are not supported yet"),
    ],
)
def test_a_scenario_that_cannot_work_is_one_clear_line_and_no_study(
    quick: Path, smacwrap: Smacwrap, change: tuple[str, str], said: str
) -> None:
    quick.write_text(quick.read_text().replace(*change))
    (quick.parent / "list.txt").write_text("a.cnf\nb.cnf\n")
    done = smacwrap("launch", quick)
    assert done.returncode == 2
    assert said in done.stderr
    assert "quick.txt" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (quick.parent / "smac-output").exists()


def test_a_pcs_file_that_does_not_parse_is_told_with_line_and_column(
    quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "params.pcs").write_text("x real [0, 1] [0.5]\nn integer [1, 9] [12]\n")
    done = smacwrap("launch", quick)
    assert done.returncode == 2
    assert re.search(r"params\.pcs:2:\d+: .*12", done.stderr), done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--paralel", "2"), "did you mean '--parallel'?"),
        (("--numberOfRunLimit", "2"), "did you mean '--numberOfRunsLimit'?"),
        (("--runcount-limit",), "has no value"),
        (("--runcount-limit", "ten"), "ten"),
        (("--resume", "--overwrite"), "exclude each other"),
        (("surplus",), "unexpected word 'surplus'"),
    ],
)
def test_a_command_line_that_cannot_work_is_one_clear_line(
    quick: Path, smacwrap: Smacwrap, words: tuple[str, ...], said: str
) -> None:
    done = smacwrap("launch", quick, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_study_that_cannot_be_written_is_one_clear_line(quick: Path, smacwrap: Smacwrap) -> None:
    (quick.parent / "smac-output").write_text("a file, not a folder")
    done = smacwrap("launch", quick)
    assert done.returncode == 2
    assert "cannot write the study" in done.stderr
    assert "Traceback" not in done.stderr

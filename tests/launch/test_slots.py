"""One worker with several runs at once: `--slots`."""

import csv
import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import is_alive, processes_in, write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# A run goes on until the folder has a file `go`, or one with its own number, `go-2`.
WAITING = """\
#!/bin/sh
number=${SMACWRAP_RUN#*-}
echo "$number $CUDA_VISIBLE_DEVICES" >> started
until [ -e go ] || [ -e go-$number ]; do sleep 0.1; done
echo "Result for SMAC: SAT, 1, 1, 0.$number, $5"
"""
# The first run leaves a process behind in a session of its own, without our environment.
DAEMON = """\
#!/bin/sh
number=${SMACWRAP_RUN#*-}
echo "$number" >> started
setsid sleep 611 > /dev/null 2>&1 < /dev/null &
env -i sleep 612 > /dev/null 2>&1 < /dev/null &
until [ -e go-$number ]; do sleep 0.1; done
echo "Result for SMAC: SAT, 1, 1, 0.$number, $5"
"""
RANDOM = ("--engine", "random", "--numberOfRunsLimit")


@pytest.fixture
def study(quick: Path) -> Path:
    write_program(quick.parent / "target.sh", WAITING)
    return quick.parent / "smac-output" / "quick"


def started(study: Path) -> list[str]:
    file = study.parent.parent / "started"
    return file.read_text().splitlines() if file.exists() else []


def results(study: Path) -> list[dict[str, str]]:
    with (study / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def sleepers(seconds: int) -> list[psutil.Process]:
    words = ["sleep", str(seconds)]
    return [p for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == words]


def test_runs_go_on_at_once_and_end_in_any_order(
    study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    folder = study.parent.parent
    launcher = start_launch(*RANDOM, 7, "--slots", 3, "--gpus", "5,6,7", "--grace", 30)
    wait_for(lambda: len(started(study)) == 3)
    shown = smacwrap("status", study).stdout
    assert [match[1] for match in re.finditer(r"^ (1-\d)  ", shown, re.M)] == ["1-1", "1-2", "1-3"]
    gpus = dict(line.split() for line in started(study))
    assert gpus == {"1": "5", "2": "6", "3": "7"}
    (folder / "go-2").touch()
    wait_for(lambda: len(started(study)) == 4)
    stopped = smacwrap("stop", study, "--run", "1-3")
    assert stopped.returncode == 0, stopped
    wait_for(lambda: len(started(study)) == 5)
    (folder / "go").touch()
    output, _ = launcher.communicate(timeout=90)
    assert launcher.returncode == 0, output
    rows = results(study)
    assert [row["id"] for row in rows[:2]] == ["1-2", "1-3"]
    assert sorted(row["id"] for row in rows) == [f"1-{number}" for number in range(1, 8)]
    for row in rows:
        number = row["id"].removeprefix("1-")
        expected = ("KILLED", "") if number == "3" else ("SAT", f"0.{number}")
        assert (row["status"], row["quality"]) == expected
    kinds = [tuple(v for k, v in row.items() if k.startswith("config.")) for row in rows]
    assert len(set(kinds)) == 7
    assert not processes_in(folder)


@pytest.mark.parametrize("who", ["worker", "launcher"])
def test_runs_that_were_going_on_are_made_again_whoever_is_killed(
    study: Path, smacwrap: Smacwrap, start_launch: Launch, who: str
) -> None:
    folder = study.parent.parent
    launcher = start_launch(*RANDOM, 5, "--slots", 3)
    wait_for(lambda: len(started(study)) == 3)
    (folder / "go-2").touch()
    wait_for(lambda: len(started(study)) == 4)
    (worker,) = psutil.Process(launcher.pid).children()
    (worker if who == "worker" else launcher).send_signal(signal.SIGKILL)
    if who == "launcher":
        wait_for(lambda: not is_alive(worker))
        launcher.communicate(timeout=90)
        launcher = start_launch("--resume")
    wait_for(lambda: len(started(study)) == 7)
    (folder / "go").touch()
    output, _ = launcher.communicate(timeout=90)
    assert launcher.returncode == 0, output
    assert sorted(row["id"] for row in results(study)) == ["1-1", "1-2", "1-3", "1-4", "1-5"]
    # Each of the three began twice.
    assert sorted(line.strip() for line in started(study)) == list("11233445")
    assert not processes_in(folder)


def test_what_a_run_leaves_behind_ends_with_it_and_not_the_runs_beside_it(
    quick: Path, study: Path, start_launch: Launch
) -> None:
    write_program(quick.parent / "target.sh", DAEMON)
    before = {seconds: len(sleepers(seconds)) for seconds in (611, 612)}
    assert not any(before.values())
    launcher = start_launch(*RANDOM, 2, "--slots", 2)
    wait_for(lambda: len(sleepers(611)) == len(sleepers(612)) == 2)
    (quick.parent / "go-1").touch()
    wait_for(lambda: len(recorded(study, 1)) == 1)
    assert len(sleepers(611)) == len(sleepers(612)) == 1
    (quick.parent / "go-2").touch()
    output, _ = launcher.communicate(timeout=90)
    assert launcher.returncode == 0, output
    assert not sleepers(611) + sleepers(612)


def test_a_stop_ends_all_of_them_and_resume_has_as_many_slots(
    study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    launcher = start_launch(*RANDOM, 4, "--slots", 2, "--grace", 0)
    wait_for(lambda: len(started(study)) == 2)
    os.kill(launcher.pid, signal.SIGINT)
    output, _ = launcher.communicate(timeout=90)
    assert launcher.returncode == 130, output
    shown = smacwrap("status", study).stdout
    assert re.findall(r"^ (1-\d)  ", shown, re.M) == ["1-1", "1-2"]
    resumed = start_launch("--resume")
    wait_for(lambda: len(started(study)) == 4)
    (study.parent.parent / "go").touch()
    output, _ = resumed.communicate(timeout=90)
    assert resumed.returncode == 0, output
    assert sorted(row["id"] for row in results(study)) == ["1-1", "1-2", "1-3", "1-4"]


def test_a_model_proposes_other_configurations_while_some_are_running(
    quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    target = "#!/bin/sh\necho Result for SMAC: SAT, 1, 1, $7, $5\n"
    write_program(quick.parent / "target.sh", target)
    done = smacwrap("launch", quick, "--numberOfRunsLimit", 16, "--slots", 4)
    assert done.returncode == 0, done
    rows = results(quick.parent / "smac-output" / "quick")
    assert len({row["config.x"] for row in rows}) == 16


def test_smac2_makes_one_run_at_a_time(quick: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap("launch", quick, "--engine", "smac2", "--slots", 2)
    assert done.returncode == 2
    assert done.stderr == (
        "--slots: a process of SMAC v2 makes one run at a time: say --parallel 2 instead\n"
    )

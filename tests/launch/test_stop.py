"""Ending a launch, a worker or a run from another terminal, and looking at it meanwhile."""

import csv
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from smacwrap.history.detailed_trajectory import read_detailed_trajectory
from smacwrap.history.state import read_state
from tests.conftest import is_alive, write_program
from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# Hangs, except in runs whose number is listed in the file `quick-runs`.
HANGING = """\
#!/bin/sh
n=0
until mkdir started-$n 2>/dev/null; do n=$((n+1)); done
grep -qx $n quick-runs 2>/dev/null || sleep 600
echo "Result for SMAC: SAT, 1, 1, 0.$n, $5"
"""


@pytest.fixture
def study(quick: Path) -> Path:
    write_program(quick.parent / "target.sh", HANGING)
    return quick.parent / "smac-output" / "quick"


def started(study: Path) -> int:
    return len(list(study.parent.parent.glob("started-*")))


def configurations(study: Path, seed: int) -> list[dict[str, str]]:
    return [run["r-rc"]["rc-pc"]["pc-settings"] for run in recorded(study, seed)]


def test_status_shows_what_runs_and_stop_ends_it(
    study: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    launcher = start_launch(
        "--parallel", 2, "--grace", 0.1, "--cores", 1, "--gpus", "7", "--nice", 3
    )
    wait_for(lambda: started(study) == 2)
    shown = smacwrap("status", study).stdout
    assert f"process {launcher.pid} on" in shown
    assert re.search(r"^workers +1, 2 of 1, 2$", shown, re.M)
    assert re.search(r"^runs +0 of at most 12$", shown, re.M)
    assert re.search(r"^each run +1 core, GPU 7; niceness 3$", shown, re.M)
    for run in ("1-1", "2-1"):
        assert re.search(rf"^ {run} .* s +no_instance +-1 .*kind=", shown, re.M), shown

    stopped = smacwrap("stop", study)
    assert stopped.returncode == 0, stopped
    assert launcher.wait(30) == 130
    after = smacwrap("status", study).stdout
    assert "not running; last launched at" in after
    assert "Interrupted (--resume makes them again)" in after
    again = smacwrap("stop", study)
    assert again.returncode == 2
    assert "nothing runs in this study" in again.stderr


def test_what_was_interrupted_is_repeated_first_with_the_original_limit(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    start_launch("--parallel", 2, "--grace", 0.1, "--runcount-limit", 5)
    wait_for(lambda: started(study) == 2)
    shown = smacwrap("status", study).stdout
    interrupted = set(re.findall(r"(?:kind|n)=\S+ .*", shown.partition("Running")[2]))
    assert len(interrupted) == 2
    smacwrap("stop", study)
    target = "#!/bin/sh\necho 'Result for SMAC: SAT, 1, 1, 1,' $5\n"
    write_program(quick.parent / "target.sh", target)

    # Neither the limit nor the number of workers has to be said again.
    done = smacwrap("launch", quick, "--resume")
    assert done.returncode == 0, done
    first = [recorded(study, seed)[0] for seed in (1, 2)]
    settings = [
        " ".join(
            f"{name}={run['r-rc']['rc-pc']['pc-settings'][name]}"
            for name in run["r-rc"]["rc-pc"]["pc-active-parameters"]
        )
        for run in first
    ]
    assert {text.strip() for text in interrupted} == set(settings)
    assert len(recorded(study, 1)) + len(recorded(study, 2)) == 5
    assert "Interrupted" not in smacwrap("status", study).stdout


def test_interrupted_runs_that_a_launch_has_no_budget_for_are_left_for_the_next(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    start_launch("--parallel", 2, "--grace", 0.1)
    wait_for(lambda: started(study) == 2)
    smacwrap("stop", study)
    target = "#!/bin/sh\necho 'Result for SMAC: SAT, 1, 1, 1,' $5\n"
    write_program(quick.parent / "target.sh", target)
    for limit, left in ((0, 2), (1, 1), (2, 0)):
        done = smacwrap("launch", quick, "--resume", "--runcount-limit", limit)
        shown = smacwrap("status", study).stdout.partition("Interrupted")[2]
        assert len(re.findall(r"^ [12]-1 ", shown, re.M)) == left, (done, shown)


def test_a_launch_is_looked_at_from_any_folder_and_stopped_without_its_scenario(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    (quick.parent / "sub").mkdir()
    target = "#!/bin/sh\nmkdir ../started-$$; sleep 100\n"
    write_program(quick.parent / "sub" / "target.sh", target)
    launcher = start_launch("--algo-exec-dir", "sub", "--grace", 0.1)
    wait_for(lambda: started(study) == 1)
    shown = smacwrap("status", study, cwd=study)
    assert "Running" in shown.stdout, shown
    quick.unlink()
    (quick.parent / "params.pcs").unlink()
    gone = smacwrap("status", study)
    assert "Running" in gone.stdout, gone
    stopped = smacwrap("stop", study)
    assert stopped.returncode == 0, stopped
    assert launcher.wait(30) == 130


def test_a_run_that_is_stopped_is_recorded_as_killed_and_the_worker_goes_on(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    (quick.parent / "quick-runs").write_text("0\n2\n")
    launcher = start_launch("--runcount-limit", 3)
    wait_for(lambda: started(study) == 2)
    wrong = smacwrap("stop", study, "--run", "1-7")
    assert wrong.returncode == 2
    assert "no run 1-7 is running now, only: 1-2" in wrong.stderr
    assert smacwrap("stop", study, "--run", "1-2").returncode == 0
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    with (study / "results.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["status"] for row in rows] == ["SAT", "KILLED", "SAT"]
    assert rows[1]["reason"] == "stopped by request"
    assert re.search(r"run 1-2 +KILLED", out)
    assert re.search(r"quality +0\b", out)


def test_a_worker_that_is_stopped_is_not_started_again_and_the_others_go_on(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    launcher = start_launch("--parallel", 2, "--grace", 0.1, "--runcount-limit", 3)
    wait_for(lambda: started(study) == 2)
    (quick.parent / "quick-runs").write_text("2\n3\n4\n5\n")
    wrong = smacwrap("stop", study, "--seed", 3)
    assert "no worker with seed 3 is running, only: 1, 2" in wrong.stderr
    assert smacwrap("stop", study, "--seed", 2).returncode == 0
    assert re.search(r"^workers +1 of 1, 2$", smacwrap("status", study).stdout, re.M)
    assert smacwrap("stop", study, "--run", "1-1").returncode == 0
    assert launcher.wait(60) == 0
    assert not recorded(study, 2)
    assert len(recorded(study, 1)) == 3


def test_running_targets_have_a_grace_to_end_by_themselves(
    quick: Path, start_launch: Launch
) -> None:
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\ntouch going; sleep 2; echo 'Result for SMAC: SAT, 1, 1, 1,' $5\n",
    )
    launcher = start_launch("--grace", 60)
    wait_for((quick.parent / "going").exists)
    launcher.terminate()
    assert launcher.wait(60) == 130
    assert len(recorded(quick.parent / "smac-output" / "quick", 1)) == 1


def test_workers_end_when_their_launcher_was_killed(study: Path, start_launch: Launch) -> None:
    launcher = start_launch("--parallel", 2, "--grace", 0.1)
    wait_for(lambda: started(study) == 2)
    workers = psutil.Process(launcher.pid).children(recursive=True)
    launcher.kill()
    wait_for(lambda: not any(map(is_alive, workers)))


def test_what_runs_when_launcher_and_workers_are_killed_is_ended_before_it_is_repeated(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    launcher = start_launch("--runcount-limit", 2)
    wait_for(lambda: started(study) == 1)
    (worker,) = psutil.Process(launcher.pid).children()
    targets = worker.children(recursive=True)
    worker.suspend()  # so that it does not see its launcher go
    for process in (launcher, worker):
        process.kill()
    assert [target for target in targets if target.is_running()]
    (quick.parent / "quick-runs").write_text("1\n2\n")
    resumed = smacwrap("launch", quick, "--resume")
    assert resumed.returncode == 0, resumed
    assert not [target for target in targets if is_alive(target)]
    assert "run 1-1 was interrupted: it is made again" in (study / "worker-1.log").read_text()


def test_a_folder_that_is_no_study_is_one_clear_line(tmp_path: Path, smacwrap: Smacwrap) -> None:
    for command in ("status", "stop"):
        done = smacwrap(command, tmp_path)
        assert done.returncode == 2
        assert done.stderr == f"{tmp_path}: no study of smacwrap in it or below (no study.json)\n"


def test_a_study_of_a_newer_version_is_one_clear_line(
    study: Path, quick: Path, smacwrap: Smacwrap
) -> None:
    study.mkdir(parents=True)
    (study / "study.json").write_text('{"smacwrap": "9.1", "format": 99}')
    for words in (("status", study), ("launch", quick, "--resume")):
        done = smacwrap(*words)
        assert done.returncode == 2
        assert "was made by smacwrap 9.1, which is newer than this one" in done.stderr


def test_a_study_of_another_scenario_is_refused_with_what_differs(
    quick: Path, smacwrap: Smacwrap
) -> None:
    smacwrap("launch", quick, "--runcount-limit", 1)
    for words, said in (
        (("--cutoff_time", 5), "cutoff-time was no limit and is '5.0'"),
        (("--algo", "./target.sh x"), "algo was './target.sh' and is './target.sh x'"),
    ):
        done = smacwrap("launch", quick, "--resume", *words)
        assert done.returncode == 2
        assert said in done.stderr
        assert "start anew with --overwrite" in done.stderr


def test_a_launch_ends_with_the_runs_of_now_when_the_watched_file_is_deleted(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    missing = smacwrap("launch", quick, "--terminate-on-delete", "going")
    assert missing.returncode == 2
    assert "terminate-on-delete: there is no" in missing.stderr
    assert not study.exists()
    write_program(
        quick.parent / "target.sh",
        "#!/bin/sh\nmkdir started-$$; sleep 2; echo 'Result for SMAC: SAT, 1, 1, 1,' $5\n",
    )
    (quick.parent / "going").touch()
    launcher = start_launch("--terminate-on-delete", "going", "--grace", 0.1)
    wait_for(lambda: started(study) == 1)
    (quick.parent / "going").unlink()
    assert smacwrap("status", study).returncode == 0
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert "going was deleted" in out
    assert len(recorded(study, 1)) == started(study) == 1


def test_the_scenario_can_name_the_first_seed(quick: Path, smacwrap: Smacwrap) -> None:
    quick.write_text(quick.read_text() + "seed = 11\n")
    done = smacwrap("launch", quick, "--runcount-limit", 1)
    assert "seeds 11" in done.stdout
    done = smacwrap("launch", quick, "--runcount-limit", 1, "--seed", 4, "--overwrite")
    assert "seeds 4" in done.stdout


def test_forgotten_runs_count_no_more_until_that_is_undone(quick: Path, smacwrap: Smacwrap) -> None:
    study = quick.parent / "smac-output" / "quick"
    smacwrap("launch", quick, "--runcount-limit", 3)

    def rows() -> list[dict[str, str]]:
        with (study / "results.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    best, second, _ = sorted(rows(), key=lambda row: float(row["quality"]))
    wrong = smacwrap("forget", study, "1-8")
    assert wrong.returncode == 2
    assert "no run 1-8 (results.csv has their IDs)" in wrong.stderr
    assert smacwrap("forget", study, best["id"]).stdout == f"forgotten now: {best['id']}\n"
    assert [row["id"] for row in rows() if row["forgotten"]] == [best["id"]]
    status = smacwrap("status", study).stdout
    assert "2 of at most 3, and 1 forgotten" in status
    assert f"incumbent  {float(second['quality']):g} " in status
    resumed = smacwrap("launch", quick, "--resume", "--runcount-limit", 4)
    assert "quality" in resumed.stdout
    assert len(rows()) == 5, "a forgotten run makes room for another one"
    undone = smacwrap("forget", study, best["id"], "--undo")
    assert undone.stdout == "forgotten now: none\n"
    assert not [row for row in rows() if row["forgotten"]]


def test_a_run_is_forgotten_by_a_launch_that_is_at_work(
    study: Path, quick: Path, smacwrap: Smacwrap, start_launch: Launch
) -> None:
    (quick.parent / "quick-runs").write_text("0\n2\n3\n")
    launcher = start_launch("--runcount-limit", 3)
    wait_for(lambda: started(study) == 2)
    assert smacwrap("forget", study, "1-1").returncode == 0
    assert smacwrap("stop", study, "--run", "1-2").returncode == 0
    out, _ = launcher.communicate(timeout=60)
    assert "forgotten now: 1-1" in (study / "worker-1.log").read_text()
    assert re.search(r"quality +0\.2", out), "the first run's 0.0 does not count"
    assert len(recorded(study, 1)) == 4, "and makes room for another one"


def test_a_launch_learns_from_an_earlier_study_without_spending_runs_on_it(
    quick: Path, smacwrap: Smacwrap
) -> None:
    smacwrap("launch", quick, "--runcount-limit", 4, "--rungroup", "first")
    first = quick.parent / "smac-output" / "first"
    done = smacwrap("launch", quick, "--runcount-limit", 3, "--warmstart", first)
    assert done.returncode == 0, done
    study = first.with_name("quick")
    runs = recorded(study, 1)
    assert len(runs) == 3
    assert "learned from 4 runs of" in (study / "worker-1.log").read_text()
    # As in SMAC v2, which begins with the default even if it knows it; the rest is new.
    assert runs[0]["r-rc"]["rc-pc"]["pc-default"]
    known = configurations(first, 1)
    assert not [settings for settings in configurations(study, 1)[1:] if settings in known]

    pcs = quick.parent / "params.pcs"
    pcs.write_text(pcs.read_text().replace("[0, 1] [0.5]", "[0, 2] [0.5]", 1))
    refused = smacwrap("launch", quick, "--overwrite", "--warmstart", first)
    assert refused.returncode == 2
    assert "first: other parameters: changed: x: range [0, 1] → [0, 2]" in refused.stderr
    missing = smacwrap("launch", quick, "--overwrite", "--warmstart", "nowhere")
    assert missing.returncode == 2
    assert "no folder 'nowhere'" in missing.stderr


def test_the_study_has_state_and_trajectories_for_smac_v2(quick: Path, smacwrap: Smacwrap) -> None:
    smacwrap("launch", quick, "--runcount-limit", 3)
    study = quick.parent / "smac-output" / "quick"
    state = read_state(study / "state-run1")
    assert [run.result.quality for run in state.runs] == [
        run["r-quality"] for run in recorded(study, 1)
    ]
    entries = read_detailed_trajectory(study / "detailed-traj-run-1.csv")
    lines = (study / "traj-run-1.txt").read_text().splitlines()
    assert len(entries) == len(lines) - 1 >= 1


def test_a_detached_launch_goes_on_without_terminal_and_launcher(
    study: Path, quick: Path, smacwrap: Smacwrap
) -> None:
    (quick.parent / "quick-runs").write_text("1\n2\n")
    done = smacwrap("launch", quick, "--detach", "--runcount-limit", 3)
    assert done.returncode == 0, done
    assert "launched in the background" in done.stdout
    refused = smacwrap("launch", quick, "--detach")
    assert refused.returncode == 2
    assert "another launch is at work on this study" in refused.stderr
    wait_for(lambda: started(study) == 1)
    launcher = psutil.Process(int(re.search(r"process (\d+)", done.stdout)[1]))
    (worker,) = launcher.children()
    launcher.kill()
    wait_for(lambda: not is_alive(launcher))
    assert "its launcher is gone, workers 1 go on" in smacwrap("status", study).stdout
    assert smacwrap("stop", study, "--run", "1-1").returncode == 0
    wait_for(lambda: not is_alive(worker))
    assert len(recorded(study, 1)) == 3


def test_a_detached_launch_that_cannot_be_says_so_at_once(quick: Path, smacwrap: Smacwrap) -> None:
    (quick.parent / "target.sh").unlink()
    done = smacwrap("launch", quick, "--detach")
    assert done.returncode == 2
    assert "target.sh does not exist" in done.stderr
    assert not (quick.parent / "smac-output" / "quick").exists()


def test_what_a_killed_worker_leaves_behind_is_ended(
    study: Path, quick: Path, start_launch: Launch
) -> None:
    (quick.parent / "quick-runs").write_text("1\n2\n")
    launcher = start_launch("--runcount-limit", 2)
    wait_for(lambda: started(study) == 1)
    (worker,) = psutil.Process(launcher.pid).children()
    targets = worker.children(recursive=True)
    assert targets
    worker.kill()
    wait_for(lambda: not any(map(is_alive, targets)))
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert "it is started again" in out
    assert "run 1-1 was interrupted: it is made again" in (study / "worker-1.log").read_text()
    assert len(recorded(study, 1)) == 2


def test_a_worker_that_was_killed_leaves_no_folder_of_its_run(
    quick: Path, start_launch: Launch
) -> None:
    study = quick.parent / "smac-output" / "quick"
    hanging = HANGING.replace("\n", f"\ncd {quick.parent}\n", 1)
    write_program(quick.parent / "target.sh", hanging)
    (quick.parent / "quick-runs").write_text("0\n")
    job = '[run]\ninput = ["target.sh"]\ncommand = "./target.sh - - - - {seed}"\n'
    (quick.parent / "job.toml").write_text(job)
    quick.write_text(quick.read_text().replace("./target.sh", "smacwrap run job.toml"))
    launcher = start_launch("--runcount-limit", 2, "--grace", 0)
    wait_for(lambda: started(study) == 2)
    (worker,) = psutil.Process(launcher.pid).children()
    (quick.parent / "quick-runs").write_text("0\n1\n2\n")
    worker.kill()
    out, _ = launcher.communicate(timeout=60)
    assert launcher.returncode == 0, out
    assert len(recorded(study, 1)) == 2
    assert {path.suffix for path in (study / "runs").iterdir()} <= {".zip", ".json", ""}
    assert not [path for path in (study / "runs").glob("run-*") if path.is_dir()]


def test_remembered_paths_mean_the_same_from_another_folder(
    quick: Path, smacwrap: Smacwrap
) -> None:
    watched = quick.parent / "watched"
    watched.touch()
    words = ("--algo-exec-dir", quick.parent, "--output-dir", quick.parent / "smac-output")
    done = smacwrap("launch", quick, *words, "--terminate-on-delete=watched", "--runcount-limit=2")
    assert done.returncode == 0, done
    elsewhere = quick.parent / "elsewhere"
    elsewhere.mkdir()
    words = ("--output-dir", quick.parent / "smac-output", "--resume", "--runcount-limit", 3)
    done = smacwrap("launch", quick, *words, cwd=elsewhere)
    assert done.returncode == 0, done
    assert len(recorded(quick.parent / "smac-output" / "quick", 1)) == 3

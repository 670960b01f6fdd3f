"""What a study is: what may change between its launches, and what goes on while one is at work."""

import csv
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.launch.conftest import Launch, recorded, wait_for

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

JOB = """\
[run]
input = ["t.sh"]
command = "sh t.sh {x}"
[result]
quality = "error"
"""
SCENARIO = """\
algo = smacwrap run job.toml
pcs-file = params.pcs
runObj = QUALITY
use-instances = false
numberOfRunsLimit = 2
"""


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """The job file of a scenario `scenario.txt`, in the test's own folder."""
    (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    (tmp_path / "t.sh").write_text("printf 'error\\t%s\\naccuracy\\t0.9\\n' $1\n")
    (tmp_path / "scenario.txt").write_text(SCENARIO)
    (tmp_path / "job.toml").write_text(JOB)
    return tmp_path / "job.toml"


@pytest.fixture
def launch(job: Path, smacwrap: Smacwrap) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """`launch("--resume", 3)`: up to so many runs, with random search."""

    def call(*words: object) -> "subprocess.CompletedProcess[str]":
        *options, limit = words
        return smacwrap(
            *("launch", "scenario.txt", "--engine", "random", "--rungroup", "study"),
            *(*options, "--numberOfRunsLimit", limit),
        )

    return call


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "smac-output" / "study" / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_job_that_means_something_else_is_refused_per_key_until_it_is_accepted(
    job: Path, launch: Smacwrap
) -> None:
    assert launch(2).returncode == 0
    job.write_text(JOB.replace('"error"', '"accuracy"\nmaximize = true'))
    refused = launch("--resume", 3)
    assert refused.returncode == 2
    assert f"{job}: quality was 'error' and is 'accuracy'" in refused.stderr
    assert f"{job}: maximize was not set and is 'true'" in refused.stderr
    assert "--accept-changes" in refused.stderr
    assert len(rows(job.parent)) == 2

    accepted = launch("--resume", "--accept-changes", 3)
    assert accepted.returncode == 0, accepted
    assert "changed: " in accepted.stdout
    assert [float(row["quality"]) for row in rows(job.parent)][2:] == [-0.9]
    # Now it is the study's.
    assert launch("--resume", 4).returncode == 0
    job.write_text(JOB)
    back = launch("--resume", 5)
    assert back.returncode == 2
    assert "maximize was 'true' and is not set" in back.stderr


def test_comments_layout_and_metrics_that_decide_nothing_change_no_study(
    job: Path, launch: Smacwrap
) -> None:
    launch(1)
    job.write_text(
        "# A comment.\n[result]\nmaximize = false\nmetrics = { more = 'x (.*)' }\nquality='error'\n"
        "[run]\ncommand = 'sh  t.sh   {x}'\noutputs = ['*.log']\ninput = 't.sh'\n"
    )
    resumed = launch("--resume", 2)
    assert resumed.returncode == 0, resumed
    assert "changed" not in resumed.stdout + resumed.stderr


def test_the_scenario_s_own_identity_can_be_accepted_and_its_parameters_cannot(
    job: Path, launch: Smacwrap
) -> None:
    launch(1)
    scenario = job.with_name("scenario.txt")
    scenario.write_text(SCENARIO + "cutoffTime = 10\n")
    refused = launch("--resume", 2)
    assert refused.returncode == 2
    assert "cutoff-time was no limit and is '10.0'" in refused.stderr
    assert launch("--resume", "--accept-changes", 2).returncode == 0
    (job.parent / "params.pcs").write_text("x real [0, 2] [0.5]\n")
    refused = launch("--resume", "--accept-changes", 3)
    assert refused.returncode == 2
    assert "x: range [0, 1] → [0, 2]" in refused.stderr
    assert "--accept-changes" not in refused.stderr


def test_inputs_that_changed_came_or_went_are_named_on_resume(job: Path, launch: Smacwrap) -> None:
    folder = job.parent
    job.write_text(JOB.replace('"t.sh"]', '"t.sh", "more"]'))
    (folder / "more").mkdir()
    (folder / "more" / "old").touch()
    (folder / "more" / "same").write_text("1")
    launch(1)
    assert "inputs differ" not in launch("--resume", 2).stdout
    (folder / "t.sh").write_text("printf 'error\\t%s\\n' 0$1\n")
    (folder / "more" / "old").rename(folder / "more" / "new")
    os.utime(folder / "more" / "same", (1, 1))  # touched, and the same
    done = launch("--resume", 3)
    assert done.returncode == 0, done
    words = "inputs differ from those of the earlier runs: changed: t.sh; new: new; gone: old"
    assert words in " ".join(done.stdout.split())
    assert "inputs differ" not in launch("--resume", 4).stdout


def test_a_script_that_the_command_names_is_an_input(quick: Path, smacwrap: Smacwrap) -> None:
    words = ("launch", quick, "--engine", "random", "--numberOfRunsLimit")
    smacwrap(*words, 1)
    target = quick.parent / "target.sh"
    target.write_text(target.read_text() + "# mended\n")
    done = smacwrap(*words, 2, "--resume")
    assert "earlier runs: changed: ./target.sh" in " ".join(done.stdout.split())


def test_a_job_with_a_mistake_is_refused_before_anything_is_made(
    job: Path, launch: Smacwrap
) -> None:
    job.write_text(JOB.replace("quality", "qualty"))
    refused = launch(1)
    assert refused.returncode == 2
    assert "job.toml:5: unknown key in [result] 'qualty'" in refused.stderr
    assert not (job.parent / "smac-output").exists()


def test_what_is_edited_or_deleted_while_a_launch_is_at_work_changes_nothing_of_it(
    job: Path,
    quick: Path,
    smacwrap: Smacwrap,
    start_launch: Launch,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    study, folder = quick.parent / "smac-output" / "quick", quick.parent
    script = folder / "t.sh"
    script.write_text(f'{script.read_text()}while ! [ -e "$GO" ]; do sleep 0.1; done\n')
    quick.write_text(SCENARIO)
    monkeypatch.setenv("GO", str(folder / "go"))
    launcher = start_launch("--engine", "random", "--numberOfRunsLimit", 3)
    wait_for(lambda: (study / "running-1.json").exists())
    job.write_text(JOB.replace('"error"', '"accuracy"'))
    quick.write_text(SCENARIO + "retryCrashedRunCount = 5\nalgo = false\n")
    # A worker that is restarted, and its wrappers, go on with what the launch began with.
    worker = json.loads((study / "running-1.json").read_text())[0]["pid"]
    os.kill(worker, 9)
    wait_for(lambda: (study / "worker-1.log").read_text().count("begins with") == 2)
    job.unlink()
    quick.unlink()
    (folder / "params.pcs").unlink()
    (folder / "go").touch()
    out, _ = launcher.communicate(timeout=90)
    assert launcher.returncode == 0, out
    qualities = [run["r-quality"] for run in recorded(study, 1)]
    assert len(qualities) == 3
    assert max(qualities) <= 1, "an error, and no accuracy"
    assert "3 of at most 3" in smacwrap("status", study).stdout
    assert smacwrap("forget", study, "1-1").returncode == 0


def test_a_first_run_that_crashed_is_made_again_once_its_job_is_mended(
    job: Path, launch: Smacwrap
) -> None:
    job.write_text(JOB.replace('"error"\n', "\"error\"\nmetrics = { error = 'Error: (.*)' }\n"))
    (job.parent / "t.sh").write_text("echo error: $1\n")
    crashed = launch(2)
    assert crashed.returncode == 1
    assert "the first run crashed" in crashed.stdout
    # Not mended yet: made again, and the launch ends again.
    again = launch("--resume", 2)
    assert again.returncode == 1
    assert "crashed, made again, and forgotten: 1-1" in again.stdout
    job.write_text(job.read_text().replace("Error", "error"))
    mended = launch("--resume", 2)
    assert mended.returncode == 0, mended
    assert "metrics.error was 'Error: (.*)' and is 'error: (.*)'" in mended.stdout
    found = rows(job.parent)
    assert [row["status"] for row in found] == ["CRASHED", "CRASHED", "SAT", "SAT"]
    assert [row["forgotten"] for row in found] == ["yes", "yes", "", ""]
    assert found[2]["config.x"] == "0.5", "the default comes first"


def test_crashed_runs_are_made_again_when_one_says_so(job: Path, launch: Smacwrap) -> None:
    script = job.parent / "t.sh"
    works = script.read_text()
    script.write_text(f"[ $1 = 0.5 ] || exit 3\n{works}")
    assert launch(3).returncode == 0
    assert [row["status"] for row in rows(job.parent)] == ["SAT", "CRASHED", "CRASHED"]
    script.write_text(works)
    same = launch("--resume", 3)
    assert "going on after 3" in same.stdout
    assert len(rows(job.parent)) == 3
    retried = launch("--resume", "--retry-crashed", 3)
    assert retried.returncode == 0, retried
    assert "forgotten: 1-2, 1-3" in retried.stdout
    found = rows(job.parent)
    assert [row["status"] for row in found] == ["SAT", "CRASHED", "CRASHED", "SAT", "SAT"]
    assert [row["config.x"] for row in found[1:3]] == [row["config.x"] for row in found[3:]]
    assert [row["forgotten"] for row in found] == ["", "yes", "yes", "", ""]


def test_options_that_go_with_resume_say_so(job: Path, launch: Smacwrap) -> None:
    for words in (("--accept-changes",), ("--retry-crashed", "--overwrite")):
        refused = launch(*words, 1)
        assert refused.returncode == 2
        assert "need --resume" in refused.stderr


def test_a_study_of_an_older_smacwrap_is_looked_at_and_resumed(
    job: Path, launch: Smacwrap, smacwrap: Smacwrap
) -> None:
    launch(1)
    study = job.parent / "smac-output" / "study"
    document = json.loads((study / "study.json").read_text())
    for new in ("settings", "scenario_text", "job"):
        del document[new]
    for new in ("kill-run-exceeding-captime-factor", "cli-call-params-with-quotes"):
        del document["identity"][new]
    (study / "study.json").write_text(json.dumps({**document, "format": 1}))
    (study / "frozen-inputs.json").unlink()
    shown = smacwrap("status", study)
    assert "runs       1 of at most 1" in shown.stdout, shown
    resumed = launch("--resume", 2)
    assert resumed.returncode == 0, resumed
    assert len(rows(job.parent)) == 2
    assert json.loads((study / "study.json").read_text())["job"]["text"] == JOB

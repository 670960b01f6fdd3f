"""Commands take what people have at hand, and say what it is where they cannot."""

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.history import Study
from smacwrap.kinds import Kind, kind_of
from smacwrap.launch.find_study import find_study
from tests.conftest import PCS, SCENARIO, processes_in, write_program
from tests.launch.conftest import Launch, start_launch, wait_for  # noqa: F401  (a fixture)

Smacwrap = Callable[..., object]
JOB = '[run]\ninput = ["target.sh"]\ncommand = "./target.sh no 0 1 1 -1 {flags}"\n'


@pytest.fixture
def at_hand(quick: Path) -> Path:
    """A folder with a scenario, its PCS file, a job, a script and a program."""
    folder = quick.parent
    (folder / "job.toml").write_text(JOB)
    quick.write_text(SCENARIO.replace("./target.sh", "smacwrap run job.toml").replace("12", "2"))
    (folder / "train.py").write_text("import sys\n")
    shutil.copy(shutil.which("true") or "/bin/true", folder / "solver")
    return folder


NEW = "smacwrap scenario new {0} writes one for it"
USING = "name the one that uses it, as in smacwrap {1} quick.txt"
INSTEAD = {
    "target.sh": "a script, not a scenario file: " + NEW,
    "train.py": "a script, not a scenario file: " + NEW,
    "solver": "a program, not a scenario file: " + NEW,
    "job.toml": "a job file, not a scenario file: " + USING,
    "params.pcs": "a PCS file, not a scenario file: " + USING,
}


@pytest.mark.parametrize("command", ["launch", "algo-test", "scenario show", "scenario check"])
def test_what_is_no_scenario_is_named_with_what_to_do(
    at_hand: Path, smacwrap: Smacwrap, command: str
) -> None:
    for name in INSTEAD if command == "launch" else ("target.sh", "job.toml"):
        done = smacwrap(*command.split(), name)
        assert done.returncode == 2
        assert done.stderr == f"{name} is {INSTEAD[name].format(name, command)}\n"
    assert not (at_hand / "smac-output").exists()


def test_a_folder_stands_for_its_only_scenario(at_hand: Path, smacwrap: Smacwrap) -> None:
    assert smacwrap("scenario", "check", ".").stdout.endswith("quick.txt: ok\n")
    shutil.copy(at_hand / "quick.txt", at_hand / "other.txt")
    done = smacwrap("launch", ".")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        ".: 2 scenario files in this folder, name one of them:",
        "  smacwrap launch other.txt",
        "  smacwrap launch quick.txt",
    ]
    (at_hand / "empty").mkdir()
    assert "scenario new SCRIPT --dir empty writes one" in smacwrap("launch", "empty").stderr


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("--runs 5", "--numberOfRunsLimit 5"),
        ("--max-runs=5", "--numberOfRunsLimit 5"),
        ("--n_jobs 2", "--parallel 2"),
        ("--timeout 60", "--wallclock-limit 60"),
        ("--force", "--overwrite"),
        ("--restart --seed 3", "--overwrite"),
    ],
)
def test_what_an_option_is_called_elsewhere_is_suggested(
    at_hand: Path, smacwrap: Smacwrap, words: str, meant: str
) -> None:
    done = smacwrap("launch", "quick.txt", *words.split())
    assert done.returncode == 2
    assert f"… did you mean '{meant}'?" in done.stderr
    name = re.match(r"--([^ =]*)", words)[1]
    (at_hand / "quick.txt").write_text(f"{name} = 5\n")
    assert f"unknown option '{name}'" in smacwrap("launch", "quick.txt").stderr


def test_the_wrapper_says_what_it_was_called_with(at_hand: Path, smacwrap: Smacwrap) -> None:
    assert "a scenario file, not a job file: smacwrap algo-test quick.txt" in (
        smacwrap("run", "quick.txt").stderr
    )
    assert "a script, not a job file" in smacwrap("run", "train.py").stderr
    assert "a call string starts with five words" in smacwrap("run", "job.toml").stderr


def test_a_study_is_found_by_what_people_have_at_hand(at_hand: Path, smacwrap: Smacwrap) -> None:
    assert "no study of this scenario; smacwrap launch quick.txt" in (
        smacwrap("status", "quick.txt").stderr
    )
    assert smacwrap("launch", ".", "--engine", "random").returncode == 0
    study = at_hand / "smac-output/quick"
    for words in ((), (".",), ("quick.txt",), ("job.toml",), ("quick",), (study / "results.csv",)):
        assert "runs       2 of at most 2" in smacwrap("status", *words).stdout, words
    assert "runs       2 of" in smacwrap("status", cwd=study / "runs").stdout
    for words in (("stop",), ("stop", "job.toml")):
        assert "smac-output/quick: nothing runs in this study" in smacwrap(*words).stderr
    assert smacwrap("forget", "quick.txt", "1-1").stdout == "forgotten now: 1-1\n"
    assert "a script, and no study was found" in smacwrap("status", "target.sh").stderr
    assert "no such file, folder or study" in smacwrap("status", "nowhere").stderr
    merged = smacwrap("state-merge", "quick.txt", "--into", "merged")
    assert "merged: 2 runs" in merged.stdout, merged
    done = smacwrap("launch", study)
    assert f"cd {at_hand} && smacwrap launch {at_hand}/quick.txt --resume" in done.stderr


def make_study(folder: Path) -> Study:
    folder.mkdir(parents=True)
    (folder / "study.json").write_text("{}")
    return Study(folder)


def test_of_several_studies_all_are_named_unless_one_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b", "a"):
        make_study(Path("smac-output") / name)
    with pytest.raises(UserError) as caught:
        find_study(Path())
    assert str(caught.value).splitlines() == [
        ".: 2 studies fit, name one of them:",
        "  smac-output/a",
        "  smac-output/b",
    ]
    running = find_study(Path(), prefer=lambda study: study.folder.name == "b")
    assert running.folder == Path("smac-output/b")
    with pytest.raises(UserError, match="2 studies fit"):
        find_study(Path(), prefer=lambda study: True)


def test_resume_with_nothing_to_resume_says_where_the_study_lies(
    at_hand: Path, smacwrap: Smacwrap
) -> None:
    done = smacwrap("launch", "quick.txt", "--resume")
    assert done.returncode == 2
    assert done.stderr.startswith(f"nothing to resume: there is no study {at_hand}/smac-output/")
    assert smacwrap("launch", "quick.txt", "--engine", "random").returncode == 0
    elsewhere = at_hand / "elsewhere"
    elsewhere.mkdir()
    done = smacwrap("launch", "../quick.txt", "--resume", cwd=elsewhere)
    assert done.returncode == 2
    assert f"  cd {at_hand} && smacwrap launch {at_hand}/quick.txt --resume\n" in done.stderr
    assert not (elsewhere / "smac-output").exists()
    assert "2 of at most 2" in smacwrap("status", "../quick.txt", cwd=elsewhere).stdout


def test_an_interrupted_launch_ends_with_the_command_that_goes_on(
    quick: Path,
    start_launch: Launch,  # noqa: F811
) -> None:
    write_program(quick.parent / "target.sh", "#!/bin/sh\nexec sleep 60\n")
    launch = start_launch("--overwrite", "--engine", "random", "--grace", "0")
    wait_for(lambda: list((quick.parent / "smac-output/quick").glob("running-*.json")))
    launch.send_signal(signal.SIGINT)
    out = launch.communicate(timeout=60)[0]
    assert launch.returncode == 130
    last = out.strip().splitlines()[-1]
    assert last.startswith("Go on with: smacwrap launch ")
    assert last.endswith("--engine random --grace 0 --resume")


def test_a_detached_launch_that_overwrites_keeps_the_log_that_it_names(
    quick: Path, smacwrap: Smacwrap
) -> None:
    quick.write_text(SCENARIO.replace("12", "2"))
    log = quick.parent / "smac-output/quick/launch.log"
    for _ in range(2):
        done = smacwrap("launch", quick, "--detach", "--overwrite", "--engine", "random")
        assert str(log) in done.stdout, done
        wait_for(lambda: log.exists() and "The launch ended" in log.read_text())
        wait_for(lambda: not processes_in(quick.parent))


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("a.txt", SCENARIO, Kind.SCENARIO),
        ("a", "ta = x\npcs_fn = p\n", Kind.SCENARIO),
        ("a.txt", PCS, Kind.PCS),
        ("a.txt", "x {a, b} [a]\n", Kind.PCS),
        ("a.json", '{"name": null, "hyperparameters": []}', Kind.PCS),
        ("a", JOB, Kind.JOB),
        ("a", "#!/bin/sh\nalgo = 1\npcs-file = 2\n", Kind.SCRIPT),
        ("a.txt", "Dear reader,\nthis is a letter.\n", Kind.OTHER),
        ("a.txt", "", Kind.OTHER),
        ("a.zip", "PK\3\4", Kind.ARCHIVE),
    ],
)
def test_the_kind_of_a_file_is_told_by_its_name_and_beginning(
    tmp_path: Path, name: str, text: str, kind: Kind
) -> None:
    (tmp_path / name).write_text(text)
    assert kind_of(tmp_path / name) is kind
    assert kind_of(tmp_path / "none") is None

"""`smacwrap scenario new`: a scenario for a training script, which runs as it is written."""

import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

TRAIN = """\
import argparse
from model import error
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--layers", type=int, default=2)
parser.add_argument("--optimizer", choices=["adam", "sgd"], default="adam")
parser.add_argument("--clip", action="store_true")
args = parser.parse_args()
print("Epoch 1, Val error: 0.9, time 3s")
print(f"Val error: {error(args.lr, args.layers) + args.clip:.4f}, done")
"""
MODEL = "def error(lr, layers): return abs(lr - 0.1) + layers / 10\n"
FLAGS = ("--pattern", "Val error:", "--runs", 4, "--dir", "tuned")


@pytest.fixture
def train(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A training script, with a module of its own, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.py").write_text(MODEL)
    script = tmp_path / "train.py"
    script.write_text(TRAIN)
    return script


def test_what_it_writes_passes_the_check_runs_and_is_launched(
    train: Path, smacwrap: Smacwrap
) -> None:
    done = smacwrap("scenario", "new", "train.py", *FLAGS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "wrote tuned/job.toml",
        "wrote tuned/params.pcs",
        "wrote tuned/scenario.txt",
        "",
        "This minimises val_error.",
        "The ranges in params.pcs are guesses: go through them first.",
        "",
        "Next:",
        "  smacwrap algo-test tuned/scenario.txt",
        "  smacwrap launch tuned/scenario.txt",
    ]
    checked = smacwrap("scenario", "check", "tuned/scenario.txt", "--strict")
    assert checked.stdout == "tuned/scenario.txt: ok\n"
    tested = smacwrap("algo-test", "tuned/scenario.txt", "--config", "--lr 0.1 --layers 1 --clip 1")
    assert tested.returncode == 0, tested
    assert "SAT" in tested.stdout
    assert "val_error=1.1000" in tested.stdout
    launched = smacwrap("launch", "tuned/scenario.txt")
    assert launched.returncode == 0, launched
    assert "4 runs" in launched.stdout
    assert "Incumbent" in launched.stdout


def test_an_executable_gets_a_parameter_file_to_fill_in(tmp_path: Path, smacwrap: Smacwrap) -> None:
    write_program(tmp_path / "solve.sh", '#!/bin/sh\necho "$@" Val error: 0.5\n')
    done = smacwrap("scenario", "new", "solve.sh", *FLAGS)
    assert done.returncode == 0, done
    assert "params.pcs has an example only: write your parameters there first" in done.stdout
    assert "TODO" in (tmp_path / "tuned/params.pcs").read_text()
    assert smacwrap("scenario", "check", "tuned/scenario.txt").stdout == "tuned/scenario.txt: ok\n"
    tested = smacwrap("algo-test", "tuned/scenario.txt")
    assert "-example 0.5 Val error: 0.5" in tested.stdout
    assert "SAT" in tested.stdout


SUBCOMMANDS = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
commands = parser.add_subparsers(required=True)
train = commands.add_parser("train")
train.add_argument("--layers", type=int, choices=[1, 2], default="2")
train.add_argument("--nobn", action="store_false", dest="bn", default=True)
train.set_defaults(layers=1)
predict = commands.add_parser("predict")
predict.add_argument("--beam", type=int, default=4)
print("Val error:", 0.5, parser.parse_args())
"""


@pytest.mark.parametrize(
    ("words", "command", "seen"),
    [
        (
            "python c.py 'train'",
            "python c.py --lr {-lr} 'train' {flags}",
            "Namespace(lr=0.01, layers=1, bn=True)",
        ),
        (
            "c.py predict {flags} | cat",
            "python c.py --lr {-lr} predict {flags} | cat",
            "Namespace(lr=0.01, beam=4)",
        ),
        ("c.py {flags} predict", "python c.py {flags} predict", "Namespace(lr=0.01, beam=4)"),
    ],
)
def test_the_options_of_the_subcommand_that_the_command_names_are_tuned(
    tmp_path: Path, smacwrap: Smacwrap, words: str, command: str, seen: str
) -> None:
    (tmp_path / "c.py").write_text(SUBCOMMANDS)
    assert smacwrap("scenario", "new", words, *FLAGS).returncode == 0
    assert f'command = "{command}"\n' in (tmp_path / "tuned/job.toml").read_text()
    checked = smacwrap("scenario", "check", "tuned/scenario.txt", "--strict")
    assert checked.stdout == "tuned/scenario.txt: ok\n"
    tested = smacwrap("algo-test", "tuned/scenario.txt")
    assert tested.returncode == 0, tested
    assert seen in tested.stdout


def test_without_a_terminal_every_missing_answer_is_named(folder: Path, smacwrap: Smacwrap) -> None:
    done = smacwrap("scenario", "new", "target.sh", "--runs", 3)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "no terminal to ask on: give --pattern, --dir\n"


def test_on_a_terminal_what_is_missing_is_asked_until_it_can_be_used(train: Path) -> None:
    answers = "tarin.py\ntrain.py\nVal error: (\\S+\nVal error:\n\nmany\n\ntuned\n"
    terminal, end = pty.openpty()
    try:
        os.write(terminal, answers.encode())
        done = subprocess.run(
            [sys.executable, "-m", "smacwrap", "scenario", "new"],
            stdin=end,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        os.close(terminal)
        os.close(end)
    assert done.returncode == 0, done
    assert "Error: no file 'tarin.py' … did you mean 'train.py'?" in done.stdout
    assert "Error: not a regular expression" in done.stdout
    assert "Error: 'many' is not a valid integer range." in done.stdout
    assert "numberOfRunsLimit = 40" in Path("tuned/scenario.txt").read_text()
    assert "Val error:" in Path("tuned/job.toml").read_text()


def test_existing_files_stay_unless_they_are_to_be_replaced(train: Path, call) -> None:
    Path("tuned").mkdir()
    Path("tuned/job.toml").write_text("mine")
    done = call("new", "train.py", "--pattern", "error", "--runs", 3, "--dir", "tuned")
    assert done.code == 2
    assert done.err == "tuned/job.toml: exists; --force replaces it\n"
    assert [path.name for path in Path("tuned").iterdir()] == ["job.toml"]
    assert Path("tuned/job.toml").read_text() == "mine"
    assert call("new", "train.py", *FLAGS, "--force").code == 0
    assert Path("tuned/job.toml").read_text() != "mine"


def test_a_pcs_file_of_ones_own_is_used_where_it_is(train: Path, call) -> None:
    Path("my params.pcs").write_text("-lr real [0, 1] [0.5]\n")
    done = call("new", "train.py", *FLAGS, "--pcs", "my params.pcs", "--name", "first")
    assert done.code == 0
    assert sorted(path.name for path in Path("tuned").iterdir()) == ["job.toml", "scenario.txt"]
    shown = call("show", "tuned/scenario.txt").out
    assert f"../my params.pcs → {Path.cwd()}/my params.pcs" in shown
    assert "first" in shown
    assert call("check", "tuned/scenario.txt").out == "tuned/scenario.txt: ok\n"


def test_a_second_scenario_is_run_where_its_own_files_are_found(train: Path, call) -> None:
    assert call("new", "train.py", *FLAGS[:-1], ".").code == 0
    done = call("new", "train.py", *FLAGS)
    assert done.out.splitlines()[-3:] == [
        "  cd tuned",
        "  smacwrap algo-test scenario.txt",
        "  smacwrap launch scenario.txt",
    ]


def test_a_pcs_file_of_which_another_is_found_first_is_used_from_where_it_is_meant(
    train: Path, call, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("x.pcs").write_text("of_the_parent real [0, 1] [0.5]\n")
    project = Path("project").absolute()
    project.mkdir()
    monkeypatch.chdir(project)
    Path("x.pcs").write_text("-lr real [0, 1] [0.5]\n")
    done = call("new", "../train.py", *FLAGS, "--pcs", "x.pcs")
    assert done.out.splitlines()[-3:] == [
        "  cd tuned",
        "  smacwrap algo-test scenario.txt",
        "  smacwrap launch scenario.txt",
    ]
    monkeypatch.chdir("tuned")
    assert f"→ {project}/x.pcs" in call("show", "scenario.txt").out
    assert call("check", "scenario.txt").out == "scenario.txt: ok\n"


def test_other_files_here_of_names_that_it_does_not_use_need_no_other_folder(
    train: Path, call
) -> None:
    Path("params.pcs").write_text("-lr real [0, 1] [0.5]\n")
    done = call("new", "train.py", *FLAGS, "--pcs", "params.pcs")
    assert done.out.splitlines()[-1] == "  smacwrap launch tuned/scenario.txt"
    assert call("check", "tuned/scenario.txt").out == "tuned/scenario.txt: ok\n"


def test_files_are_named_as_the_folder_that_a_link_leads_to_finds_them(train: Path, call) -> None:
    Path("far/away/tuned").mkdir(parents=True)
    Path("tuned").symlink_to("far/away/tuned")
    Path("x.pcs").write_text("-lr real [0, 1] [0.5]\n")
    assert call("new", "train.py", *FLAGS, "--pcs", "x.pcs").code == 0
    assert call("check", "tuned/scenario.txt").out == "tuned/scenario.txt: ok\n"


def test_a_pcs_file_with_errors_is_an_error_and_nothing_is_written(train: Path, call) -> None:
    Path("bad.pcs").write_text("-lr real [0, 1] [0.5]\nx real [0, 1] [2]\ny rael [0, 1] [0]\n")
    done = call("new", "train.py", *FLAGS, "--pcs", "bad.pcs")
    assert (done.code, done.out) == (2, "")
    assert "bad.pcs:2:16: default 2 is outside [0, 1]\n" in done.err
    assert "bad.pcs:3:3: " in done.err
    assert not Path("tuned").exists()


def test_a_name_that_is_no_text_is_an_error(train: Path, call) -> None:
    name = os.fsdecode(b"tr\xffain.py")
    train.rename(name)
    done = call("new", name, *FLAGS)
    assert done.code == 2
    assert "cannot be written as UTF-8 text" in done.err
    assert not list(Path("tuned").iterdir())


def test_a_metric_that_the_script_prints_by_name_needs_no_pattern(train: Path, call) -> None:
    done = call("new", "train.py", "--quality", "valerr", "--runs", 3, "--dir", ".")
    assert done.code == 0
    job = Path("job.toml").read_text()
    assert 'quality = "valerr"' in job
    assert "metrics" not in job
    assert call("check", "scenario.txt").out == "scenario.txt: ok\n"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["nothere.py"], "no file 'nothere.py'"),
        (["tran.py"], "did you mean 'train.py'?"),
        (["folder"], "'folder' is a folder: name the script or program in it\n"),
        (["./folder.py"], "'./folder.py' is a folder: name the script or program in it\n"),
        (["foldre"], "no file and no program 'foldre'\n"),
        (["nosuchprogram"], "no file and no program 'nosuchprogram'"),
        (["./model.py.txt"], "no file and no program './model.py.txt'"),
        (["python 'train.py"], "is not a command: no closing quotation"),
        (["python train.py | cat"], "say where the parameters go"),
        (["python train.py '{flags}' | cat"], "outside of quotes"),
        (["plain.txt"], "plain.txt is not executable: try chmod +x plain.txt"),
        (["train.py", "--quality", "val err"], "a metric's name has letters"),
        (["train.py", "--dir", "x" * 300], "cannot be written: File name too long"),
        (["train.py", "--name", "a/b"], "'a/b' is not the name of a folder"),
    ],
)
def test_what_cannot_be_used_is_an_error_and_nothing_is_written(
    train: Path, call, words: list[str], error: str
) -> None:
    Path("plain.txt").touch()
    Path("folder").mkdir()
    Path("folder.py").mkdir()
    done = call("new", *FLAGS, *words)
    assert done.code == 2
    assert error in done.err
    assert not Path("tuned").exists()


@pytest.mark.parametrize(("answer", "way"), [("", "true"), ("n", "false")])
def test_on_a_terminal_the_direction_is_asked_for_with_what_the_name_suggests(
    train: Path, answer: str, way: str
) -> None:
    terminal, end = pty.openpty()
    try:
        os.write(terminal, f"{answer}\n".encode())
        words = ["train.py", "--pattern", "accuracy:", "--runs", "2", "--dir", "tuned"]
        done = subprocess.run(
            [sys.executable, "-m", "smacwrap", "scenario", "new", *words],
            stdin=end,
            capture_output=True,
            text=True,
            timeout=60,
        )
    finally:
        os.close(terminal)
        os.close(end)
    assert done.returncode == 0, done
    assert "Is more of accuracy better? [Y/n]" in done.stdout
    assert f"\nmaximize = {way}\n" in Path("tuned/job.toml").read_text()

"""`smacwrap scenario new` for every kind of script: what it writes really launches."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import write_program

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# typer and hydra need not be installed: these do with the command line what the real ones do.
TYPER = """\
import argparse, inspect
def run(function):
    parser = argparse.ArgumentParser()
    for name, given in inspect.signature(function).parameters.items():
        parser.add_argument(f"--{name}", type=given.annotation, default=given.default)
    function(**vars(parser.parse_args()))
"""
HYDRA = """\
import pathlib, sys
def main(version_base, config_path, config_name):
    assert pathlib.Path(config_path, f"{config_name}.yaml").is_file()
    return lambda function: lambda: function(dict(word.split("=") for word in sys.argv[1:]))
"""
SCRIPTS = {
    "typed.py": """\
import smacwrap
@smacwrap.target
def train(lr: float, layers: int = 2):
    error = abs(lr - 0.1) + layers / 10
    return error
if __name__ == "__main__":
    train.main()
""",
    "typed_by_typer.py": """\
import typer
def main(lr: float = 0.01, layers: int = 2):
    print("Val error:", abs(lr - 0.1) + layers / 10)
typer.run(main)
""",
    "clicked.py": """\
import click
@click.command()
@click.option("--lr", default=0.01)
@click.option("--layers", type=click.IntRange(1, 5), default=2)
@click.option("--bn/--plain", default=False)
def main(lr, layers, bn):
    print("Val error:", abs(lr - 0.1) + layers / 10)
main()
""",
    "composed.py": """\
import hydra
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    print("Val error:", abs(float(cfg["lr"]) - 0.1) + int(cfg["model.layers"]) / 10)
main()
""",
    "getopts.sh": """\
#!/bin/sh
lr=0.01 layers=2
while getopts "l:n:v" option; do
  case $option in
    l) lr=$OPTARG;;
    n) layers=$OPTARG;;
    v) verbose=1;;
    *) exit 1;;
  esac
done
echo "Val error: $(awk "BEGIN { print $lr + $layers / 10 }")"
""",
    "places.sh": """\
lr=${1:-0.01}
layers=${2:-2}
echo "Val error: $(awk "BEGIN { print $lr + $layers / 10 }")"
""",
    "long.sh": """\
#!/bin/sh
lr=0.01
while [ $# -gt 0 ]; do
  case $1 in
    -l|--lr) lr=$2; shift 2;;
    *) exit 1;;
  esac
done
echo "Val error: $lr"
""",
}


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder with all of them."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/config.yaml").write_text("lr: 0.01\nmodel:\n  layers: 2\n  name: x\n")
    (tmp_path / "typer.py").write_text(TYPER)
    (tmp_path / "hydra.py").write_text(HYDRA)
    for name, text in SCRIPTS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_scenario_for_any_kind_of_script_is_launched_as_it_is_written(
    scripts: Path, smacwrap: Smacwrap, script: str
) -> None:
    pattern = () if script == "typed.py" else ("--pattern", "Val error:")
    done = smacwrap("scenario", "new", script, *pattern, "--runs", 2, "--dir", "tuned")
    assert done.returncode == 0, done
    assert "This minimises " in done.stdout
    assert (scripts / "tuned/job.toml").exists() is bool(pattern)
    checked = smacwrap("scenario", "check", "tuned/scenario.txt", "--strict")
    assert checked.stdout == "tuned/scenario.txt: ok\n"
    launched = smacwrap("launch", "tuned/scenario.txt", "--engine", "random")
    assert launched.returncode == 0, launched
    assert launched.stdout.count(" SAT ") == 2
    # It runs from wherever it is launched.
    tested = smacwrap("algo-test", "scenario.txt", cwd=scripts / "tuned")
    assert tested.returncode == 0, tested


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--maximize",), "train() decides this: write @smacwrap.target(maximize=True)"),
        (("--pattern", "x"), "train() returns its quality: leave out --pattern and --quality"),
    ],
)
def test_a_function_says_how_its_quality_is_read_and_which_way_it_is_better(
    scripts: Path, smacwrap: Smacwrap, words: tuple[str, ...], said: str
) -> None:
    done = smacwrap("scenario", "new", "typed.py", *words, "--runs", 2, "--dir", "tuned")
    assert (done.returncode, done.stdout) == (2, "")
    assert f"typed.py:3: {said}" in done.stderr
    assert not (scripts / "tuned").exists()


@pytest.mark.parametrize(
    ("before", "after", "words", "said"),
    [
        ("train.main()", "pass", "typed.py", "nothing calls train.main(): end with"),
        ("error", "accuracy", "typed.py", "'accuracy' reads like a metric to maximise"),
        ("", "", "python typed.py 3", "is called with a call string: give the script alone"),
    ],
)
def test_a_function_that_a_scenario_could_not_call_is_an_error(
    scripts: Path, smacwrap: Smacwrap, before: str, after: str, words: str, said: str
) -> None:
    (scripts / "typed.py").write_text(SCRIPTS["typed.py"].replace(before, after))
    done = smacwrap("scenario", "new", words, "--runs", 2, "--dir", "tuned")
    assert done.returncode == 2
    assert said in done.stderr


def test_an_argument_by_place_that_is_not_tuned_is_asked_for(
    scripts: Path, smacwrap: Smacwrap
) -> None:
    flags = ("--pattern", "Val error:", "--runs", 2, "--dir", "tuned")
    (scripts / "places.sh").write_text('data=$1\nlr=${2:-0.01}\necho "Val error: $lr"\n')
    done = smacwrap("scenario", "new", "places.sh", *flags)
    assert done.returncode == 2
    assert "give a command such as 'bash places.sh DATA {lr}'" in done.stderr
    assert smacwrap("scenario", "new", "bash places.sh x {lr}", *flags).returncode == 0
    tested = smacwrap("algo-test", "tuned/scenario.txt")
    assert "Command: bash places.sh x 0.01\n" in tested.stdout
    assert "SAT" in tested.stdout


def test_a_wrapper_of_ones_own_gets_no_job(scripts: Path, smacwrap: Smacwrap) -> None:
    (scripts / "wrap.py").write_text(
        "from smacwrap import AbstractWrapper\n"
        "class Solver(AbstractWrapper): pass\nSolver().main()\n"
    )
    flags = ("--pattern", "Val error:", "--runs", 2, "--dir", "tuned")
    done = smacwrap("scenario", "new", "wrap.py", *flags)
    assert done.returncode == 2
    assert "wrap.py:2: Solver is a wrapper already" in done.stderr
    assert "algo = python wrap.py" in done.stderr
    assert not (scripts / "tuned").exists()


@pytest.mark.parametrize(
    ("words", "code", "way"),
    [
        ((), 2, None),
        (("--maximize",), 0, "maximize = true"),
        (("--minimize",), 0, "maximize = false"),
    ],
)
def test_a_metric_named_like_an_accuracy_needs_a_direction(
    tmp_path: Path, smacwrap: Smacwrap, words: tuple[str, ...], code: int, way: str | None
) -> None:
    write_program(tmp_path / "train.sh", '#!/bin/sh\necho "accuracy: ${1:-0.5}"\n')
    flags = ("--pattern", "accuracy:", "--runs", 2, "--dir", "tuned")
    done = smacwrap("scenario", "new", "train.sh", *flags, *words)
    assert done.returncode == code
    if way is None:
        assert "'accuracy' reads like a metric to maximise: give --maximize" in done.stderr
        assert not (tmp_path / "tuned").exists()
        return
    assert f"\n{way}\n" in (tmp_path / "tuned/job.toml").read_text()
    verb = "maximises" if words == ("--maximize",) else "minimises"
    assert f"This {verb} accuracy.\n" in done.stdout
    checked = smacwrap("scenario", "check", "tuned/scenario.txt")
    assert checked.stdout == "tuned/scenario.txt: ok\n"

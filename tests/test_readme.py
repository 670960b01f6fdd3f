"""The front page does what it says: its files and commands, taken from its text."""

import csv
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from smacwrap.cli import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

# What the section asks for: takes -lr and -layers, prints a validation error.
TRAIN = """\
import argparse
import math

parser = argparse.ArgumentParser()
parser.add_argument("-lr", type=float)
parser.add_argument("-layers", type=int)
options = parser.parse_args()
print("Val error:", (math.log10(options.lr) + 2.5) ** 2 / 10 + abs(options.layers - 3) / 20)
"""


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.M | re.S)
    assert found, title
    return found[1]


def blocks(text: str) -> list[str]:
    """The indented blocks of a Markdown text."""
    found = re.findall(r"(?:^    .*\n|^\n(?=    ))+", text, re.M)
    return [re.sub(r"^    ", "", block, flags=re.M).strip("\n") + "\n" for block in found]


def test_tuning_ones_own_script_works_as_it_is_written(tmp_path: Path, smacwrap: Smacwrap) -> None:
    text = section("Tune your own script in ten lines")
    files = dict(re.findall(r"`([\w.]+)`:\n\n((?:    .*\n|\n(?=    ))+)", text))
    assert set(files) == {"params.pcs", "scenario.txt", "job.toml"}
    for name, content in files.items():
        (tmp_path / name).write_text(re.sub(r"^    ", "", content, flags=re.M))
    (tmp_path / "train.py").write_text(TRAIN)
    commands = [shlex.split(line, comments=True) for line in blocks(text)[-1].splitlines()]
    assert [words[1] for words in commands] == ["algo-test", "launch"]
    for words in commands:
        done = smacwrap(*words[1:])
        assert done.returncode == 0, done
    with (tmp_path / "smac-output" / tmp_path.name / "results.csv").open(newline="") as file:
        qualities = [float(row["quality"]) for row in csv.DictReader(file)]
    assert len(qualities) == 40
    assert min(qualities) < qualities[0] / 2


def test_every_command_is_named_and_every_named_command_exists(smacwrap: Smacwrap) -> None:
    text = smacwrap("--help").stdout.partition("Commands:\n")[2]
    commands = {line.split()[0] for line in text.splitlines() if line.strip()}
    assert commands == set(re.findall(r"`smacwrap ([a-z-]+)", section("Commands")))
    assert commands == set(re.findall(r"`smacwrap ([a-z-]+)", COMMANDS))


def test_every_option_of_launch_is_explained(smacwrap: Smacwrap) -> None:
    text = smacwrap("launch", "--help").stdout.partition("Options:\n")[2]
    options = set(re.findall(r"^  (--[a-z0-9-]+)", text, re.M)) - {"--help"}
    assert options <= set(re.findall(r"`(--[a-z0-9-]+)", COMMANDS))


CONTRIBUTING = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (page, ["make", target])
        for page, targets in [(README, ["demo", "test"]), (CONTRIBUTING, ["test", "check", "docs"])]
        for target in targets
    ],
    ids=["demo", "test", "test again", "check", "docs"],
)
def test_the_commands_are_targets_of_the_makefile(text: str, words: list[str]) -> None:
    assert re.search(rf"^ *{' '.join(words)} ", text, re.M)
    done = subprocess.run([*words, "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The words that lead to each command."""
    yield words
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            below = group.get_command(context, name)
            assert below, name
            yield from commands(below, (*words, name))


@pytest.mark.parametrize("words", list(commands(cli)), ids=" ".join)
def test_the_help_of_every_command_has_an_example(
    words: tuple[str, ...], smacwrap: Smacwrap
) -> None:
    done = smacwrap(*words, "--help")
    assert done.returncode == 0
    example = done.stdout.partition("Example:\n")[2].splitlines()
    assert example, "no example"
    words = words or ("launch",)
    assert example[0].split()[: 1 + len(words)] == ["smacwrap", *words]
    for word in example[0].split():
        if word.startswith(("pcs/", "scenarios/", "scripts/")):
            assert (ROOT / word).exists(), word

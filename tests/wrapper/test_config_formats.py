"""YAML and TOML files of parameters: read back as they were meant, everything else kept."""

import json
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from smacwrap.wrapper.placeholders import FillError
from smacwrap.wrapper.settings_file import write_settings

Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]

CONFIG = {
    "yaml": """\
# The model.
model:
  name: resnet   # not tuned
  depth: 18
optim: {lr: 1e-1, "nesterov": yes}
tags: [a, b]
""",
    "toml": """\
# The model.
title = "x"
[model]
name = "resnet"   # not tuned
depth = 18

[optim]
lr = 0.1
nested = { a = 1 }
""",
}


def read_yaml(text: str) -> object:
    """As both kinds of readers see it: YAML 1.2 (ruamel) and 1.1 (PyYAML)."""
    new, old = YAML(typ="safe", pure=True).load(text), yaml.safe_load(text)
    assert repr(new) == repr(old)
    return new


@pytest.mark.parametrize("kind", ["yaml", "toml"])
def test_settings_are_typed_and_comments_order_and_other_settings_stay(
    tmp_path: Path, kind: str
) -> None:
    source, file = tmp_path / f"in.{kind}", tmp_path / "out"
    source.write_text(CONFIG[kind])
    values = {"model.depth": "50", "optim.lr": "1.0E-5", "optim.amp": "true", "new.group": "no"}
    write_settings(file, values, source, kind)
    text = file.read_text()
    read = YAML(typ="safe", pure=True).load(text) if kind == "yaml" else tomllib.loads(text)
    assert read["model"] == {"name": "resnet", "depth": 50}
    assert (read["optim"]["lr"], read["optim"]["amp"]) == (1e-5, True)
    assert read["new"] == {"group": "no"}
    assert text.startswith("# The model.\n")
    assert "# not tuned" in text
    in_order = {"yaml": "model optim tags new", "toml": "title model optim new"}
    assert " ".join(read) == in_order[kind]


TEXTS = st.text(st.characters(codec="utf-8"))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="."), min_size=1)


@pytest.mark.parametrize("kind", ["yaml", "toml"])
@given(
    place=st.lists(NAMES, min_size=1, max_size=3).map(".".join),
    value=TEXTS | st.floats().map(repr) | st.integers(-(2**53), 2**53).map(str),
)
@example(place="lr", value="1e-05")
@example(place="no", value="no")
@example(place="optim.lr", value="12:30:00")
@example(place="optim.nested.b", value="1_000")
@example(place="a", value="0o14")
@example(place="new", value="2024-01-01")
@example(place="model.depth", value="~")
def test_what_is_written_is_read_back_as_in_json(
    tmp_path_factory: pytest.TempPathFactory, kind: str, place: str, value: str
) -> None:
    folder = tmp_path_factory.mktemp("config")
    (folder / "in").write_text(CONFIG[kind], newline="")
    for given_file in (None, folder / "in"):
        written = folder / "out"
        write_settings(folder / "json", {"x": value})
        expected = json.loads((folder / "json").read_text())["x"]
        try:
            write_settings(written, {place: value}, given_file, kind)
        except FillError as error:
            assert "inside of another value" in str(error)
            continue
        text = written.read_bytes().decode()
        found = tomllib.loads(text) if kind == "toml" else YAML(typ="safe", pure=True).load(text)
        for name in place.split("."):
            found = found[name]
        assert (type(found), found) == (type(expected), expected)


@given(value=TEXTS | st.floats(allow_nan=False).map(repr) | st.integers().map(str))
@example("1e-05")
@example("no")
@example("12:30:00")
def test_a_new_value_in_yaml_means_the_same_to_readers_of_yaml_1_1(
    tmp_path_factory: pytest.TempPathFactory, value: str
) -> None:
    file = tmp_path_factory.mktemp("config") / "c.yaml"
    write_settings(file, {"optim.lr": value}, None, "yaml")
    read_yaml(file.read_text())


@pytest.mark.parametrize(
    ("kind", "content", "said"),
    [
        ("yaml", "a: [", "in.yaml is not valid YAML: "),
        ("yaml", "a: 1\n---\nb: 1\n", "in.yaml is not valid YAML: "),
        ("yaml", "a: 1\na: 2\n", "in.yaml is not valid YAML: "),
        ("yaml", "- a\n", "cannot set 'x.lr' inside of another value"),
        ("yaml", "x: 1\n", "cannot set 'x.lr' inside of another value"),
        ("yaml", "x: &a {lr: 2}\ny: *a\n", "an anchor (&)"),
        ("yaml", "b: &b\n  x: {lr: 1}\nx:\n  lr: 2\ny: {<<: *b}\n", ""),
        ("toml", "a = [", "in.toml is not valid TOML: "),
        ("toml", "x = 1\n", "cannot set 'x.lr' inside of another value"),
        ("toml", "[[x]]\n", "cannot set 'x.lr' inside of another value"),
        ("toml", "\ufeffa = 1\n", ""),
    ],
)
def test_a_file_without_place_for_a_setting_is_named(
    tmp_path: Path, kind: str, content: str, said: str
) -> None:
    source = tmp_path / f"in.{kind}"
    source.write_text(content, encoding="utf-8")
    if not said:
        write_settings(tmp_path / f"out.{kind}", {"x.lr": "1"}, source, kind)
        return
    with pytest.raises(FillError) as caught:
        write_settings(tmp_path / f"in.{kind}", {"x.lr": "1"}, source, kind)
    assert said in str(caught.value)
    assert source.read_text(encoding="utf-8") == content


def test_comments_of_an_empty_file_stay(tmp_path: Path) -> None:
    (tmp_path / "in.yaml").write_text("# nothing yet\n\n")
    write_settings(tmp_path / "out.yaml", {"lr": "1"}, tmp_path / "in.yaml", "yaml")
    assert (tmp_path / "out.yaml").read_text() == "# nothing yet\n\nlr: 1\n"


SCRIPTS = {
    "yaml": """\
import yaml
c = yaml.safe_load(open("cfg.yaml"))
assert type(c["optim"]["lr"]) is float and c["model"]["name"] == "resnet", c
print("loss\\t%s" % (c["optim"]["lr"] + c["model"]["depth"]))
""",
    "toml": """\
import tomllib
c = tomllib.load(open("cfg.toml", "rb"))
assert type(c["optim"]["lr"]) is float and c["model"]["name"] == "resnet", c
print("loss\\t%s" % (c["optim"]["lr"] + c["model"]["depth"]))
""",
}


def write_scenario(folder: Path, kind: str, spelled: str = "", config: str = "") -> None:
    (folder / f"cfg.{kind}").write_text(CONFIG[kind])
    (folder / "train.py").write_text(SCRIPTS[kind])
    (folder / "params.pcs").write_text(
        "optim.lr real [0.00001, 1] [0.00001] log\nmodel.depth integer [1, 9] [3]\n"
    )
    (folder / "job.toml").write_text(
        f'[run]\ninput = ["train.py", "cfg.{kind}"]\ncommand = "python train.py"\n'
        f'config = "{config or f"cfg.{kind}"}"\n[parameters]\n"*" = "{spelled or kind}:{{name}}"\n'
        '[result]\nquality = "loss"\n'
    )
    (folder / "scenario.txt").write_text(
        "algo = smacwrap run job.toml\npcs-file = params.pcs\nrunObj = QUALITY\n"
        "use-instances = false\nnumberOfRunsLimit = 2\n"
    )


@pytest.mark.parametrize("kind", ["yaml", "toml"])
def test_a_config_file_is_checked_filled_in_and_launched(
    tmp_path: Path, smacwrap: Smacwrap, kind: str
) -> None:
    write_scenario(tmp_path, kind)
    checked = smacwrap("scenario", "check", "scenario.txt", "--strict")
    assert checked.stdout == "scenario.txt: ok\n"
    launched = smacwrap("launch", "scenario.txt", "--engine", "random")
    assert launched.returncode == 0, launched
    tested = smacwrap("algo-test", "scenario.txt")
    assert f"python train.py  # cfg.{kind}: model.depth = 3, optim.lr = 1e-05" in tested.stdout
    assert "minimises loss: 3.00001\n" in tested.stdout


@pytest.mark.parametrize(
    ("kind", "spelled", "config", "said"),
    [
        ("yaml", "json", "", "cfg.yaml is a YAML file: spell yaml: instead of json:"),
        ("toml", "yaml", "", "cfg.toml is a TOML file: spell toml: instead of yaml:"),
        ("yaml", "yaml", "cfg.json", "cfg.json is a JSON file: spell json: instead of yaml:"),
        ("yaml", "--{name}={value} #", "", "config: no parameter is spelled yaml:"),
    ],
)
def test_a_spelling_of_another_format_is_an_error_of_the_check(
    tmp_path: Path, smacwrap: Smacwrap, kind: str, spelled: str, config: str, said: str
) -> None:
    write_scenario(tmp_path, kind, spelled, config)
    checked = smacwrap("scenario", "check", "scenario.txt")
    assert checked.returncode == 2
    assert said in checked.stdout


@pytest.mark.parametrize(("kind", "library"), [("yaml", "ruamel.yaml"), ("toml", "tomlkit")])
def test_a_missing_library_is_told_with_its_installation_by_the_check(
    tmp_path: Path, kind: str, library: str
) -> None:
    write_scenario(tmp_path, kind)
    code = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda n, *a: None if n == {library!r} else find(n, *a)\n"
        "sys.argv[1:] = ['scenario', 'check', 'scenario.txt']\n"
        "from smacwrap.cli import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert f'need {library}: pip install "smacwrap[{kind}]"' in done.stdout


def test_a_hydra_override_is_a_spelling_of_flags(tmp_path: Path, smacwrap: Smacwrap) -> None:
    write_scenario(tmp_path, "yaml")
    (tmp_path / "train.py").write_text(
        "import sys\nassert sys.argv[1:] == ['model.depth=3', 'optim.lr=1e-05'], sys.argv\n"
        "print('loss\\t1')\n"
    )
    (tmp_path / "job.toml").write_text(
        '[run]\ninput = ["train.py"]\ncommand = "python train.py {flags}"\n'
        '[parameters]\n"*" = "{name}={value}"\n[result]\nquality = "loss"\n'
    )
    tested = smacwrap("algo-test", "scenario.txt")
    assert tested.returncode == 0, tested
    assert "Command: python train.py model.depth=3 optim.lr=1e-05\n" in tested.stdout

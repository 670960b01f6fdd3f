"""PCS files from click, Typer, hydra, OmegaConf, shell scripts and functions with @target."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs
from smacwrap.pcs.from_script import (
    CommandNeededError,
    Skeleton,
    pcs_from_script,
    read_target_function,
    skeleton_from_script,
)
from smacwrap.pcs.from_script.shell import read_shell, shell_of


def lines_of(skeleton: Skeleton) -> list[str]:
    """The parameter lines, with single blanks and without comments."""
    lines = (line.partition(" #")[0] for line in skeleton.pcs.splitlines())
    return [" ".join(line.split()) for line in lines if line and line[0] != "#"]


def of_click(options: str, command: str = "@click.command()") -> Skeleton:
    source = f"import click\n{command}\n{options}\ndef main(**_): pass\nmain()\n"
    return skeleton_from_script(source.encode(), "train.py")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ('@click.option("--lr", type=float, default=0.01)', "-lr real [0.0001, 1] [0.01] log"),
        ('@click.option("-l", "--lr", default=0.01)', "-lr real [0.0001, 1] [0.01] log"),
        ('@click.option("--n", type=click.IntRange(1, 5), default=2)', "-n integer [1, 5] [2]"),
        (
            '@click.option("--n", type=click.IntRange(min=3), default=8)',
            "-n integer [3, 32] [8] log",
        ),
        (
            '@click.option("--drop", type=click.FloatRange(0, 0.5), default=0.1)',
            "-drop real [0, 0.5] [0.1]",
        ),
        (
            '@click.option("--lr", type=click.FloatRange(1e-6, 1), default=0.1)',
            "-lr real [1e-06, 1] [0.1] log",
        ),
        (
            '@click.option("--opt", type=click.Choice(["adam", "sgd"]), default="sgd")',
            "-opt categorical {adam, sgd} [sgd]",
        ),
        ('@click.option("--bn/--plain", default=True)', "-bn categorical {0, 1} [1]"),
        ('@click.option("--nesterov", is_flag=True)', "-nesterov categorical {0, 1} [0]"),
    ],
)
def test_an_option_of_click_is_taken_with_its_type_range_and_choices(
    options: str, line: str
) -> None:
    assert lines_of(of_click(options)) == [line]


def test_a_flag_of_click_that_says_no_is_spelled_with_it() -> None:
    skeleton = of_click('@click.option("--bn/--plain", default=True)')
    assert skeleton.rules == ('-bn = { 1 = "--bn", 0 = "--plain" }',)


GROUP = b"""\
import click
@click.group()
def cli(): pass
@cli.group("run")
def sub(): pass
@sub.command()
@click.option("--lr", default=0.1)
@click.argument("data", default="x")
@click.option("--sizes", multiple=True)
def train_it(lr, data, sizes): pass
@cli.command(name="predict")
@click.option("--beam", default=4)
def other(beam): pass
cli()
"""


def test_commands_of_groups_of_click_are_subcommands() -> None:
    assert skeleton_from_script(GROUP, "c.py").subcommand == ("run", "train-it")
    skeleton = skeleton_from_script(GROUP, "c.py", ["predict"])
    assert lines_of(skeleton) == ["-beam integer [1, 8] [4]"]
    assert 'command = "python c.py run train-it {flags}"' in pcs_from_script(GROUP, "c.py")


TYPER = """\
from enum import Enum
from typing import Annotated, Optional
import typer
class Opt(str, Enum):
    adam = "adam"
    sgd = "sgd"
DECORATORS
def main(
    data: str,
    lr: float = 0.01,
    layers: Annotated[int, typer.Option("--layers", "-l", min=1, max=5)] = 2,
    opt: Opt = Opt.sgd,
    weight_decay: Optional[float] = typer.Option(1e-4, help="how much"),
    nesterov: bool = False,
    bn: bool = typer.Option(True, "--bn/--plain"),
    seed: int = 1,
    tags: list[str] = [],
): pass
"""
TYPER_LINES = [
    "-lr real [0.0001, 1] [0.01] log",
    "-layers integer [1, 5] [2]",
    "-opt categorical {adam, sgd} [sgd]",
    "-weight-decay real [1e-06, 0.01] [0.0001] log",
    "-nesterov categorical {0, 1} [0]",
    "-bn categorical {0, 1} [1]",
]


@pytest.mark.parametrize(
    ("decorators", "end", "subcommand"),
    [
        ("", "typer.run(main)", ()),
        ("app = typer.Typer()\n@app.command()", "app()", ()),
        (
            "app = typer.Typer()\n@app.command()\ndef other(): pass\n@app.command('go')",
            "app()",
            ("go",),
        ),
    ],
)
def test_a_function_of_typer_is_read_by_its_signature(
    decorators: str, end: str, subcommand: tuple[str, ...]
) -> None:
    source = TYPER.replace("DECORATORS", decorators) + end
    skeleton = skeleton_from_script(source.encode(), "train.py")
    assert lines_of(skeleton) == TYPER_LINES
    assert skeleton.subcommand == subcommand
    assert skeleton.rules == (
        '-nesterov = { 1 = "--nesterov", 0 = "--no-nesterov" }',
        '-bn = { 1 = "--bn", 0 = "--plain" }',
    )
    assert "data, line" in skeleton.pcs
    assert "TODO write it into the command of job.toml" in skeleton.pcs


TARGET = b"""\
from enum import Enum
from typing import Literal
import smacwrap as sw
class Opt(Enum):
    ADAM = "adam"
    SGD = "sgd"
@sw.target(maximize=True)
def train(lr: float, opt: Opt = Opt.SGD, layers: "int | None" = 3, *, act: Literal["a", "b"] = "b",
          bias: bool = True, note="", seed, cutoff, **rest):
    score = 1
    return score, {"seed": seed}
if __name__ == "__main__":
    train.main()
"""


def test_a_typed_function_is_read_by_its_signature_and_called_without_a_job() -> None:
    skeleton = skeleton_from_script(TARGET, "train.py")
    assert lines_of(skeleton) == [
        "lr real [0.0001, 1] [0.01] log",
        "opt categorical {adam, sgd} [sgd]",
        "layers integer [1, 6] [3]",
        "act categorical {a, b} [b]",
        "bias categorical {true, false} [true]",
    ]
    assert "#   algo = python train.py\n" in pcs_from_script(TARGET, "train.py")
    function = read_target_function(TARGET)
    assert function
    assert (function.name, function.has_main) == ("train", True)
    assert str(function.direction) == "maximises score"


@pytest.mark.parametrize(
    ("decorator", "body", "said"),
    [
        ("@smacwrap.target", "return loss", "minimises loss"),
        ("@smacwrap.target()", "return 1 - accuracy", "minimises what train() returns"),
        ("@smacwrap.target", "return smacwrap.Result(mse, {})", "minimises mse"),
        ("@smacwrap.target", "return smacwrap.Result(quality=mse)", "minimises mse"),
        ("@smacwrap.target", "if a: return x\n    return y", "minimises what train() returns"),
        ("@smacwrap.target(maximize=MORE)", "return acc, {}", "maximises acc"),
        ("@smacwrap.target(maximize=f())", "return 1", "minimises what train() returns"),
    ],
)
def test_the_direction_of_a_function_is_that_of_its_decorator(
    decorator: str, body: str, said: str
) -> None:
    source = f"import smacwrap\nMORE = True\n{decorator}\ndef train(x: float):\n    {body}\n"
    function = read_target_function(source.encode())
    assert function
    assert str(function.direction) == said


HYDRA = b"""\
import hydra
@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg): pass
main()
"""
OMEGACONF = b"""\
from omegaconf import OmegaConf
cfg = OmegaConf.merge(OmegaConf.load("conf/config.yaml"), OmegaConf.from_cli())
"""


@pytest.fixture
def conf(tmp_path: Path) -> Path:
    """A configuration, with a group, beside a script."""
    (tmp_path / "conf/optim").mkdir(parents=True)
    (tmp_path / "conf/config.yaml").write_text(
        "defaults:\n  - optim: adam\n  - _self_\nmodel:\n  depth: 18\n  name: resnet\n"
        "  total: ${model.depth}\n  path: ???\nseed: 1\nbn: true\nsizes: [1, 2]\n"
        "hydra:\n  run: {dir: x}\n"
    )
    (tmp_path / "conf/optim/adam.yaml").write_text("lr: 0.001\nwd: 1e-4\n")
    return tmp_path / "train.py"


@pytest.mark.parametrize("source", [HYDRA, OMEGACONF])
def test_the_leaves_of_a_configuration_are_parameters(conf: Path, source: bytes) -> None:
    skeleton = skeleton_from_script(source, conf)
    assert lines_of(skeleton) == [
        "optim.lr real [1e-05, 0.1] [0.001] log",
        "optim.wd real [1e-06, 0.01] [0.0001] log",
        "model.depth integer [4, 72] [18] log",
        "bn categorical {true, false} [true]",
    ]
    assert skeleton.rules == ('"*" = "{name}={value}"',)
    assert skeleton.needs == ("conf",)
    for left_out in ("model.name", "model.total", "model.path", "seed", "sizes"):
        assert f"#   {left_out}, line " in skeleton.pcs
    assert 'data = ["conf"]' in pcs_from_script(source, conf)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "config.yaml: cannot be read: No such file"),
        ("a: [", "config.yaml: not valid YAML: "),
        ("a: 1\na: 2", "config.yaml: not valid YAML: "),
        ("[1]", "hydra configuration or @smacwrap.target in this file"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_named(
    conf: Path, content: str | None, said: str
) -> None:
    file = conf.parent / "conf/config.yaml"
    file.unlink()
    if content is not None:
        file.write_text(content)
    with pytest.raises(UserError) as caught:
        skeleton_from_script(HYDRA, conf)
    assert said in str(caught.value)


GETOPTS = b"""\
#!/usr/bin/env bash
lr=0.01 layers=2   # the defaults
while getopts ":l:n:vd:" o; do
  case "$o" in
    l) lr=$OPTARG ;;
    n) layers="${OPTARG}";;
    v) nesterov=1 ;;
    d) data=$OPTARG ;;
  esac
done
"""
CASE = b"""\
#!/bin/sh
lr=0.01
while [ $# -gt 0 ]; do
  case $1 in
    -l|--lr) lr="$2"; shift 2 ;;
    --nesterov) nesterov=1; shift ;;
    *) exit 1 ;;
  esac
done
"""
PLACES = b"""\
say() { data=$4; }
function tell() {
  local data=$5
}
lr=${1:-0.01}
layers="${2:-3}"
name=${3-resnet}
drop=$4   # $5
"""


def test_getopts_and_long_flags_of_a_shell_script_are_options() -> None:
    skeleton = skeleton_from_script(GETOPTS, "train.sh")
    assert lines_of(skeleton) == [
        "l real [0.0001, 1] [0.01] log",
        "n integer [1, 4] [2]",
        "v categorical {0, 1} [0]",
    ]
    assert skeleton.rules == ('v = { 1 = "-v", 0 = "" }',)
    assert "-d, line 8: data, a file or an address" in skeleton.pcs
    skeleton = skeleton_from_script(CASE, "train")
    assert lines_of(skeleton) == [
        "-lr real [0.0001, 1] [0.01] log",
        "-nesterov categorical {0, 1} [0]",
    ]


def test_arguments_by_place_stand_in_the_command_by_name() -> None:
    skeleton = skeleton_from_script(PLACES, "train.sh", [])
    assert [line.split()[0] for line in lines_of(skeleton)] == ["lr", "layers", "drop"]
    assert skeleton.flags == "{lr} {layers} resnet {drop}"
    assert skeleton_from_script(PLACES, "train.sh", ["0.1"]).flags == "{layers} resnet {drop}"
    assert 'command = "bash train.sh {lr} {layers} resnet {drop}"' in pcs_from_script(
        PLACES, "train.sh"
    )


def test_arguments_that_follow_a_flag_of_another_program_have_its_name() -> None:
    skeleton = skeleton_from_script(b"python train.py --lr $1 --layers=${2:-3}\n", "t.sh", [])
    assert [line.split()[0] for line in lines_of(skeleton)] == ["lr", "layers"]
    assert skeleton.flags == "{lr} {layers}"


def test_an_argument_that_is_not_tuned_and_has_no_default_must_be_given() -> None:
    source = b"data=$1\nlr=${2:-0.1}\n"
    with pytest.raises(CommandNeededError) as caught:
        skeleton_from_script(source, "t.sh", [])
    assert "give a command such as 'bash t.sh DATA {lr}'" in str(caught.value)
    assert skeleton_from_script(source, "t.sh", ["x.csv"]).flags == "{lr}"


@pytest.mark.parametrize(
    ("source", "name", "shell"),
    [
        (b"#!/bin/sh\n", "train", "sh"),
        (b"#!/usr/bin/env -S bash -e\n", "train", "bash"),
        (b"#!/usr/bin/env python3\n", "train.sh", None),
        (b"echo\n", "train.sh", "sh"),
        (b"echo\n", "sh", None),
        (b"", "train.py", None),
    ],
)
def test_a_shell_script_is_known_by_its_first_line_or_its_name(
    source: bytes, name: str, shell: str | None
) -> None:
    assert shell_of(source, name) == shell


@given(st.text() | st.text(alphabet="getopts l:case in$12{}:-=\"');\n-ab", max_size=200))
def test_any_shell_script_can_be_read(text: str) -> None:
    read_shell(text.encode(errors="replace"))


WORDS = st.sampled_from(
    "click.option typer.Option @ def ( ) main : = float int 'a' '--lr' -> , [ ] \n import click "
    "import typer\n import smacwrap\n @smacwrap.target\n x : | None Literal".split(" ")
)


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_any_python_gives_a_file_that_can_be_read_or_an_error(text: str) -> None:
    source = f"import click, typer, smacwrap\n{text}\n".encode()
    try:
        parse_pcs(pcs_from_script(source, "x.py"))
    except UserError as error:
        assert "x.py" in str(error)

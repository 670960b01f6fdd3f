"""`smacwrap pcs convert` from and to both PCS syntaxes and ConfigSpace's JSON."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from ConfigSpace import ConfigurationSpace

from smacwrap.cli.pcs.convert import command
from smacwrap.errors import UserError

NEWER = """\
lr real [0.001, 1] [0.01] log
opt categorical {sgd, adam} [adam]
momentum real [0, 1] [0.9]

momentum | opt == sgd
"""
OLDER = """\
lr [0.001, 1] [0.01]l
opt {sgd, adam} [adam]
momentum [0, 1] [0.9]

momentum | opt in {sgd}
"""


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    path = tmp_path / "newer.pcs"
    path.write_text(NEWER)
    return path


def convert(*words: object, stdin: str = "") -> str:
    """What is printed; a UserError is raised, as `main` would show it."""
    done = CliRunner().invoke(command, [str(word) for word in words], input=stdin)
    if done.exception:
        raise done.exception
    return done.stdout


def test_a_file_is_converted_to_the_older_syntax_and_back(newer: Path) -> None:
    assert convert(newer, "--to", "old") == OLDER
    assert convert("-", "--to", "new", stdin=OLDER).splitlines()[:3] == NEWER.splitlines()[:3]


def test_plain_configspace_reads_the_json_and_it_comes_back(newer: Path) -> None:
    out = newer.with_name("space.json")
    assert convert(newer, "--to", "json", "-o", out) == ""
    assert sorted(ConfigurationSpace.from_json(out)) == ["lr", "momentum", "opt"]
    assert convert(out, "--to", "new") == NEWER
    assert convert("-", "--to", "old", stdin=out.read_text()) == OLDER


def test_a_pcs_file_that_begins_with_a_brace_is_not_taken_for_json() -> None:
    text = "{a=y}\na categorical {x, y} [x]\n"
    assert convert("-", "--to", "old", stdin=text) == "a {x, y} [x]\n\n{a=y}\n"


def test_an_existing_file_is_overwritten_only_by_force(newer: Path) -> None:
    with pytest.raises(UserError, match=r"newer.pcs: exists already: .* --force"):
        convert(newer, "--to", "old", "-o", newer)
    assert newer.read_text() == NEWER
    convert(newer, "--to", "old", "-o", newer, "--force")
    assert newer.read_text() == OLDER


def test_what_is_no_file_of_its_own_can_be_written_to_by_force(newer: Path) -> None:
    assert convert(newer, "--to", "old", "-o", "/dev/null", "--force") == ""
    with pytest.raises(UserError, match=r"cannot be written: Is a directory"):
        convert(newer, "--to", "old", "-o", newer.parent, "--force")


def test_what_cannot_be_said_is_named_and_nothing_is_written(
    newer: Path, smacwrap: Callable[..., "object"]
) -> None:
    newer.write_text(f"{NEWER}size ordinal {{lo, hi}} [lo]\n{{lr * momentum > 0.5}}\n")
    done = smacwrap("pcs", "convert", "newer.pcs", "--to", "old", "-o", "out.pcs")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "newer.pcs: the older syntax cannot say '{lr * momentum > 0.5}': "
        "it has no clauses but {parameter=value, ...}",
    ]
    assert not (newer.parent / "out.pcs").exists()


def test_an_ordinal_becomes_categorical_in_the_older_syntax_with_a_warning(
    newer: Path, smacwrap: Callable[..., "object"]
) -> None:
    newer.write_text("size ordinal {lo, mid, hi} [mid]\nx [0, 1] [0.5]\nx | size > lo\n")
    done = smacwrap("pcs", "convert", "newer.pcs", "--to", "old")
    assert done.stdout == "size {lo, mid, hi} [mid]\nx [0, 1] [0.5]\n\nx | size in {mid, hi}\n"
    assert done.stderr.startswith("newer.pcs: warning: 'size' becomes categorical: ")


def test_what_a_pcs_file_has_no_place_for_is_a_warning(
    tmp_path: Path, smacwrap: Callable[..., "object"]
) -> None:
    data = {"type": "categorical", "name": "x", "choices": ["a", "b"], "weights": [3, 1]}
    (tmp_path / "space.json").write_text(json.dumps({"hyperparameters": [data]}))
    done = smacwrap("pcs", "convert", "space.json", "--to", "new")
    assert done.returncode == 0
    assert done.stdout == "x categorical {a, b} [a]\n"
    assert done.stderr == "space.json: warning: 'x': the weights of its values are dropped\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a real [0, 1] [2]", r"in.json:1:1: not JSON"),
        (b'{"a": 1}', r"in.json: no list \"hyperparameters\""),
        (b"\xff", r"in.json:1:1: not JSON"),
        (None, r"in.json: cannot be read: No such file"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "in.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        convert(path, "--to", "new")


def test_errors_of_a_pcs_file_have_their_place(newer: Path) -> None:
    newer.write_text("a real [0, 1] [2]")
    with pytest.raises(UserError, match=r"newer.pcs:1:16: default 2 is outside"):
        convert(newer, "--to", "json")


IRACE = """\
ants "--ants " i,log (5, 500)
alpha "--alpha " r (0, 2)
kind "--" c (as, "ras")
rank "--rank " i (1, 9) | kind %in% c("ras")
[forbidden]
alpha == 1 & ants < 100
"""


def test_a_file_of_irace_becomes_any_of_the_targets(
    tmp_path: Path, smacwrap: Callable[..., "object"]
) -> None:
    (tmp_path / "parameters.txt").write_text(IRACE)
    (tmp_path / "default.txt").write_text("ants alpha kind rank\n20 0.5 ras 3\n")
    words = ("pcs", "convert", "parameters.txt", "--from", "irace", "--to")
    refused = smacwrap(*words, "new")
    assert refused.returncode == 2
    assert "forbids the default configuration" in refused.stderr
    assert "--default FILE" in refused.stderr
    for target in ("new", "old", "json"):
        done = smacwrap(*words, target, "--default", "default.txt", "-o", f"out.{target}")
        assert done.returncode == 0, done
    text = (tmp_path / "out.new").read_text()
    assert 'ants integer [5, 500] [20] log    # "--ants "' in text
    same = smacwrap("pcs", "diff", "out.new", "out.json")
    assert (same.returncode, same.stdout) == (0, "")


def test_a_file_of_paramils_keeps_its_comments(tmp_path: Path) -> None:
    file = tmp_path / "params.txt"
    file.write_text("a {0, 1.0} [1]  # on\nb {x, y}[x]\nConditionals\nb|a in {1}\n")
    assert convert(file, "--from", "paramils", "--to", "new") == (
        "a categorical {0, 1.0} [1.0]  # on\nb categorical {x, y} [x]\n\nb | a in {1.0}\n"
    )


def test_a_default_is_for_files_of_irace_only(newer: Path) -> None:
    with pytest.raises(SystemExit):
        convert(newer, "--to", "new", "--default", newer)

"""The files of a new scenario: how a command, a quality and their texts come about."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs
from smacwrap.scenario.skeleton import (
    Command,
    Quality,
    example_pcs,
    job_text,
    read_command,
    read_quality,
    write_all,
)
from tests.conftest import write_program


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with scripts, a program and data."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "train.py").write_text("import src.deep, helper, os\n")
    (tmp_path / "helper.py").write_text("from other import x\nfrom . import train\n")
    (tmp_path / "other.py").write_text("not python at all\n")
    (tmp_path / "src/fit.py").touch()
    (tmp_path / "data.csv").touch()
    (tmp_path / "my train.py").touch()
    write_program(tmp_path / "solve", "#!/bin/sh\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "command", "packed"),
    [
        ("train.py", "python train.py {flags}", ["train.py", "helper.py", "other.py"]),
        ("python3 src/fit.py -v", "python3 fit.py -v {flags}", ["src/fit.py"]),
        ("python {lr} src/fit.py", "python {lr} fit.py", ["src/fit.py"]),
        ("solve --fast", "./solve --fast {flags}", ["solve"]),
        ("./solve", "./solve {flags}", ["solve"]),
        ("/bin/sh -c true", "/bin/sh -c true {flags}", []),
        ("my train.py", "python 'my train.py' {flags}", ["my train.py"]),
        ("sh src", "sh src {flags}", []),
        ("cat data.csv", "cat HOME/data.csv {flags}", []),
        ("ls ./src", "ls HOME/src {flags}", []),
        (
            "python src/fit.py {flags} | python src/fit.py > $X",
            "python fit.py {flags} | python fit.py > $X",
            ["src/fit.py"],
        ),
        ("python 'src/fit.py' \"a b\"", 'python fit.py "a b" {flags}', ["src/fit.py"]),
    ],
)
def test_a_command_packs_its_code_and_names_its_data(
    home: Path, text: str, command: str, packed: list[str]
) -> None:
    read = read_command(text)
    assert read.text == command.replace("HOME", str(home))
    assert [str(path) for path in read.inputs] == packed


def test_the_script_is_the_first_one_of_the_command(home: Path) -> None:
    assert read_command("python src/fit.py train.py").script == Path("src/fit.py")
    assert read_command("./solve").script == Path("solve")
    assert read_command("cat train.txt").script is None


def test_words_between_the_script_and_the_parameters_are_told_and_get_others_in_front(
    home: Path,
) -> None:
    command = read_command("echo 'a train.py b' | python train.py -v 'go' {flags} | cat go")
    assert command.words() == ["-v", "go"]
    assert read_command("python train.py a | cat {flags}").words() == ["a"]
    assert read_command("./solve go").words() == ["go"]
    changed = read_command("python train.py go on").with_words("--lr {lr}", "go")
    assert changed.text == "python train.py --lr {lr} go on {flags}"


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        ("Val error:", "epoch 3, Val error: 0.12, 4 s", "0.12"),
        ("loss=", "loss=1e-05;", "1e-05"),
        ("Error (val.):", "Error (val.): -inf", "-inf"),
        ("accuracy [%] ", "accuracy [%]  12.5%", "12.5"),
        (r"err.r=(\S+)", "error=7", "7"),
        (r"Val\s+error", "Val  error 0.5", "0.5"),
        (r"(\d+) errors", "17 errors", "17"),
    ],
)
def test_a_quality_is_found_by_the_text_before_it_or_by_a_regular_expression(
    text: str, line: str, value: str
) -> None:
    pattern = read_quality(None, text).pattern
    assert pattern is not None
    found = re.search(pattern, line)
    assert found is not None
    assert found[1] == value


@given(st.text())
def test_any_text_is_a_quality_or_a_user_error(text: str) -> None:
    try:
        quality = read_quality(None, text)
    except UserError:
        return
    assert quality.pattern is not None
    assert re.compile(quality.pattern).groups >= 1


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
)
def test_a_job_file_says_what_it_was_given(command: str, pattern: str) -> None:
    given_command = Command(command, (Path("/x/it's a.py"),), None)
    job = tomllib.loads(job_text(given_command, Quality("m", pattern), Path("/x/y")))
    assert job["run"]["command"] == command
    assert job["run"]["input"] == ["../it's a.py"]
    assert job["result"] == {"quality": "m", "metrics": {"m": pattern}}


def test_the_example_of_a_pcs_file_can_be_read_and_so_can_its_comment(home: Path) -> None:
    text = example_pcs(read_command("./solve"))
    assert list(parse_pcs(text)) == ["example"]
    commented = "\n".join(line[4:] for line in text.splitlines() if line.startswith("#   "))
    assert list(parse_pcs(commented)) == ["layers", "lr", "optimizer", "momentum"]


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    good, bad = tmp_path / "new" / "a.txt", tmp_path / "file" / "b.txt"
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written: "):
        write_all({good: "a", bad: "b"})
    assert not list(tmp_path.rglob("*a.txt*"))
    write_all({good: "a"})
    with pytest.raises(UserError, match="exists; --force replaces it"):
        write_all({good: "b", tmp_path / "c.txt": "c"})
    assert [path.read_text() for path in tmp_path.rglob("*.txt")] == ["a"]
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="exists, no file"):
        write_all({good: "b", tmp_path / "folder": "c"}, overwrite=True)
    assert good.read_text() == "a"
    write_all({good: "b"}, overwrite=True)
    assert good.read_text() == "b"


@given(st.text(max_size=300))
def test_any_text_is_a_command_or_a_user_error(text: str) -> None:
    try:
        command = read_command(text)
    except UserError:
        return
    assert command.text


def test_words_that_no_file_can_be_called_are_words(home: Path) -> None:
    long = "x" * 5000
    assert read_command(f"cat {long} a/{long}").text == f"cat {long} a/{long} {{flags}}"
    for text in (long, f"./{long}", f"{long}.py", "a\0b"):
        with pytest.raises(UserError, match="no file"):
            read_command(text)

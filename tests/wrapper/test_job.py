"""Job files: every problem in one go, and nothing but a job or our own error."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.wrapper.job import Job, read_job

WHOLE = r"""
[run]
input = ["in", "extra.py"]
command = "python train.py {flags} | python format.py"
outputs = ["*.h5", "m/**/*.json"]

[result]
quality = "valerr"
metrics = { testerr = 'Test error: (\S+)', valerr = 'Val error: (\S+)' }
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inputs that WHOLE names."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "in").mkdir()
    (folder / "extra.py").touch()
    return folder


def read(folder: Path, content: str | bytes) -> Job:
    path = folder / "job.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_job(path)


def problems(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(folder, content)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{folder}/job.toml: ") for line in lines)
    return [line.removeprefix(f"{folder}/job.toml: ") for line in lines]


def test_a_whole_job_is_read(folder: Path) -> None:
    job = read(folder, WHOLE)
    assert job.file == folder / "job.toml"
    assert job.command.text == "python train.py {flags} | python format.py"
    assert job.inputs == (folder / "in", folder / "extra.py")
    assert job.outputs == ("*.h5", "m/**/*.json")
    assert job.quality == "valerr"
    assert {name: pattern.pattern for name, pattern in job.metrics.items()} == {
        "testerr": r"Test error: (\S+)",
        "valerr": r"Val error: (\S+)",
    }


def test_a_command_is_enough(folder: Path) -> None:
    job = read(folder, "[run]\ncommand = 'true'\ninput = 'in'\noutputs = 'model.h5'")
    assert (job.inputs, job.outputs, job.quality) == ((folder / "in",), ("model.h5",), None)
    assert read(folder, "run.command = 'true'").inputs == ()


def test_all_problems_of_a_file_are_said_at_once(folder: Path) -> None:
    content = """
    colour = 1
    [run]
    comand = "true"
    input = ["absent", "in"]
    outputs = 5
    [results]
    [result]
    quality = 1
    metrics = { a = "(", b = "x", c = 5, "d;e" = "(x)" }
    """
    assert problems(folder, content) == [
        "unknown table 'colour' (known: run, result)",
        "unknown table 'results' … did you mean 'result'?",
        "unknown key in [run] 'comand' … did you mean 'command'?",
        '[run] needs command = "…", for example "python train.py {flags}"',
        "quality is the name of a metric, found a number",
        f"input does not exist: {folder}/absent",
        "outputs is a text or a list of texts, none of them empty, found a number",
        "metrics.a: not a regular expression: missing ), unterminated subpattern at position 0",
        r"metrics.b: put the value in a group, like 'Error: (\S+)'",
        "metrics.c: not a regular expression: first argument must be string or compiled pattern",
        "'d;e' is no name of a metric: no spaces and none of = ; ,",
    ]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("input = ''", "input is a text or a list of texts, none of them empty, found a text"),
        ("input = [1]", "input is a text or a list of texts, none of them empty, found a list"),
        ("input = 'a\0b'", "not valid TOML: Found invalid character"),
        (r'input = "a\u0000b"', "input does not exist: "),
        (f"input = '{'x' * 5000}'", "input does not exist: "),
        ("outputs = ['/etc/passwd']", "outputs: '/etc/passwd' is no name or pattern of files"),
        ("outputs = ['../x']", "outputs: '../x' is no name or pattern"),
        ("outputs = ['.']", "outputs: '.' is no name or pattern"),
        ("outputs = ['a', 'b**']", "outputs: 'b**' is no name or pattern"),
        (f"outputs = {'9' * 5000}", "not valid TOML: Exceeds the limit"),
        (
            f"outputs = 0x{'f' * 5000}",
            "outputs is a text or a list of texts, none of them empty, found a number",
        ),
        (f"outputs = {'[' * 5000}", "not valid TOML: maximum recursion depth exceeded"),
        (
            "outputs = 1979-05-27",
            "outputs is a text or a list of texts, none of them empty, found a date",
        ),
        ("[result]\nquality = ''", "quality is the name of a metric, found nothing"),
        ("[result]\nmetrics = 'x'", "metrics is a table of regular expressions, found a text"),
        (f"[result]\nmetrics.a = '{'(' * 5000}'", "metrics.a: not a regular expression: maximum"),
        ("[result]\nmetrics.a = '(x){9999999999}'", "metrics.a: not a regular expression: the rep"),
        ("[result", "not valid TOML: Expected ']'"),
        ("a.b = {c", "not valid TOML: "),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(folder: Path, rest: str, said: str) -> None:
    (problem,) = problems(folder, f"[run]\ncommand = 'true'\n{rest}")
    assert problem.startswith(said)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("command = 5", "[run] needs command"),
        ("command = ' '", "[run] needs command"),
        ('command = "a \'b"', "command: No closing quotation in 'a 'b'"),
        (r'command = "a\u0000b"', "command: a command cannot hold a null character"),
        ("command = 'a \"{x}\" | b'", "command: write {x} outside of quotes"),
    ],
)
def test_what_is_no_command_is_named(folder: Path, command: str, said: str) -> None:
    (problem,) = problems(folder, f"[run]\n{command}")
    assert problem.startswith(said)


def test_a_file_that_cannot_be_read_or_is_no_text_is_named(tmp_path: Path) -> None:
    for content, said in ((b"\xff\xfea", "a job file is UTF-8 text"), (b"run = 5", "[run] is a")):
        assert problems(tmp_path, content)[0].startswith(said)
    with pytest.raises(UserError, match="cannot read the job file: Is a directory"):
        read_job(tmp_path)


@given(st.binary())
def test_any_bytes_give_a_job_or_our_own_error(folder: Path, content: bytes) -> None:
    check(folder, content)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(WHOLE)),
            st.integers(0, 20),
            st.text(max_size=4)
            | st.sampled_from(["[[", "{", "'''", '"', "=", "\n", "9", "\\u0000"]),
        ),
        max_size=4,
    )
)
def test_a_damaged_job_gives_a_job_or_our_own_error(
    folder: Path, edits: list[tuple[int, int, str]]
) -> None:
    content = WHOLE
    for at, removed, inserted in edits:
        content = content[:at] + inserted + content[at + removed :]
    check(folder, content.encode(errors="surrogatepass"))


def check(folder: Path, content: bytes) -> None:
    try:
        assert isinstance(read(folder, content), Job)
    except UserError as error:
        assert str(error).startswith(f"{folder}/job.toml: ")

"""Job files: every problem in one go, and nothing but a job or our own error."""

import inspect
import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.executors import Limits
from smacwrap.protocol import CallString, Status
from smacwrap.wrapper.job import Job, read_job
from smacwrap.wrapper.sources import JsonPlace, Measured
from smacwrap.wrapper.spelling import Spelled
from smacwrap.wrapper.templates import Template

WHOLE = r"""
[run]
input = ["in", "extra.py"]
command = "python train.py {flags} | python format.py"
outputs = ["*.h5", "m/**/*.json"]
templates = { "model.in" = "model.txt" }
config = "config.json"
data = "in"

[parameters]
"*" = "--{name}={value}"
verbose = { true = "--verbose", false = "" }
threads = "env:OMP_NUM_THREADS"
depth = "json:model.depth"

[result]
quality = "json:val.loss"
maximize = true
infeasible = 0
metrics = { testerr = 'Test error: (\S+)', acc = "json:val.acc" }
runtime = "wallclock_time"
json = "result.json"
exit_codes = { 0 = "SAT", 3 = "UNSAT", -9 = "TIMEOUT" }
statuses = { ABORT = "no licence" }
postprocess = "python post.py {seed}"

[limits]
memory = "2 GiB"
disk = 5000
wall_time = 60.5
over_memory = "TIMEOUT"
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the inputs that WHOLE names."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "in").mkdir()
    (folder / "in" / "model.in").touch()
    (folder / "extra.py").touch()
    return folder


def read(folder: Path, content: str | bytes) -> Job:
    path = folder / "job.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_job(path)


def problems(folder: Path, content: str | bytes) -> list[str]:
    """What is said, each with its line but without the name of the file."""
    with pytest.raises(UserError) as caught:
        read(folder, content)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{folder}/job.toml:") for line in lines)
    return [line.removeprefix(f"{folder}/job.toml:").strip() for line in lines]


def test_a_whole_job_is_read(folder: Path) -> None:
    job = read(folder, WHOLE)
    assert job.file == folder / "job.toml"
    assert job.command.text == "python train.py {flags} | python format.py"
    assert job.inputs == (folder / "in", folder / "extra.py")
    assert job.outputs == ("*.h5", "m/**/*.json")
    assert job.templates == (Template(folder / "in" / "model.in", "model.txt"),)
    assert (job.config, job.data, job.json) == ("config.json", (folder / "in",), "result.json")
    spelled = job.spellings.spell(CallString({"verbose": "true", "depth": "2", "x": "1"}))
    assert spelled == Spelled(["--x=1", "--verbose"], {}, {"model.depth": "2"})
    assert (job.quality, job.maximize, job.infeasible) == ("val.loss", True, 0.0)
    assert job.metrics == {
        "testerr": re.compile(r"Test error: (\S+)"),
        "acc": JsonPlace("val.acc"),
        "val.loss": JsonPlace("val.loss"),
        "wallclock_time": Measured.WALLCLOCK_TIME,
    }
    assert job.runtime == "wallclock_time"
    assert job.exit_codes == {0: Status.SAT, 3: Status.UNSAT, -9: Status.TIMEOUT}
    assert job.statuses == {Status.ABORT: re.compile("no licence")}
    assert job.postprocess is not None
    assert job.postprocess.text == "python post.py {seed}"
    assert job.limits == Limits(memory=2 * 1024**3, disk=5000, wall_time=60.5)
    assert job.over_memory is Status.TIMEOUT


def test_every_key_is_documented_where_the_job_is_described(folder: Path) -> None:
    tables = tomllib.loads(WHOLE)
    keys = {key for table in ("run", "result", "limits") for key in tables[table]}
    assert keys <= set(re.findall(r"`(\w+)`", inspect.getdoc(Job) or ""))


def test_templates_can_be_named_in_a_list_and_keep_their_names(folder: Path) -> None:
    job = read(folder, "[run]\ncommand = 'x'\ninput = 'in'\ntemplates = ['model.in']")
    assert job.templates == (Template(folder / "in" / "model.in", "model.in"),)


@pytest.mark.parametrize(
    ("result", "exit_codes"),
    [
        ("", {0: Status.SAT}),
        ("quality = 'exit_code'", None),
        ("quality = 'x'\nstatuses.SAT = 'done'", {}),
        ("quality = 'x'\nstatuses.UNSAT = 'done'", {0: Status.SAT}),
        ("quality = 'x'\nexit_codes.10 = 'SAT'", {10: Status.SAT}),
    ],
)
def test_exit_codes_that_are_a_success_depend_on_what_else_tells(
    folder: Path, result: str, exit_codes: dict[int, Status] | None
) -> None:
    job = read(folder, f"run.command = 'true'\n[result]\n{result}")
    assert job.exit_codes == exit_codes


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[run]\nconfig = 'c.json'", "5: config: no parameter is spelled json:"),
        ("[run]\nconfig = '../c.json'", "5: config: '../c.json' is not a file in the run's folder"),
        ("[run]\nconfig = 5", "5: config is the name of a file, found a number"),
        ("[run]\ntemplates = 'modl.in'", "5: templates: 'modl.in' is not among the files of input"),
        ("[run]\ntemplates = { 'model.in' = '/x' }", "5: templates: model.in needs the name of a"),
        ("[run]\ntemplates = 5", "5: templates is a text or a list of texts"),
        ("[run]\ndata = 'absent'", "5: data does not exist: "),
        ("[parameters]\nlr = 5", "5: [parameters] lr is a text such as"),
        ("[parameters]\nlr = { a = true }", "5: [parameters] lr is a text such as"),
        ("[parameters]\nlr = 'env:'", "5: [parameters] lr: 'env:' names no place for the value"),
        ("[parameters]\nlr = 'json:lr'", "4: parameters spelled json:… need a file: [run] config"),
        ("[parameters]\nlr = '--x={value}'", "3: [parameters] spells flags, but the command has"),
        ("[result]\nmaximize = 'yes'", "5: maximize is true or false, found a text"),
        ("[result]\ninfeasible = inf", "5: infeasible is a finite number, found inf"),
        ("[result]\ninfeasible = true", "5: infeasible is a finite number, found a boolean"),
        ("[result]\ninfeasible = '1'", "5: infeasible is a finite number, found a text"),
        ("[result]\nruntime = ''", "5: runtime is the name of a metric, found nothing"),
        ("[result]\njson = 'r.json'", "5: json: nothing is read from it"),
        ("[result]\nquality = 'loss: (.+)'", "5: quality: loss: (.+) needs a name of its own"),
        ("[result]\noutputs = 'x'", "5: unknown key in [result] 'outputs' (it belongs in [run])"),
        ("[result]\nquality = 'json:a b'", "5: quality: json:a b needs a name of its own"),
        ("[result]\nexit_codes = 5", "5: exit_codes is a table such as"),
        ("[result]\nexit_codes.x = 'SAT'", "5: exit_codes: 'x' is not an exit code"),
        ("[result]\nexit_codes.1 = 'UNSAD'", "5: exit_codes.1: 'UNSAD' is not a status … did you"),
        ("[result]\nexit_codes.1 = 'KILLED'", "5: exit_codes.1: 'KILLED' is not a status"),
        ("[result]\nexit_codes.1 = 'SAT'", "5: exit_codes: SAT needs a quality, for example"),
        ("[result]\nstatuses = 'x'", "5: statuses is a table of regular expressions"),
        ("[result]\nstatuses.SATT = 'x'", "5: unknown status in statuses 'SATT' … did you mean"),
        ("[result]\nstatuses.SAT = '('", "5: statuses.SAT: not a regular expression"),
        ("[result]\nstatuses.SAT = 'x'", "5: statuses: SAT needs a quality, for example"),
        ("[result]\npostprocess = 'x'", "5: postprocess: it prints metrics, so quality has to"),
        ("[result]\npostprocess = 'a \"b'", "5: postprocess: No closing quotation"),
        ("[limits]\nmemory = '2 gigs'", "5: memory is bytes or a text such as '500 MB' or '2 GiB'"),
        ("[limits]\nwall_time = 0", "5: wall_time is more than 0, found 0"),
        ("[limits]\nwall_time = '1 h'", "5: wall_time is a finite number, found a text"),
        ("[limits]\nmem = 5", "5: unknown key in [limits] 'mem'"),
        ("[limits]\nover_memory = 'SAT'", "5: over_memory: 'SAT' is not a status"),
        ("[limits]\nover_memory = 5", "5: over_memory: '5' is not a status"),
        ("[limits]\nover_memory = 'UNSAT'", "5: over_memory: UNSAT needs a quality"),
    ],
)
def test_what_no_key_may_say_is_named_with_its_line(folder: Path, table: str, said: str) -> None:
    run = "[run]\ninput = 'in'\ncommand = 'true'\n"
    table = table.removeprefix("[run]\n") if table.startswith("[run]") else table
    filler = "" if table.startswith("[") else "\n"
    (problem,) = problems(folder, f"{run}{filler}{table}")
    assert problem.startswith(said)


def test_a_command_is_enough(folder: Path) -> None:
    job = read(folder, "[run]\ncommand = 'true'\ninput = 'in'\noutputs = 'model.h5'")
    assert (job.inputs, job.outputs, job.quality) == ((folder / "in",), ("model.h5",), None)
    assert read(folder, "run.command = 'true'").inputs == ()


def test_all_problems_of_a_file_are_said_at_once_each_with_its_line(folder: Path) -> None:
    content = """
    colour = 1
    quality = "loss"
    [run]
    comand = "true"
    input = ["absent", "in"]
    outputs = 5
    [results]
    [result]
    quality = 1
    metrics = { a = "(", b = "x", c = 5, "d;e" = "(x)", cpu_time = "(x)" }
    """
    assert problems(folder, content) == [
        "2: unknown table 'colour' (known: run, parameters, result, limits)",
        "3: unknown table 'quality' (it belongs in [result])",
        '4: [run] needs command = "…", for example "python train.py {flags}"',
        "5: unknown key in [run] 'comand' … did you mean 'command'?",
        f"6: input does not exist: {folder}/absent",
        "7: outputs is a text or a list of texts, none of them empty, found a number",
        "8: unknown table 'results' … did you mean 'result'?",
        "10: quality is the name of a metric, found a number",
        "11: metrics.a: not a regular expression: missing ), unterminated subpattern at position 0",
        r"11: metrics.b: put the value in a group, like 'Error: (\S+)'",
        "11: metrics.c: not a regular expression: "
        "first argument must be string or compiled pattern",
        "11: 'd;e' is not a metric's name (no spaces and none of = ; ,)",
        "11: metrics.cpu_time is measured: a metric needs another name",
    ]


def test_templates_of_an_input_that_no_system_can_have_are_missing(folder: Path) -> None:
    said = problems(folder, f"[run]\ncommand = 'true'\ninput = '{'x' * 300}'\ntemplates = ['t']")
    assert [line[:25] for line in said] == [
        "3: input does not exist: ",
        "4: templates: 't' is not ",
    ]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("input = ''", "input is a text or a list of texts, none of them empty, found a text"),
        ("input = [1]", "input is a text or a list of texts, none of them empty, found a list"),
        ("input = 'a\0b'", "not valid TOML: Found invalid character"),
        (r'input = "a\u0000b"', "input does not exist: "),
        (f"input = '{'x' * 5000}'", "input does not exist: "),
        ("outputs = ['/etc/passwd']", "outputs: '/etc/passwd' is not a name or pattern of files"),
        ("outputs = ['../x']", "outputs: '../x' is not a name or pattern"),
        ("outputs = ['.']", "outputs: '.' is not a name or pattern"),
        ("outputs = ['a', 'b**']", "outputs: 'b**' is not a name or pattern"),
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
        ("outputs = [\n'a'\n'b']", "not valid TOML: Unclosed array"),
        ("a.b = {c", "not valid TOML: "),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(folder: Path, rest: str, said: str) -> None:
    (problem,) = problems(folder, f"[run]\ncommand = 'true'\n{rest}")
    assert re.sub(r"^[\d:]+: ", "", problem).startswith(said)


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
    assert problem.startswith(f"2: {said}")


def test_what_is_no_toml_is_named_with_its_place(folder: Path) -> None:
    (problem,) = problems(folder, '[run]\r\ncommand = "true"x\r\n')
    assert problem.startswith("2:17: not valid TOML: Expected newline")
    (problem,) = problems(folder, '[result]\nmetrics.a = "(\\S)"')
    assert problem.endswith("Unescaped '\\' in a string (in single quotes it stays as it is)")


def test_a_file_that_cannot_be_read_or_is_no_text_is_named(tmp_path: Path) -> None:
    for content, said in ((b"\xff\xfea", "a job file is UTF-8 text"), (b"run = 5", "[run] is a")):
        assert any(said in problem for problem in problems(tmp_path, content))
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
        assert str(error).startswith(f"{folder}/job.toml:")

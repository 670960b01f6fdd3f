"""Lists and folders of instances, read as SMAC v2 reads them.

With SMAC2_HOME set to a folder of the Java program, it is asked which runs a list makes.
"""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.scenario import Instance, read_instances

A, B = Instance("inst/a"), Instance("inst/b")
TAKEN = {
    "inst/a\ninst/b\n": (A, B),
    "inst/b\ninst/a": (B, A),
    "inst/a\r\ninst/b\r\n": (A, B),
    "  inst/a \n\tinst/b\n": (A, B),
    "inst/a\ninst/b\n\n  \n": (A, B),
    "inst/a\ninst/a\ninst/b\n": (A, B),
    "inst/a\ninst/b#1\n": (A, Instance("inst/b#1")),
    "12\n13\n": (Instance("12"), Instance("13")),
    "inst/é\n": (Instance("inst/é"),),
    "inst/a S1\ninst/b S2\n": (Instance("inst/a", "S1"), Instance("inst/b", "S2")),
    "1.5 inst/a\n2 inst/b\n": (Instance("1.5", "inst/a"), Instance("2", "inst/b")),
    "1 inst/a\n02 inst/b\n": (Instance("inst/a", seeds=(1,)), Instance("inst/b", seeds=(2,))),
    "-1 inst/a\n": (Instance("inst/a", seeds=(-1,)),),
    "2 inst/a S\n1 inst/a S\n": (Instance("inst/a", "S", (2, 1)),),
    "1 inst/a\n3 inst/b\n4 inst/b\n2 inst/a\n": (
        Instance("inst/a", seeds=(1, 2)),
        Instance("inst/b", seeds=(3, 4)),
    ),
    '"inst/a b"\ninst/b\n': (Instance("inst/a b"), B),
    '"inst/a b","S, 1"\n': (Instance("inst/a b", "S, 1"),),
    '  "inst/a b" , "S 1"  \n': (Instance("inst/a b", "S 1"),),
    '"1","inst/a b"\n': (Instance("inst/a b", seeds=(1,)),),
    '"1","inst/a b","S"\n': (Instance("inst/a b", "S", (1,)),),
    '"in""st","S"\n': (Instance('in"st', "S"),),
}
# Where smacwrap differs, for the author's sake.
TAKEN_HERE_ONLY = {
    "inst/a\n\n  \ninst/b\n": (A, B),
    "inst/a   S1\ninst/b\tS2\n": (Instance("inst/a", "S1"), Instance("inst/b", "S2")),
    "\ufeffinst/a\n": (A,),
    '"inst/a",S1\n': (Instance("inst/a", "S1"),),
    # SMAC v2 takes the name and the specifics for one name.
    '"inst/a" "S 1"\n': (Instance("inst/a", "S 1"),),
    'inst/a "S 1"\n"inst/b"\tS2\n': (Instance("inst/a", "S 1"), Instance("inst/b", "S2")),
    '3 "inst/a b" "S, 1"\n': (Instance("inst/a b", "S, 1", (3,)),),
}
FORMS = "expected name, name specifics, seed name, or seed name specifics"
QUOTES = 'parts with blanks, commas or quotes are written as "name","specifics"'
REFUSED = {
    "": ["list.txt: no instances in it; expected one a line"],
    "\n \n": ["list.txt: no instances in it; expected one a line"],
    "# train\ninst/a\n": ["list.txt:1: a list of instances has no comments"],
    "a b c d\n": [f"list.txt:1: 4 parts; {FORMS}"],
    "inst/a\ninst/b S\n1 inst/c S\n": [
        "list.txt:2: 2 parts, but line 1 has 1; all lines have the same form",
        "list.txt:3: 3 parts, but line 1 has 1; all lines have the same form",
    ],
    "\na b c\n": ["list.txt:2: 'a' is not a seed: expected an integer in [-1, 2147483647]"],
    "1 inst/a\n2 inst/a\n3 inst/b\n": [
        "list.txt:3: number of seeds of 'inst/b': 1, but the first instance has 2"
    ],
    "5 inst/a s\n6 inst/a t\n": [
        "list.txt:2: 'inst/a' has specifics 't', but 's' in line 1",
    ],
}
REFUSED_HERE_ONLY = {
    "inst/a\n#inst/b\n": ["list.txt:2: a list of instances has no comments"],
    "inst/a,S 1\n": [f"list.txt:1: {QUOTES}"],
    'inst/a "S 1\n': [f"list.txt:1: {QUOTES}"],
    '"inst/a" "S 1\n': ["list.txt:1:1: expected quotes in pairs, and commas between cells"],
    '"inst/a","S 1\n': ["list.txt:1:10: expected quotes in pairs, and commas between cells"],
    '"","S 1"\n': ["list.txt:1: an instance without a name"],
    "inst/a s\ninst/a t\n": ["list.txt:2: 'inst/a' has specifics 't', but 's' in line 1"],
    "2147483648 inst/a\n-2 inst/b\n": [
        "list.txt:1: '2147483648' is not a seed: expected an integer in [-1, 2147483647]",
        "list.txt:2: '-2' is not a seed: expected an integer in [-1, 2147483647]",
    ],
}


def read(folder: Path, text: str | bytes) -> tuple[Instance, ...]:
    file = folder / "list.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_instances(file)


def errors(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


@pytest.mark.parametrize(("text", "instances"), (TAKEN | TAKEN_HERE_ONLY).items())
def test_a_list_is_taken_in_every_form_of_smac_v2(
    tmp_path: Path, text: str, instances: tuple[Instance, ...]
) -> None:
    assert read(tmp_path, text) == instances


@pytest.mark.parametrize("text", REFUSED | REFUSED_HERE_ONLY)
def test_every_wrong_line_of_a_list_is_named(tmp_path: Path, text: str) -> None:
    assert errors(tmp_path, text) == (REFUSED | REFUSED_HERE_ONLY)[text]


def test_a_list_that_is_no_text_is_said_to_be_none(tmp_path: Path) -> None:
    assert errors(tmp_path, b"inst/a\ninst/\xe9") == [
        "list.txt:2: not a UTF-8 text file: it has a byte 0xe9"
    ]


def test_a_file_that_is_no_list_is_given_up_after_a_hundred_wrong_lines(tmp_path: Path) -> None:
    for text in ("This is a letter, not a list.\n" * 1000, "one\n" + "one two\n" * 1000):
        messages = errors(tmp_path, text)
        assert len(messages) == 101
        assert messages[-1].endswith("the rest is not read: is this a list of instances?")


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def names_in(folder: Path, suffix: str | None = None) -> list[str]:
    return [i.name for i in read_instances(folder, written="in/", suffix=suffix)]


def test_the_files_of_a_folder_are_instances_under_the_folders_name(tmp_path: Path) -> None:
    make(tmp_path, "b.cnf", "a.cnf", ".c.cnf", "README", "sub/d.cnf", "sub.dir/e.cnf")
    assert names_in(tmp_path) == ["in/.c.cnf", "in/a.cnf", "in/b.cnf"]
    assert read_instances(tmp_path)[1] == Instance(f"{tmp_path}/a.cnf")


def test_a_suffix_is_a_regular_expression_for_the_ends_of_names(tmp_path: Path) -> None:
    make(tmp_path, "x.cnf", "y.cnf.gz", "z.txt", "noext", "sub/w.cnf")
    assert names_in(tmp_path, "cnf") == ["in/x.cnf"]
    assert names_in(tmp_path, r"cnf(\.gz)?") == ["in/x.cnf", "in/y.cnf.gz"]
    assert names_in(tmp_path, "x|t") == ["in/noext", "in/z.txt"]
    assert len(names_in(tmp_path, "")) == 4


@pytest.mark.parametrize(
    ("suffix", "message"),
    [
        (None, "files of several kinds in {}: .cnf, .txt; choose with instance-suffix"),
        ("CNF", "no files with the suffix 'CNF' in {}"),
        ("a|" * 6000, "a suffix of 12000 characters is too long"),
        ("(", "suffix '(' is not a regular expression: missing ), unterminated subpattern"),
    ],
)
def test_a_folder_without_instances_is_told_what_was_looked_for(
    tmp_path: Path, suffix: str | None, message: str
) -> None:
    make(tmp_path, "x.cnf", "z.txt")
    with pytest.raises(UserError) as caught:
        names_in(tmp_path, suffix)
    assert str(caught.value).startswith(message.format(tmp_path))


def test_an_empty_folder_has_no_instances(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no files with an extension in "):
        names_in(tmp_path)


def test_a_name_that_no_json_can_hold_is_refused(tmp_path: Path) -> None:
    make(tmp_path, os.fsdecode(b"caf\xe9.cnf"))
    with pytest.raises(UserError, match="has a name that is not UTF-8"):
        names_in(tmp_path)


def test_instances_that_must_be_files_get_their_paths_for_names(tmp_path: Path) -> None:
    make(tmp_path, "inst/a", "inst/b")
    (tmp_path / "list.txt").write_text("7 ./inst/a S\n8 inst/b T\n")
    assert read_instances(tmp_path / "list.txt", base=tmp_path) == (
        Instance(f"{tmp_path}/./inst/a", "S", (7,)),
        Instance(f"{tmp_path}/inst/b", "T", (8,)),
    )


def test_instances_that_are_no_files_are_named_with_their_lines(tmp_path: Path) -> None:
    make(tmp_path, "inst/a")
    (tmp_path / "list.txt").write_text("inst/a\ninst/b\n\ninst/c\ninst\n")
    with pytest.raises(UserError) as caught:
        read_instances(tmp_path / "list.txt", base=tmp_path)
    assert [str(problem) for problem in caught.value.problems] == [
        f"{tmp_path}/list.txt:{line}: no file '{name}' in {tmp_path}"
        for line, name in [(2, "inst/b"), (4, "inst/c"), (5, "inst")]
    ]


@settings(deadline=None, max_examples=300)
@given(st.binary() | st.text(alphabet='ab1-,#" \t\n').map(str.encode))
@example(b'"' * 100_000)
@example(b'"a"' + b" " * 100_000 + b"x")
@example(b"a " * 100_000)
@example(b"\n".join(b"%d a" % seed for seed in range(50_000)))
@example(b"9" * 100_000 + b" a")
def test_any_bytes_are_a_list_or_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    try:
        instances = read(tmp_path_factory.getbasetemp(), content)
    except UserError as error:
        assert all(len(str(problem)) < 1000 for problem in error.problems)
    else:
        assert instances
        assert len({instance.name for instance in instances}) == len(instances)


@settings(deadline=None, max_examples=100)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1),
        st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" ")),
        min_size=1,
    ),
    st.lists(st.integers(-1, 2**31 - 1), unique=True, min_size=1),
)
def test_instances_that_are_written_in_quotes_come_back(
    tmp_path_factory: pytest.TempPathFactory, specifics: dict[str, str], seeds: list[int]
) -> None:
    instances = tuple(Instance(name, info, tuple(seeds)) for name, info in specifics.items())
    rows = [
        [str(seed), instance.name, instance.specifics]
        for instance in instances
        for seed in instance.seeds
    ]
    quoted = [",".join('"' + part.replace('"', '""') + '"' for part in row) for row in rows]
    assert read(tmp_path_factory.getbasetemp(), "\n".join(quoted)) == instances


@pytest.mark.skipif("SMAC2_HOME" not in os.environ, reason="SMAC2_HOME is not set")
@pytest.mark.parametrize("text", [*TAKEN, *REFUSED, *TAKEN_HERE_ONLY])
def test_the_java_program_makes_the_same_runs(tmp_path: Path, text: str) -> None:
    target = tmp_path / "target.py"
    target.write_text(
        '#!/bin/sh\nprintf "%s|%s|%s\\n" "$1" "$2" "$5" >> calls.txt\n'
        "echo Result of algorithm run: SAT, 1, 1, 1, $5\n"
    )
    target.chmod(0o755)
    (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    (tmp_path / "list.txt").write_bytes(text.encode())
    (tmp_path / "tune.txt").write_text(
        "algo = ./target.py\nrun_obj = QUALITY\npcs-file = params.pcs\ninstances = list.txt\n"
        "runcount-limit = 20\ncutoff_time = 1\nvalidation = false\ndeterministic = false\n"
    )
    options = "--add-opens=java.base/java.lang=ALL-UNNAMED"
    finished = subprocess.run(
        [Path(os.environ["SMAC2_HOME"]) / "smac", "--scenario-file", "tune.txt", "--seed", "1"],
        env={**os.environ, "JAVA_TOOL_OPTIONS": options, "LC_ALL": "C.UTF-8"},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
    )
    if text in REFUSED:
        assert finished.returncode != 0
        return
    calls = tmp_path / "calls.txt"
    lines = calls.read_text().splitlines() if calls.exists() else []
    made = {tuple(line.split("|")) for line in lines}
    read_here = read(tmp_path, text)
    seeded = all(instance.seeds for instance in read_here)
    ours = {
        (i.name, i.specifics, str(seed) if seeded else "")
        for i in read_here
        for seed in i.seeds or ("",)
    }
    theirs = {(name, info, seed if seeded else "") for name, info, seed in made}
    assert (theirs == ours) == (text in TAKEN)

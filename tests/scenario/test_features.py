"""Files of instance features, read as SMAC v2 reads them.

With SMAC2_HOME set to a folder of the Java program, it is asked whether it takes the same files.
"""

import json
import math
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.scenario import FeatureTable, read_features

SAME = {"inst/a": (1.0, 2.0), "inst/b": (3.0, 4.0)}
TAKEN = {
    "instance,x,y\ninst/a,1,2\ninst/b,3,4\n": SAME,
    "instance, x , y\r\ninst/a , 1 , 2\r\ninst/b, 3, 4": SAME,
    '"instance","x","y"\n"inst/a","1","2"\n"inst/b","3","4"\n': SAME,
    ",x,y\ninst/a,1,2\ninst/b,3,4\n": SAME,
    "instance,x,y\ninst/a,1,2\ninst/b,3,4\ninst/c,5,6\n": SAME | {"inst/c": (5.0, 6.0)},
    "instance,x,y\ninst/a,1e-3,-512\ninst/b,3.,.4\n": {
        "inst/a": (0.001, -512.0),
        "inst/b": (3.0, 0.4),
    },
    '"in ""x""",x,y\n"inst/a",1,2\n"inst/b",3,4\n': SAME,
    "instance,x,y\ninst/a,9,9\ninst/b,3,4\ninst/a,1,2\n": SAME,
    "instance,x,y\ninst/a,1,2,\ninst/b,3,4\n": SAME,
    "instance,x,y\ninst/a,1,2,\ninst/b,3,4, ,\n": SAME,
    "\ufeffinstance,x,y\ninst/a,1,2\ninst/b,3,4\n": SAME,
    "instance,x,y\rinst/a,1,2\rinst/b,3,4\r": SAME,
}
TAKEN_HERE_ONLY = {
    "instance,x,y\n\ninst/a,1,2\n\ninst/b,3,4\n\n": SAME,
    "instance,x,y,\ninst/a,1,2,\ninst/b,3,4,\n": SAME,
    "instance,x,y,,\ninst/a,1,2,,\ninst/b,3,4,,\n": SAME,
    "instance,x,y\ninst/a,1,2\ninst/b,3,4\n,,\n": SAME,
}
HEADER = "expected a header with commas, such as: instance,size,ratio"
REFUSED = {
    "": ["f.csv: no features in it; expected a header and rows"],
    "inst/a,1,2\ninst/b,3,4\n": [
        "f.csv:1:8: the number 1 for a name; the first line is to name the features",
        "f.csv:1:10: the number 2 for a name; the first line is to name the features",
    ],
    "instance,x,y\ninst/a,1,foo\ninst/b,3,\n": [
        "f.csv:2:10: 'foo' is not a finite number",
        "f.csv:3:10: a blank cell: expected a number",
    ],
    "instance,x,y\ninst/a,1\ninst/b,3,4\n": ["f.csv:2:9: 1 value, but the header names 2 features"],
    'instance,x,y\ninst/a,"1,5",2\ninst/b,?,4\n': [
        "f.csv:2:9: '1,5' is not a finite number; write it with a point",
        "f.csv:3:8: '?' is not a finite number",
    ],
    "instance;x;y\ninst/a;1;2\ninst/b;3;4\n": [
        "f.csv:1: no names of features; expected a header with commas (this one has semicolons), "
        "such as: instance,size,ratio"
    ],
    'instance,x,y\ninst/a,"1"2,3\ninst/b,3,4\n': [
        "f.csv:2:8: expected quotes in pairs, and commas between cells"
    ],
    "instance,x,x\ninst/a,1,2\ninst/b,3,4\n": ["f.csv:1:12: a second feature 'x'"],
}
REFUSED_HERE_ONLY = {
    "instance,x,y\ninst/a,1,2,3\ninst/b,3,4\n": [
        "f.csv:2:12: 3 values, but the header names 2 features"
    ],
    "instance,x,y\ninst/a,NaN,2\ninst/b,Infinity,1e400\n": [
        "f.csv:2:8: 'NaN' is not a finite number",
        "f.csv:3:8: 'Infinity' is not a finite number",
        "f.csv:3:17: '1e400' is not a finite number",
    ],
    "instance,x,\ninst/a,1,2\ninst/b,3,4\n": [
        "f.csv:2:10: 2 values, but the header names 1 feature",
        "f.csv:3:10: 2 values, but the header names 1 feature",
    ],
    "instance,x,,y\ninst/a,1,5,2\ninst/b,3,5,4\n": ["f.csv:1:12: a feature without a name"],
    "instance\ninst/a\ninst/b\n": [f"f.csv:1: no names of features; {HEADER}"],
    "# comment\ninstance,x,y\ninst/a,1,2\ninst/b,3,4\n": [
        f"f.csv:1: no names of features; {HEADER}"
    ],
}


def read(folder: Path, text: str | bytes) -> FeatureTable:
    file = folder / "f.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_features(file)


def errors(folder: Path, text: str | bytes) -> list[str]:
    with pytest.raises(UserError) as caught:
        read(folder, text)
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


@pytest.mark.parametrize("text", TAKEN | TAKEN_HERE_ONLY)
def test_a_feature_file_is_a_header_and_a_row_for_each_instance(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text)
    assert (table.names, table.rows) == (("x", "y"), (TAKEN | TAKEN_HERE_ONLY)[text])


@pytest.mark.parametrize("text", REFUSED | REFUSED_HERE_ONLY)
def test_every_wrong_cell_or_row_is_named(tmp_path: Path, text: str) -> None:
    assert errors(tmp_path, text) == (REFUSED | REFUSED_HERE_ONLY)[text]


def test_a_file_that_is_no_csv_is_given_up_after_a_hundred_wrong_rows(tmp_path: Path) -> None:
    messages = errors(tmp_path, "This is a letter, not a CSV.\n" + "Dear reader\n" * 1000)
    assert len(messages) == 101
    assert messages[-1].endswith("the rest is not read: is this a feature file?")


def test_the_features_of_some_instances_come_in_their_order(tmp_path: Path) -> None:
    table = read(tmp_path, "instance,x\na,1\nb,2\nc,3\n")
    assert list(table.of(["c", "a"]).items()) == [("c", (3.0,)), ("a", (1.0,))]


def test_instances_without_features_are_named_with_the_likely_row(tmp_path: Path) -> None:
    table = read(tmp_path, "instance,x\ninst/uf-1.cnf,1\nuf-2.cnf,2\n")
    for names, message in {
        ("inst/uf-1.cnf", "inst/uf-2.cnf"): (
            "no features for 1 of 2 instances: 'inst/uf-2.cnf' … 'uf-2.cnf' has some, "
            "but names must be the same as in the list"
        ),
        ("inst/uf-1.cnff",): (
            "no features for 1 of 1 instances: 'inst/uf-1.cnff' … did you mean 'inst/uf-1.cnf'?"
        ),
        tuple("abcdefg"): "no features for 7 of 7 instances: 'a', 'b', 'c', 'd', 'e' and 2 more",
    }.items():
        with pytest.raises(UserError) as caught:
            table.of(names)
        assert str(caught.value) == f"{tmp_path}/f.csv: {message}"


@settings(deadline=None, max_examples=300)
@given(st.binary() | st.text(alphabet='ab1.,-" \n').map(str.encode))
@example(b'"' * 100_000)
@example(b"x," + b" " * 100_000 + b'"')
@example(b"i,x\na," + b"1" * 100_000)
@example(b"i" + b",1" * 100_000)
def test_any_bytes_are_features_or_our_own_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    try:
        table = read(tmp_path_factory.getbasetemp(), content)
    except UserError as error:
        assert len(error.problems) <= 101
        assert all(len(str(problem)) < 1000 for problem in error.problems)
    else:
        assert all(len(row) == len(table.names) for row in table.rows.values())
        assert all(map(math.isfinite, (value for row in table.rows.values() for value in row)))


TEXTS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)
NAMES = TEXTS.map(lambda text: f"{text}_")  # no number


@settings(deadline=None, max_examples=100)
@given(st.data(), st.lists(NAMES, unique=True, min_size=1))
def test_features_that_are_written_come_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, names: list[str]
) -> None:
    numbers = st.floats(allow_nan=False, allow_infinity=False)
    rows = data.draw(st.dictionaries(TEXTS, st.tuples(*[numbers for _ in names])))
    lines = [["instance", *names], *([name, *map(repr, row)] for name, row in rows.items())]
    text = "\n".join(
        ",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines
    )
    table = read(tmp_path_factory.getbasetemp(), text)
    assert (table.names, table.rows) == (tuple(names), rows)


@pytest.mark.skipif("SMAC2_HOME" not in os.environ, reason="SMAC2_HOME is not set")
@pytest.mark.parametrize("text", [*TAKEN, *REFUSED, *TAKEN_HERE_ONLY, *REFUSED_HERE_ONLY])
def test_the_java_program_reads_the_same_features(tmp_path: Path, text: str) -> None:
    target = tmp_path / "target.py"
    target.write_text("#!/bin/sh\necho Result of algorithm run: SAT, 1, 1, 1, $5\n")
    target.chmod(0o755)
    (tmp_path / "params.pcs").write_text("x real [0, 1] [0.5]\n")
    (tmp_path / "list.txt").write_text("inst/a\ninst/b\n")
    (tmp_path / "f.csv").write_text(text)
    (tmp_path / "tune.txt").write_text(
        "algo = ./target.py\nrun_obj = QUALITY\npcs-file = params.pcs\ninstances = list.txt\n"
        "runcount-limit = 1\nvalidation = false\nfeature-file = f.csv\nshared-model-mode = true\n"
    )
    options = "--add-opens=java.base/java.lang=ALL-UNNAMED"
    finished = subprocess.run(
        [Path(os.environ["SMAC2_HOME"]) / "smac", "--scenario-file", "tune.txt", "--seed", "1"],
        env={**os.environ, "JAVA_TOOL_OPTIONS": options},
        cwd=tmp_path,
        capture_output=True,
        timeout=60,
    )
    assert (finished.returncode == 0) == (text in TAKEN | REFUSED_HERE_ONLY)
    if text in TAKEN:
        written = (tmp_path / "smac-output/tune/live-rundata-1.json").read_text()
        instances = json.JSONDecoder().raw_decode(written)[0]
        theirs = {i["pi-name"]: tuple(i["pi-features"].values()) for i in instances}
        assert theirs == {name: TAKEN[text][name] for name in ("inst/a", "inst/b")}


def test_a_line_of_millions_of_cells_is_refused_before_it_takes_memory(tmp_path: Path) -> None:
    file = tmp_path / "features.csv"
    file.write_text("," * 5_000_000)
    with pytest.raises(UserError, match="more than 100,000 cells in a line"):
        read_features(file)

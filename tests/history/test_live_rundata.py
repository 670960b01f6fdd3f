"""live-rundata files: what is written is read back, whole or in pieces; damage loses no run."""

import json
import os
import random
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.history import Instance, LiveRundataReader, LiveRundataWriter, Run, StudyIdentity
from smacwrap.history.live_rundata_reader import NoHistoryError
from smacwrap.protocol import Status
from tests.history.runs import IDENTITY, full_disk, make_run, studies

GOLDEN = Path(__file__).parent.parent / "data/golden"
FILES = [
    GOLDEN / kind / "smac-output/study" / f"live-rundata-{seed}.json"
    for kind in ("quality", "runtime")
    for seed in (1, 2)
]


def write(path: Path, runs: list[Run], identity: StudyIdentity = IDENTITY) -> None:
    writer = LiveRundataWriter(path, identity)
    for run in runs:
        writer.append(run)


def read(path: Path) -> list[Run]:
    return LiveRundataReader(path).poll()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all examples of a property."""
    return tmp_path_factory.mktemp("live")


@given(studies(), st.data())
def test_what_is_written_is_read_back_in_polls_at_any_bytes(
    folder: Path, study: tuple[tuple[Instance, ...], list[Run]], data: st.DataObject
) -> None:
    instances, runs = study
    identity = replace(IDENTITY, instances=instances)
    path, growing = folder / "live-rundata-1.json", folder / "live-rundata-2.json"
    path.unlink(missing_ok=True)
    growing.write_bytes(b"")
    reopened = data.draw(st.integers(0, len(runs)), label="reopened after")
    write(path, runs[:reopened], identity)
    writer = LiveRundataWriter(path, identity)
    assert writer.runs == runs[:reopened]
    for run in runs[reopened:]:
        writer.append(run)
    content = path.read_bytes()
    assert read(path) == runs

    cuts = data.draw(st.lists(st.integers(0, len(content)), max_size=6), label="cuts")
    reader, seen, before = LiveRundataReader(growing), [], 0
    for cut in [*sorted(cuts), len(content)]:
        with growing.open("ab") as file:
            file.write(content[before:cut])
        before = cut
        seen += reader.poll()
        assert reader.poll() == []
    assert seen == runs


def test_a_quality_that_is_not_a_number_is_valid_json_and_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(float("nan")), make_run(float("-inf"))])
    lines = [json.loads(line, parse_constant=pytest.fail) for line in path.open()]
    assert [line["r-quality"] for line in lines[1:]] == ["NaN", "-Infinity"]
    assert str(read(path)[0].result.quality) == "nan"


def test_a_configuration_and_an_instance_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(seed=1), make_run(seed=2), make_run(seed=1, x="1")])
    lines = [json.loads(line)["r-rc"] for line in path.read_text().splitlines()[1:]]
    assert [line["rc-pc"]["@pc-id"] for line in lines] == [2, 2, 4]
    assert [line["rc-pisp"]["@pisp-id"] for line in lines] == [2, 3, 2]
    assert ["pc-settings" in line["rc-pc"] for line in lines] == [True, False, True]
    assert ["algo-exec" in line["rc-algo-exec-config"] for line in lines] == [True, False, False]


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem[-1]}")
def test_our_objects_have_the_fields_and_kinds_of_smac_v2s(tmp_path: Path, file: Path) -> None:
    runs = read(file)
    instances = tuple(Instance(name) for name in {run.instance: 0 for run in runs})
    path = tmp_path / "live-rundata-1.json"
    write(path, runs, replace(IDENTITY, instances=instances))
    assert read(path) == runs
    for theirs, ours in zip(objects(file), objects(path), strict=True):
        if isinstance(ours, list):
            ours, theirs = ours[0], theirs[0] | {"pi-features": {}}
        else:
            assert ours.pop("smacwrap") == "{}"
        assert shape(ours) == shape(theirs)


def objects(path: Path) -> list[Any]:
    text, found = path.read_text(), []
    while text := text.lstrip():
        value, end = json.JSONDecoder().raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def shape(value: object) -> object:
    """The names and kinds of fields, in their order."""
    if isinstance(value, dict):
        return [(name, shape(inner)) for name, inner in value.items()]
    return type(value)


def test_a_half_written_tail_is_cut_off_and_appended_behind(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    runs = [make_run(0.1, x="1"), make_run(0.2, x="2"), make_run(0.3, x="1")]
    write(path, runs[:2])
    whole = path.read_bytes()
    for cut in range(0, len(whole), 7):
        path.write_bytes(whole[:cut])
        left = read(path)
        assert left == runs[: len(left)]
        write(path, runs[len(left) :])
        assert read(path) == runs


@pytest.mark.parametrize(
    "tail",
    [
        b"\0" * 5000,
        b'{"r-rc":{"@rc-id":4,"rc-al' + b"\0" * 500,
        b"\xff\xfe{}[]",
        b"12345",
        b'"text"',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5000,
        b"}\n" * 10,
    ],
    ids=lambda tail: repr(tail[:12]),
)
def test_a_garbled_tail_loses_no_earlier_run(tmp_path: Path, tail: bytes) -> None:
    path = tmp_path / "live-rundata-1.json"
    runs = [make_run(0.1, x="1"), make_run(0.2, x="2"), make_run(0.3, x="3")]
    write(path, runs[:2])
    with path.open("ab") as file:
        file.write(tail)
    assert read(path) == runs[:2]
    write(path, runs[2:])
    assert read(path) == runs


def test_a_reader_of_a_tail_that_its_owner_cut_off_goes_on_with_what_follows(
    tmp_path: Path,
) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(0.1)])
    reader = LiveRundataReader(path)
    with path.open("ab") as file:
        file.write(b'{"r-rc":{"@rc-id":3, ' + b" " * 300)
    assert reader.poll() == [make_run(0.1)]
    write(path, [make_run(0.2, x="2")])
    assert reader.poll() == [make_run(0.2, x="2")]


def test_a_poll_with_nothing_new_reads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(0.1)])
    reader = LiveRundataReader(path)
    assert len(reader.poll()) == 1
    # If it did look, it would find another file.
    path.write_bytes(b"x" * path.stat().st_size)
    assert reader.poll() == []


def test_the_time_of_change_is_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(0.1)])
    os.utime(path, (0, 0))
    reader = LiveRundataReader(path)
    assert reader.poll() == [make_run(0.1)]
    write(path, [make_run(0.2, x="2")])
    os.utime(path, (0, 0))
    assert reader.poll() == [make_run(0.2, x="2")]


@pytest.mark.parametrize("runs", [1, 2, 3, 5])
def test_a_file_that_was_begun_anew_is_read_from_its_start(tmp_path: Path, runs: int) -> None:
    path, other = tmp_path / "live-rundata-1.json", tmp_path / "other.json"
    write(path, [make_run(0.1, x=str(i)) for i in range(3)])
    reader = LiveRundataReader(path)
    assert len(reader.poll()) == 3
    new = [make_run(0.7, x=f"{i}0") for i in range(runs)]
    write(other, new)
    other.replace(path)
    assert reader.poll() == new
    assert sorted(reader.numbers) == list(range(1, runs + 1))
    write(path, [make_run(0.9, x="9")])
    assert reader.poll() == [make_run(0.9, x="9")]


@pytest.mark.parametrize("harmed", [1, 2, 3, 4])
def test_garbage_in_front_of_further_runs_costs_one_run_that_is_named(
    tmp_path: Path, harmed: int
) -> None:
    path = tmp_path / "live-rundata-1.json"
    runs = [make_run(0.1, x=str(i), details={"number": i}) for i in range(1, 6)]
    write(path, runs)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[harmed] = lines[harmed][:14] + b"\0\0\0" + lines[harmed][17:]
    garbled = b"".join(lines)
    path.write_bytes(garbled)
    left = [run for run in runs if run.details["number"] != harmed]
    reader = LiveRundataReader(path)
    assert reader.poll_numbered() == [(run.details["number"], run) for run in left]
    (lost,) = map(str, reader.lost)
    assert lost.startswith(f"{path}:{harmed + 1}: run {harmed} is lost: it is not as SMAC v2")

    writer = LiveRundataWriter(path, IDENTITY)
    assert (writer.runs, set(writer.taken)) == (left, {1, 2, 3, 4, 5})
    more = make_run(0.2, x="1", details={"number": 6})
    writer.append(more)
    assert path.read_bytes().startswith(garbled)
    assert read(path) == [*left, more]
    ids = [json.loads(line)["r-rc"]["@rc-id"] for line in path.read_bytes().splitlines()[5:]]
    assert ids == [6, 7]


def test_behind_lost_runs_the_others_keep_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(0.1, x=str(i), details={"number": i}) for i in range(1, 8)])
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], bytes(sum(map(len, lines[3:6]))), *lines[6:]]))
    reader = LiveRundataReader(path)
    assert [number for number, _ in reader.poll_numbered()] == [1, 2, 6, 7]
    assert len(reader.lost) == 1
    assert set(reader.numbers) == set(range(1, 8)), "nobody knows which of them were lost"


def test_runs_that_ended_in_another_order_than_they_began_keep_their_numbers(
    tmp_path: Path,
) -> None:
    path = tmp_path / "live-rundata-1.json"
    runs = [make_run(0.1, x=str(i), details={"number": i}) for i in (2, 1, 5)]
    write(path, runs)
    reader = LiveRundataReader(path)
    assert reader.poll_numbered() == [(run.details["number"], run) for run in runs]
    writer = LiveRundataWriter(path, IDENTITY)
    assert [writer.taken.take(), writer.taken.take(), writer.taken.take()] == [3, 4, 6]
    writer.taken.give_back(3)
    late = make_run(0.2, x="4", details={"number": 4})
    writer.append(late, 4)
    copied = make_run(0.3, x="3", details={"number": 1})
    writer.append(copied)
    ((number, run), (other, _)) = reader.poll_numbered()
    assert (number, run, other) == (4, late, 3), "a number that is taken goes to no other run"


def test_a_part_that_comes_over_the_network_later_than_what_follows_is_waited_for(
    tmp_path: Path,
) -> None:
    path = tmp_path / "live-rundata-1.json"
    runs = [make_run(0.1, x=str(i)) for i in range(4)]
    write(path, runs)
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], bytes(len(lines[2])), *lines[3:]]))
    patient, impatient = LiveRundataReader(path, patience=60), LiveRundataReader(path, 0.1)
    assert patient.poll() == impatient.poll() == runs[:1]
    time.sleep(0.2)
    assert patient.poll() == []
    assert impatient.poll() == runs[2:]
    assert ":3: run 2 is lost: " in str(impatient.lost[0])
    path.write_bytes(whole)
    assert patient.poll() == runs[1:]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{"@pc-id":2}', '{"@pc-id":7}', "3: run 2 is lost: .*: configuration 7 is unknown"),
        ('{"@pisp-id":2}', '{"@pisp-id":[]}', "3: run 2 .* unhashable type: 'list'"),
        ('{"@pisp-id":2}', '{"@pisp-id":8}', "3: run 2 .*: instance and seed 8 is unknown"),
        ('"pisp-pi":{"@pi-id":2}', '"pisp-pi":{"@pi-id":3}', "2: run 1 .* instance 3 is unknown"),
        ('"r-run-result":"SAT"', '"r-run-result":"FINE"', "2: run 1 .* status 'FINE' is unknown"),
        ('"r-quality":0.5', '"r-quality":"low"', "2: run 1 .* could not convert"),
        ('"r-quality":0.5', f'"r-quality":{"9" * 400}', "2: run 1 .* too large"),
        ('"r-quality":0.5', '"r-value":0.5', "2: run 1 .* 'r-quality' is missing"),
        ('"r-result-seed":-1', '"r-result-seed":Infinity', "2: run 1 .* expected an integer"),
        ('"r-addl-run-data":""', '"r-addl-run-data":[1]', "2: run 1 .* expected a text, found"),
        ('["x"]', '["y"]', "2: run 1 .* parameter 'y' is unknown"),
        ('"x":"0.5"', '"x":0.5', "2: run 1 .* expected a text, found 0.5"),
        ('"smacwrap":"{}"', '"smacwrap":{}', "2: run 1 .* expected a text, found {}"),
        ('"smacwrap":"{}"', '"smacwrap":"{"', "2: run 1 .* Expecting property name"),
        ('"smacwrap":"{}"', '"smacwrap":"[]"', "2: run 1 .* expected an object"),
        ('"smacwrap":"{}"', r'"smacwrap":"{\"metrics\":[]}"', "2: run 1 .* expected an object"),
        ('"smacwrap":"{}"', r'"smacwrap":"{\"zip\":7}"', "2: run 1 .* expected a text, found 7"),
    ],
)
def test_what_no_smac_writes_is_named_with_its_line_and_run(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(), make_run(0.25)])
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    reader = LiveRundataReader(path)
    assert all(run in (make_run(), make_run(0.25)) for run in reader.poll())
    assert re.search(said, str(reader.lost[0]))


def test_an_id_that_appears_for_the_first_time_twice_is_named(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run(), make_run(x="1")])
    path.write_text(path.read_text().replace('"@pc-id":3', '"@pc-id":2'))
    reader = LiveRundataReader(path)
    assert reader.poll() == [make_run()]
    assert re.search(r"3: run 2 .*: configuration 2 appears for the first", str(reader.lost[0]))


def test_a_file_whose_instances_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run()])
    text = path.read_text()
    path.write_text(text.replace("pi-name", "pi-nom"))
    with pytest.raises(NoHistoryError, match=r"1: the list of instances .* 'pi-name' is missing"):
        read(path)
    path.write_text("\0" * 9 + text)
    with pytest.raises(NoHistoryError, match=r"1: the list of instances .*move the file away"):
        read(path)


def test_a_file_that_starts_with_a_run_is_named(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run()])
    path.write_text(path.read_text().split("\n", 1)[1])
    with pytest.raises(UserError, match=r"1: the list of instances is not .* expected a list"):
        read(path)


def test_a_file_with_runs_on_other_instances_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run()])
    before = path.read_bytes()
    with pytest.raises(UserError, match="runs on other instances"):
        LiveRundataWriter(path, replace(IDENTITY, instances=(Instance("a.cnf"),)))
    assert path.read_bytes() == before


def test_a_file_of_smac_v2_can_be_gone_on_with(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    path.write_bytes(FILES[2].read_bytes())
    runs = read(path)
    instances = tuple(Instance(f"inst/uf-{i}.cnf") for i in range(1, 6))
    more = [replace(run, details={"number": 61}) for run in (runs[0], runs[9], runs[0])]
    write(path, more, replace(IDENTITY, instances=instances))
    assert read(path) == runs + more


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    writer = LiveRundataWriter(path, IDENTITY)
    writer.append(make_run())
    before = path.read_bytes()
    with full_disk(len(before) + 100), pytest.raises(OSError, match="File too large"):
        writer.append(make_run(x="1"))
    assert path.read_bytes() == before
    writer.append(make_run(x="1"))
    assert read(path) == writer.runs == [make_run(), make_run(x="1")]


def test_a_file_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    assert read(tmp_path / "absent") == []
    with pytest.raises(UserError, match="cannot read runs: Is a directory"):
        read(tmp_path)
    with pytest.raises(FileNotFoundError, match="live-rundata-1"):
        LiveRundataWriter(tmp_path / "absent" / "live-rundata-1.json", IDENTITY)


@given(st.binary(max_size=200))
def test_any_bytes_give_runs_or_our_own_error(folder: Path, content: bytes) -> None:
    check_damaged(folder / "any.json", content)


@settings(max_examples=300)
@given(
    st.sampled_from(FILES[1:3]),
    st.lists(
        st.tuples(
            st.integers(0, 23_000),
            st.integers(0, 30),
            st.binary(max_size=6)
            | st.sampled_from([b"[]", b"{}", b"1e999", b'"', b"null", b"9" * 400]),
        ),
        max_size=3,
    ),
    st.integers(0, 40_000),
)
def test_a_damaged_file_gives_runs_or_our_own_error(
    folder: Path, file: Path, edits: list[tuple[int, int, bytes]], length: int
) -> None:
    content = file.read_bytes()
    for at, removed, inserted in edits:
        content = content[:at] + inserted + content[at + removed :]
    check_damaged(folder / "damaged.json", content[:length])


@given(st.data())
def test_a_run_with_any_value_anywhere_gives_runs_or_our_own_error(
    folder: Path, data: st.DataObject
) -> None:
    path = folder / "values.json"
    path.unlink(missing_ok=True)
    write(path, [make_run(details={"metrics": {"m": "1"}, "zip": "run-1.zip"}), make_run()])
    values = [json.loads(line) for line in path.read_text().splitlines()]
    spot, key = values, data.draw(st.integers(0, 2))
    while isinstance(spot[key], dict | list) and spot[key] and data.draw(st.booleans()):
        spot = spot[key]
        keys = sorted(spot) if isinstance(spot, dict) else range(len(spot))
        key = data.draw(st.sampled_from(keys))
    spot[key] = data.draw(
        st.sampled_from([None, True, 0, -1.5, "", "x", [], {}, [[]], {"a": {}}, 10**400, 1e400])
    )
    check_damaged(path, "\n".join(map(json.dumps, values)).encode())


def check_damaged(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    try:
        runs = read(path)
    except UserError as error:
        assert str(error).startswith(f"{path}:")
        return
    for run in runs:
        assert run.configuration_key is not None
        assert isinstance(run.result.status, Status)
        assert run.details.get("metrics", {}) is not None


def test_a_large_file_is_read_piece_by_piece_in_linear_time(tmp_path: Path) -> None:
    path, growing = tmp_path / "whole", tmp_path / "growing"
    write(path, [make_run(0.1, x=str(i % 7), details={"reason": "r" * 2000}) for i in range(40)])
    first, *lines = path.read_bytes().splitlines(keepends=True)
    content = first + b"".join(lines) + b"".join(lines[20:]) * 400
    reader, polls, count = LiveRundataReader(growing), 0, 0
    with growing.open("wb", buffering=0) as file:
        for at in range(0, len(content), 1 << 18):
            file.write(content[at : at + (1 << 18)])
            count += len(reader.poll())
            polls += 1
            # What has been read is not kept: only the unfinished tail is read again.
            assert file.tell() - reader.parsed < 10_000
    assert polls > 50
    assert count == 40 + 20 * 400


def test_a_tail_without_end_is_polled_in_bearable_time(tmp_path: Path) -> None:
    path = tmp_path / "live-rundata-1.json"
    write(path, [make_run()])
    with path.open("ab") as file:
        file.write(random.Random(1).randbytes(1_000_000))
    reader = LiveRundataReader(path)
    assert len(reader.poll()) == 1
    for _ in range(20):
        with path.open("ab") as file:
            file.write(os.urandom(100))
        assert reader.poll() == []

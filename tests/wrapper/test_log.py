"""What a target prints is found among whatever else it prints, in memory that does not grow."""

import re
import signal
import tracemalloc
from pathlib import Path

import pytest

from smacwrap.frozen import replace
from smacwrap.protocol import Result, Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.log import Reading, read_log

JOB = Job(
    Path("job.toml"),
    CommandTemplate("true"),
    quality="valerr",
    metrics={"valerr": re.compile(r"Val error: (\S+)"), "maybe": re.compile("maybe(x)?")},
)
LINE = "Result of algorithm run: SAT, 1.5, 3, 0.25, 7"


def reading(folder: Path, log: str | bytes, job: Job = JOB) -> Reading:
    path = folder / "log.txt"
    path.write_bytes(log.encode() if isinstance(log, str) else log)
    return read_log(job, path, seed=7)


@pytest.mark.parametrize(
    "log",
    [
        LINE,
        f"{LINE}\r\n",
        f"{LINE},\n",
        f"10%\r50%\r100%\r{LINE}\n",
        f"50% [=>   ] {LINE}\n",
        f"10% [=>   ]\r\x1b[2K{LINE}\r\x1b[2Kdone",
        f"\x1b[1;32m{LINE}\x1b[0m\n",
        f"\x1b]8;;http://a\x1b\\{LINE}\x1b]8;;\x07\n",
        f"\ufeff{LINE}\n",
        f"2026-01-01 INFO {LINE}\n",
        f"caf\xe9 {LINE}\n".encode("latin-1"),
        f"\u30c6\u30b9\u30c8 {LINE}\n".encode("shift-jis"),
        f"hello\n{LINE}\n".encode("utf-16"),
        b"\x80\xff\0\n" + LINE.encode() + b"\n\xff\xfe",
    ],
)
def test_a_result_line_is_found_among_whatever_else_is_printed(
    tmp_path: Path, log: str | bytes
) -> None:
    found = reading(tmp_path, log)
    assert found.answer.result == Result(Status.SAT, 1.5, 3, 0.25, 7)
    assert not found.answer.warnings()


@pytest.mark.parametrize(
    "prefix",
    [
        "Result of algorithm run:",
        "Result of Algorithm Run:",
        "Result of this algorithm run:",
        "Result of this Algorithm Run :",
        "Result for ParamILS:",
        "Result for SMAC:",
        "Result of SMAC:",
        "Result for HAL:",
        "Result for this wrapper:",
        "Final Result for ParamILS:",
    ],
)
@pytest.mark.parametrize("status", ["SAT", "SATISFIABLE", "SUCCESS", "sat"])
@pytest.mark.parametrize("rest", ["", ",", ", some text", ", a=1, b=2"])
def test_every_prefix_and_alias_is_a_result(
    tmp_path: Path, prefix: str, status: str, rest: str
) -> None:
    found = reading(
        tmp_path, f"chatter\n{prefix} {status}, 1, 2, 3, 4{rest}\nchatter"
    ).answer.result
    assert isinstance(found, Result)
    assert (found.status, found.runtime, found.quality) == (Status.SAT, 1, 3)


def test_metrics_are_tabbed_lines_and_groups_and_the_last_of_each_counts(tmp_path: Path) -> None:
    log = (
        "testerr\t0.5\n  acc\t1 \nno name\t1\na\tb\tc\n7\t8\nbinary\t\x07\x01\n"
        "\x1b[1mtesterr\t0.25\x1b[0m\r\n"
        "1/2 Val error: 3\r2/2 Val error: \x1b[31m0.75\x1b[0m\nmaybe\nvalerr\tx\nVal error: 0.5"
    )
    assert reading(tmp_path, log).metrics == {
        "testerr": "0.25",
        "acc": "1",
        "valerr": "0.5",
        "maybe": "",
    }


def test_a_table_that_is_printed_is_not_kept_as_metrics_without_end(tmp_path: Path) -> None:
    table = "".join(f"row{i}\t{i}\n" for i in range(5000))
    found = reading(tmp_path, f"{table}valerr\t0.5\n").metrics
    assert len(found) <= 1001
    assert found["valerr"] == "0.5"


def test_a_hundred_megabytes_of_chatter_take_no_memory(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    lines = b"epoch 1 \x1b[32mloss\x1b[0m 0.123456789 \xff\xfe " + b"." * 5000 + b"\n"
    with log.open("wb") as file:
        for _ in range(35):
            file.write(b"." * 1_000_000)  # a line without end
        file.write(b"\n")
        for _ in range(65):
            file.write(lines * 200)
        file.write(f"Val error: 0.5\n{LINE}".encode())
    assert log.stat().st_size > 100_000_000
    tracemalloc.start()
    found = read_log(JOB, log, seed=7)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.metrics == {"valerr": "0.5"}
    assert found.answer.result
    assert peak < 15_000_000


def test_a_pattern_that_would_search_forever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smacwrap.wrapper.log._PATIENCE", 0.1)
    job = replace(JOB, metrics={"hard": re.compile("((a+)+)$")})
    found = reading(tmp_path, f"{LINE}\n{'a' * 50}b\nvalerr\t1", job)
    assert found.stuck == "the search for 'hard' in line 2 of the output takes too long"
    assert found.answer.result == Result(Status.SAT, 1.5, 3, 0.25, 7)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_an_output_that_takes_long_only_for_its_length_is_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smacwrap.wrapper.log._PATIENCE", 0.02)
    found = reading(tmp_path, "x\n" * 200_000 + LINE, replace(JOB, metrics={}))
    assert not found.stuck
    assert found.answer.result


def test_terminal_codes_without_an_end_are_no_work(tmp_path: Path) -> None:
    found = reading(tmp_path, "\x1b]8;;" * 100_000 + f"\n{LINE}")
    assert found.answer.result == Result(Status.SAT, 1.5, 3, 0.25, 7)

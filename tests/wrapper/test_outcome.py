"""From a log and an exit code to a status: the README's table, row by row, and odd outputs."""

import math
import re
import tracemalloc
from pathlib import Path

import pytest

from smacwrap.executors import Completion
from smacwrap.protocol import CallString, Result, Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.outcome import Outcome, failure, find_metrics, judge

PLAIN = Job(Path("job.toml"), CommandTemplate("true"))
VALERR = Job(
    Path("job.toml"),
    CommandTemplate("true"),
    quality="valerr",
    metrics={"valerr": re.compile(r"Val error: (\S+)"), "maybe": re.compile("maybe(x)?")},
)
CALL = CallString(cutoff=10.0, seed=7)
LINE = "Result of algorithm run: SAT, 1.5, 3, 0.25, 7"


def outcome(folder: Path, log: str | bytes, exit_code: int | None = 0, job: Job = PLAIN) -> Outcome:
    path = folder / "log.txt"
    path.write_bytes(log.encode() if isinstance(log, str) else log)
    return judge(job, CALL, Completion(exit_code, 2.5, 3.5, path, ()))


@pytest.mark.parametrize("exit_code", [0, 1, 10, 255, -9])
@pytest.mark.parametrize("job", [PLAIN, VALERR], ids=["without quality", "with quality"])
@pytest.mark.parametrize(
    ("line", "result"),
    [
        (LINE, Result(Status.SAT, 1.5, 3, 0.25, 7)),
        ("Result for ParamILS: UNSAT, 1, -1, 0, 7", Result(Status.UNSAT, 1, -1, 0, 7)),
        ("Result for SMAC: TIMEOUT, 10, 0, 9, 7, a=1", Result(Status.TIMEOUT, 10, 0, 9, 7, "a=1")),
        ("Result of SMAC: CRASHED, 1, 0, 5, 7", Result(Status.CRASHED, 1, 0, 5, 7)),
        ("Result for SMAC: ABORT, 1, 0, 5, 7", Result(Status.ABORT, 1, 0, 5, 7)),
    ],
)
def test_a_result_line_counts_as_it_is_whatever_the_exit_code(
    tmp_path: Path, line: str, result: Result, job: Job, exit_code: int
) -> None:
    found = outcome(tmp_path, f"working\n{line}\nbye\n", exit_code, job)
    assert found.result == result
    assert bool(found.reason) == result.status.failed


def test_the_jobs_quality_and_success_are_sat(tmp_path: Path) -> None:
    found = outcome(tmp_path, "Val error: 0.5\nVal error: 0.125\n", job=VALERR)
    assert found == Outcome(Result(Status.SAT, 2.5, 0, 0.125, 7), {"valerr": "0.125"})


def test_the_jobs_quality_goes_before_that_of_a_sat_line(tmp_path: Path) -> None:
    found = outcome(tmp_path, f"Val error: 0.125\n{LINE}\n", 1, VALERR)
    assert found.result == Result(Status.SAT, 1.5, 3, 0.125, 7)
    found = outcome(tmp_path, f"Val error: 0.125\n{LINE.replace('SAT', 'UNSAT')}\n", 1, VALERR)
    assert found.result.quality == 0.25


@pytest.mark.parametrize(
    ("log", "exit_code", "job", "reason"),
    [
        ("Val error: 0.1\n", 1, VALERR, "the target ended with exit code 1"),
        ("Val error: 0.1\n", 137, VALERR, "the target was killed by SIGKILL"),
        ("Val error: 0.1\n", -11, VALERR, "the target was killed by SIGSEGV"),
        ("", 0, VALERR, "quality 'valerr' is nowhere in its output"),
        ("Val error: \n", 0, VALERR, "quality 'valerr' is nowhere in its output"),
        ("Val error: low\n", 0, VALERR, "quality 'valerr' is not a number: 'low'"),
        ("Val error: nan\n", 0, VALERR, "quality 'valerr' is not a number: 'nan'"),
        ("Val error: -NaN\n", 0, VALERR, "quality 'valerr' is not a number: '-NaN'"),
        (f"Val error: nan\n{LINE}\n", 0, VALERR, "quality 'valerr' is not a number: 'nan'"),
        ("", 0, PLAIN, "the target printed no result line, and the job names no quality"),
        ("valerr\t0.1\n", 0, PLAIN, "the target printed no result line, and the job names no"),
        ("", 3, PLAIN, "the target ended with exit code 3"),
        ("Result for SMAC: SAT, 1\n", 0, PLAIN, "bad result line: expected 'STATUS"),
        ("Result for SMAC: SAT, 1, 1, nan, 1\n", 0, PLAIN, "bad result line: quality 'nan'"),
        (f"Result for SMAC: FINE\n{LINE}\n", 0, PLAIN, "bad result line: expected 'STATUS"),
    ],
)
def test_anything_else_is_crashed_with_its_reason(
    tmp_path: Path, log: str, exit_code: int, job: Job, reason: str
) -> None:
    found = outcome(tmp_path, log, exit_code, job)
    assert (found.result.status, found.result.quality, found.result.seed) == (
        Status.CRASHED,
        1e9,
        7,
    )
    assert found.reason.startswith(reason)


def test_a_target_over_its_cutoff_is_a_timeout_whatever_it_printed(tmp_path: Path) -> None:
    for log in ("", f"{LINE}\n", "Val error: 0.1\n"):
        found = outcome(tmp_path, log, None, VALERR)
        assert found.result == Result(Status.TIMEOUT, 10.0, 0, 1e9, 7)
        assert found.reason == "the cutoff was reached"


def test_a_target_that_reports_a_crash_gives_its_own_words_as_the_reason(tmp_path: Path) -> None:
    found = outcome(tmp_path, "Result for SMAC: CRASHED, 1, 0, 0, 7, reason=no licence")
    assert found.reason == "the target printed CRASHED: reason=no licence"
    assert outcome(tmp_path, "Result for SMAC: ABORT, 1, 0, 0, 7").reason == (
        "the target printed ABORT"
    )


@pytest.mark.parametrize(
    ("text", "quality"),
    [
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        ("1e400", math.inf),
        ("1e300", 1e300),
        ("-1E-3", -0.001),
        ("+7", 7.0),
    ],
)
def test_infinite_and_huge_qualities_are_numbers(tmp_path: Path, text: str, quality: float) -> None:
    assert outcome(tmp_path, f"Val error: {text}\n", job=VALERR).result.quality == quality
    line = f"Result for SMAC: SAT, 1, 1, {text}, 7"
    assert outcome(tmp_path, line).result.quality == quality


def test_the_first_result_line_counts_and_the_seed_is_the_one_that_was_sent(
    tmp_path: Path,
) -> None:
    log = f"{LINE.replace(', 7', ', 99')}\nResult for SMAC: CRASHED, 9, 9, 9, 7\n"
    assert outcome(tmp_path, log).result == Result(Status.SAT, 1.5, 3, 0.25, 7)


@pytest.mark.parametrize(
    "log",
    [
        LINE,
        f"{LINE}\r\n",
        f"10%\r50%\r100%\r{LINE}\n",
        f"10% [=>   ]\r\x1b[2K{LINE}\r\x1b[2Kdone",
        f"\x1b[1;32m{LINE}\x1b[0m\n",
        f"\x1b]8;;http://a\x1b\\{LINE}\x1b]8;;\x07\n",
        f"\ufeff{LINE}\n",
        f"2026-01-01 INFO {LINE}\n",
        f"caf\xe9 {LINE}\n".encode("latin-1"),
        b"\x80\xff\0\n" + LINE.encode() + b"\n\xff\xfe",
    ],
)
def test_a_result_line_is_found_among_whatever_else_is_printed(
    tmp_path: Path, log: str | bytes
) -> None:
    assert outcome(tmp_path, log).result == Result(Status.SAT, 1.5, 3, 0.25, 7)


def test_metrics_are_tabbed_lines_and_groups_and_the_last_of_each_counts(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    log.write_text(
        "testerr\t0.5\n  acc\t1 \nno name\t1\na\tb\tc\n7\t8\n\x1b[1mtesterr\t0.25\x1b[0m\r\n"
        "1/2 Val error: 3\r2/2 Val error: \x1b[31m0.75\x1b[0m\nmaybe\nvalerr\tx\nVal error: 0.5"
    )
    assert find_metrics(VALERR, log) == {
        "testerr": "0.25",
        "acc": "1",
        "valerr": "0.5",
        "maybe": "",
    }


def test_a_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    log = tmp_path / "log.txt"
    with log.open("w") as file:
        for _ in range(30):
            file.write("." * 1_000_000)
        file.write("\nVal error: 0.5\n")
    tracemalloc.start()
    assert find_metrics(VALERR, log) == {"valerr": "0.5"}
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 15_000_000


@pytest.mark.parametrize(
    ("exit_code", "said"),
    [
        (0, ""),
        (None, ""),
        (1, "exit code 1"),
        (127, "exit code 127"),
        (128, "exit code 128"),
        (139, "killed by SIGSEGV"),
        (255, "exit code 255"),
        (-15, "killed by SIGTERM"),
        (-99, "exit code -99"),
    ],
)
def test_an_exit_code_is_said_in_words(exit_code: int | None, said: str) -> None:
    assert failure(exit_code).endswith(said)
    assert bool(failure(exit_code)) == bool(said)

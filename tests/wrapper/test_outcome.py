"""From log and exit code to a status: docs/statuses.md's table, row by row, and odd outputs."""

import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.executors import Completion
from smacwrap.frozen import replace
from smacwrap.protocol import CallString, Result, Status
from smacwrap.wrapper.command import CommandTemplate
from smacwrap.wrapper.job import Job
from smacwrap.wrapper.outcome import Outcome, failure, judge
from smacwrap.wrapper.sources import JsonPlace, Measured

PLAIN = Job(Path("job.toml"), CommandTemplate("true"))
VALERR = Job(
    Path("job.toml"),
    CommandTemplate("true"),
    quality="valerr",
    metrics={"valerr": re.compile(r"Val error: (\S+)"), "maybe": re.compile("maybe(x)?")},
)
CALL = CallString(cutoff=10.0, seed=7)
LINE = "Result of algorithm run: SAT, 1.5, 3, 0.25, 7"
ACLIB = "Result of this algorithm run: "


def completion(
    folder: Path, log: str | bytes, exit_code: int | None = 0, **changes: object
) -> Completion:
    path = folder / "log.txt"
    path.write_bytes(log.encode() if isinstance(log, str) else log)
    return replace(Completion(exit_code, 2.5, 3.5, path, ()), **changes)


def outcome(folder: Path, log: str | bytes, exit_code: int | None = 0, job: Job = PLAIN) -> Outcome:
    return judge(job, CALL, completion(folder, log, exit_code))


def ran(job: Job, **changes: object) -> Job:
    """The job with other values."""
    return replace(job, **changes)


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
        ("Result for SMAC: SAT, , 1, 0.5, 1\n", 0, PLAIN, "bad result line: runtime '' is not"),
        (f"{ACLIB}{{'status': 'SUCCESS', 'cost': 1}}", 0, PLAIN, "bad result line: expected"),
        (f'{ACLIB}{{"status": "SUCCESS", "cost": 1}}', 0, PLAIN, "bad result line: expected"),
        (f'{ACLIB}{{"status": "SUCCESS", "runtime": 1}}', 0, PLAIN, "bad result line: expected"),
        ("Val error: inf\n", 0, VALERR, "quality 'valerr' is not finite: 'inf'"),
        ("Val error: 1e400\n", 0, VALERR, "quality 'valerr' is not finite: '1e400'"),
        ("Result for SMAC: SAT, 1, 1, -inf, 7", 0, PLAIN, "the quality of the result line is not"),
        ("Result for SMAC: SAT, 1, -5, 1, 7", 0, PLAIN, "bad result line: run length '-5' is neg"),
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


@pytest.mark.parametrize(
    "log",
    [
        "",
        "Val error: 0.1\n",
        LINE.replace("1.5", "10.3"),
        LINE.replace("SAT", "CRASHED"),
        "Result for SMAC: SAT",
    ],
)
def test_a_target_over_its_cutoff_is_a_timeout_without_a_result_in_time(
    tmp_path: Path, log: str
) -> None:
    found = judge(VALERR, CALL, completion(tmp_path, log, None, exceeded="CPU time"))
    assert found.result == Result(Status.TIMEOUT, 10.0, 0, 1e9, 7)
    assert found.reason == "the limit of CPU time was reached"


def test_a_result_that_was_printed_in_time_counts_though_the_target_ran_on(tmp_path: Path) -> None:
    for runtime in (1.5, 10.1):
        line = LINE.replace("1.5", str(runtime))
        found = judge(PLAIN, CALL, completion(tmp_path, line, None, exceeded="wall time"))
        assert found.result == Result(Status.SAT, runtime, 3, 0.25, 7)
        assert found.warnings == (
            "the target printed its result, and ran on to the limit of wall time",
        )
    job = ran(SOLVER, statuses={Status.SAT: re.compile("^s SAT")})
    left = completion(tmp_path, "s SAT\n", None, exceeded="wall time")
    assert judge(job, CALL, left).result == Result(Status.SAT, 2.5, 0, 2.5, 7)
    late = replace(left, cpu_time=11.0, exceeded="CPU time")
    assert judge(job, CALL, late).result == Result(Status.TIMEOUT, 10.0, 0, 10.0, 7)
    without = ran(job, quality="q", metrics={"q": re.compile("q (.*)")})
    assert judge(without, CALL, left).result == Result(Status.TIMEOUT, 10.0, 0, 1e9, 7)


def test_where_the_run_time_is_the_quality_a_timeout_costs_the_cutoff(tmp_path: Path) -> None:
    named = ran(VALERR, quality="t", runtime="t", metrics={"t": re.compile("t (.*)")})
    for job in (SOLVER, named):
        found = judge(job, CALL, completion(tmp_path, "", None, exceeded="CPU time"))
        assert found.result == Result(Status.TIMEOUT, 10.0, 0, 10.0, 7)


def test_a_decimal_comma_is_the_reason_where_a_number_is_none(tmp_path: Path) -> None:
    found = outcome(tmp_path, "Val error: 2,75\n", job=VALERR)
    assert found.reason == (
        "quality 'valerr' is not a number: '2,75' "
        "(is the comma a decimal one? print 2.75; LC_ALL=C makes printf and awk print points)"
    )
    found = outcome(tmp_path, "Result for SMAC: SAT, 0,5, 1, 2,75, 7\n")
    assert found.reason.startswith("bad result line: it has decimal commas: 'SAT, 0,5, 1, 2,75, 7'")


def test_a_quality_that_a_pattern_cuts_at_a_comma_is_a_warning(tmp_path: Path) -> None:
    job = ran(VALERR, metrics={"valerr": re.compile(r"error: ([\d.]+)")})
    (warning,) = outcome(tmp_path, "Val error: 2,75\n", job=job).warnings
    assert warning.startswith("quality 'valerr' is read as 2, and the target printed 2,75 (is the")
    for log in ("error: 2", "error: 2, 75", "errors: 2,75\nerror: 3", "error: 2,7,5"):
        assert outcome(tmp_path, log, job=job).warnings == ()


def test_the_targets_own_words_are_the_reason_of_its_failure(tmp_path: Path) -> None:
    log = "Val error: 0.1\nTraceback (most recent call last):\n  File\nValueError: no data\n"
    assert outcome(tmp_path, log, 1, VALERR).reason == "ValueError: no data (exit code 1)"
    aborted = outcome(tmp_path, "m: m.c:3: main: Assertion `0' failed.\n", -6, VALERR)
    assert aborted.reason == "m: m.c:3: main: Assertion `0' failed. (killed by SIGABRT)"


def test_a_target_that_reports_a_crash_gives_its_own_words_as_the_reason(tmp_path: Path) -> None:
    found = outcome(tmp_path, "Result for SMAC: CRASHED, 1, 0, 0, 7, reason=no licence")
    assert found.reason == "the target printed CRASHED: reason=no licence"
    assert outcome(tmp_path, "Result for SMAC: ABORT, 1, 0, 0, 7").reason == (
        "the target printed ABORT"
    )


@pytest.mark.parametrize("text", ["1e300", "-1E-3", "+7"])
def test_huge_and_negative_qualities_are_numbers(tmp_path: Path, text: str) -> None:
    quality = float(text)
    assert outcome(tmp_path, f"Val error: {text}\n", job=VALERR).result.quality == quality
    assert outcome(tmp_path, f"Result for SMAC: SAT, 1, 1, {text}, 7").result.quality == quality


@pytest.mark.parametrize("limit", ["memory", "disk", "output"])
def test_a_target_over_another_limit_is_crashed_with_its_name(tmp_path: Path, limit: str) -> None:
    found = judge(VALERR, CALL, completion(tmp_path, f"{LINE}\n", None, exceeded=limit))
    assert found.result.status is Status.CRASHED
    assert found.reason == f"the target went over its limit of {limit}"


@pytest.mark.parametrize(
    ("status", "runtime", "quality"),
    [(Status.TIMEOUT, 10.0, 1e9), (Status.UNSAT, 2.5, 100.0), (Status.ABORT, 2.5, 1e9)],
)
def test_a_target_over_its_memory_is_what_the_job_says(
    tmp_path: Path, status: Status, runtime: float, quality: float
) -> None:
    job = ran(VALERR, over_memory=status, infeasible=100.0)
    found = judge(job, CALL, completion(tmp_path, "Val error: 0.1\n", None, exceeded="memory"))
    assert found.result == Result(status, runtime, 0, quality, 7)
    assert found.reason == "the target went over its limit of memory"
    disk = judge(job, CALL, completion(tmp_path, "", None, exceeded="disk"))
    assert disk.result.status is Status.CRASHED


def test_the_first_of_two_result_lines_counts_with_a_warning(tmp_path: Path) -> None:
    found = outcome(tmp_path, f"{LINE}\nResult for SMAC: CRASHED, 9, 9, 9, 7\n")
    assert found.result == Result(Status.SAT, 1.5, 3, 0.25, 7)
    assert found.warnings == ("the target printed more than one result line; the first one counts",)
    assert outcome(tmp_path, f"{LINE}\n{LINE}\n").warnings == found.warnings


def test_both_forms_of_one_result_are_no_reason_for_a_warning(tmp_path: Path) -> None:
    aclib = f'{ACLIB}{{"status": "SUCCESS", "runtime": 1.5, "cost": 0.25, "misc": ""}}'
    for log in (f"{aclib}\n{LINE}\n", f"{LINE}\n{aclib}\n"):
        found = outcome(tmp_path, log)
        assert (found.result.quality, found.result.seed, found.warnings) == (0.25, 7, ())
    assert outcome(tmp_path, f"{aclib.replace('0.25', '0.5')}\n{LINE}\n").warnings


def test_another_seed_than_the_one_sent_is_corrected_with_a_warning(tmp_path: Path) -> None:
    found = outcome(tmp_path, LINE.replace(", 7", ", 99"))
    assert found.result == Result(Status.SAT, 1.5, 3, 0.25, 7)
    assert found.warnings == ("the target echoed the seed 99, and was given 7",)


def test_an_output_that_a_sat_run_did_not_write_is_a_warning(tmp_path: Path) -> None:
    job = ran(PLAIN, outputs=("./model.h5", "log", "*.png"))
    missing = ("log", "*.png", "result.json")
    found = judge(job, CALL, completion(tmp_path, LINE, missing=missing))
    assert found.result.status is Status.SAT
    assert found.warnings == ("there is no output file 'log'", "no output file matches '*.png'")
    unsat = completion(tmp_path, LINE.replace("SAT", "UNSAT"), missing=missing)
    assert judge(job, CALL, unsat).warnings == ()


def test_maximised_qualities_are_negated_and_their_metrics_are_not(tmp_path: Path) -> None:
    job = ran(VALERR, maximize=True, infeasible=0.0)
    found = outcome(tmp_path, "Val error: 0.9", job=job)
    assert (found.result.quality, found.metrics) == (-0.9, {"valerr": "0.9"})
    assert outcome(tmp_path, LINE, job=job).result.quality == -0.25
    assert outcome(tmp_path, LINE.replace("SAT", "CRASHED"), job=job).result.quality == 0.25
    assert outcome(tmp_path, "", 1, job).result.quality == 1e9


def test_unsat_has_the_jobs_quality_for_infeasible_configurations(tmp_path: Path) -> None:
    job = ran(VALERR, infeasible=1.0, exit_codes={0: Status.SAT, 3: Status.UNSAT})
    for log, code in (("", 3), (LINE.replace("SAT", "UNSAT"), 0), ("Val error: 0.1", 3)):
        found = outcome(tmp_path, log, code, job)
        assert (found.result.status, found.result.quality) == (Status.UNSAT, 1.0)
    without = ran(PLAIN, exit_codes={3: Status.UNSAT})
    found = outcome(tmp_path, "", 3, without)
    assert found.result.status is Status.CRASHED
    assert found.reason == "the target is UNSAT, and the job names no quality for infeasible runs"


SOLVER = Job(
    Path("job.toml"),
    CommandTemplate("true"),
    quality="cpu_time",
    metrics={"cpu_time": Measured.CPU_TIME},
    exit_codes={10: Status.SAT, 20: Status.UNSAT, 124: Status.TIMEOUT, 9: Status.ABORT},
)


@pytest.mark.parametrize(
    ("exit_code", "status"),
    [
        (10, Status.SAT),
        (20, Status.UNSAT),
        (124, Status.TIMEOUT),
        (9, Status.ABORT),
        (0, Status.CRASHED),
        (1, Status.CRASHED),
        (-9, Status.CRASHED),
    ],
)
def test_exit_codes_of_a_solver_are_its_answer(
    tmp_path: Path, exit_code: int, status: Status
) -> None:
    found = outcome(tmp_path, "c hello\n", exit_code, SOLVER)
    assert found.result.status is status
    if status.decided:
        assert (found.result.runtime, found.result.quality) == (2.5, 2.5)
    else:
        assert found.reason


def test_words_of_a_solver_are_its_answer_and_the_first_ones_count(tmp_path: Path) -> None:
    words = {
        Status.SAT: re.compile("^s SATISFIABLE"),
        Status.UNSAT: re.compile("^s UNSATISFIABLE"),
        Status.ABORT: re.compile("no licence"),
    }
    job = ran(SOLVER, exit_codes={}, statuses=words)
    for log, status in (
        ("c x\ns SATISFIABLE\nno licence", Status.SAT),
        ("s UNSATISFIABLE\n", Status.UNSAT),
        ("no licence\ns SATISFIABLE", Status.ABORT),
        ("s UNKNOWN\n", Status.CRASHED),
    ):
        for exit_code in (0, 1):
            assert outcome(tmp_path, log, exit_code, job).result.status is status
    assert outcome(tmp_path, "", 0, job).reason == "exit code 0 has no status in exit_codes"


def test_an_exit_code_can_be_the_quality_but_a_signal_is_a_crash(tmp_path: Path) -> None:
    job = ran(
        PLAIN, quality="exit_code", metrics={"exit_code": Measured.EXIT_CODE}, exit_codes=None
    )
    for code in (0, 3, 125):
        assert outcome(tmp_path, "", code, job).result.quality == code
    for code in (-9, 139):
        assert outcome(tmp_path, "", code, job).result.status is Status.CRASHED


@pytest.mark.parametrize(
    ("log", "runtime", "reason"),
    [
        ("t: 0.5\nVal error: 1", 0.5, ""),
        ("Val error: 1", None, "runtime 't' is nowhere in its output"),
        ("t: fast\nVal error: 1", None, "runtime 't' is not a number: 'fast'"),
        ("t: -1\nVal error: 1", None, "the runtime is not a finite time: -1.0"),
    ],
)
def test_a_job_can_name_the_metric_that_is_the_runtime(
    tmp_path: Path, log: str, runtime: float | None, reason: str
) -> None:
    job = ran(VALERR, runtime="t", metrics={**VALERR.metrics, "t": re.compile(r"t: (\S+)")})
    found = outcome(tmp_path, log, job=job)
    assert found.reason == reason
    if runtime is not None:
        assert found.result == Result(Status.SAT, runtime, 0, 1.0, 7)
    wall = ran(VALERR, runtime="w", metrics={**VALERR.metrics, "w": Measured.WALLCLOCK_TIME})
    assert outcome(tmp_path, "Val error: 1", job=wall).result.runtime == 3.5


def test_json_comes_from_the_last_object_printed_or_from_a_file(tmp_path: Path) -> None:
    job = ran(PLAIN, quality="loss", metrics={"loss": JsonPlace("val.0.loss")})
    log = '{"val": [{"loss": 1}]}\n{"val": [{"loss": 0.5}]}\n{"epoch": 2}\n{broken\n'
    assert outcome(tmp_path, log, job=job).result.quality == 0.5
    assert outcome(tmp_path, "{", job=job).reason == "quality 'loss' is nowhere in its output"
    from_file = ran(job, json="out/result.json")
    assert outcome(tmp_path, log, job=from_file).reason == (
        "quality 'loss' is nowhere in out/result.json"
    )
    file = tmp_path / "result.json"
    for content, quality in (('{"val": [{"loss": 0.25}]}', 0.25), ("{", None), ("[NaN]", None)):
        file.write_text(content)
        left = (("out/result.json", file),)
        found = judge(from_file, CALL, completion(tmp_path, log, outputs=left))
        assert found.result.quality == (1e9 if quality is None else quality)


def postprocess(folder: Path, log: str, exit_code: int = 0) -> Callable[[], Completion]:
    path = folder / "post.txt"
    path.write_text(log)
    return lambda: Completion(exit_code, 0.1, 0.1, path, ())


def test_what_post_processing_prints_are_metrics(tmp_path: Path) -> None:
    done = completion(tmp_path, "Val error: 1\n")
    found = judge(VALERR, CALL, done, postprocess(tmp_path, "valerr\t0.5\nother\t2\n"))
    assert found == Outcome(Result(Status.SAT, 2.5, 0, 0.5, 7), {"valerr": "0.5", "other": "2"})


def test_post_processing_that_fails_is_a_crash(tmp_path: Path) -> None:
    done = completion(tmp_path, "Val error: 1\n")
    found = judge(VALERR, CALL, done, postprocess(tmp_path, "valerr\t0.5\n", 3))
    assert found.result.status is Status.CRASHED
    assert found.reason == "the post-processing ended with exit code 3"


@pytest.mark.parametrize(("log", "exit_code"), [("", 1), (LINE.replace("SAT", "UNSAT"), 0)])
def test_a_run_that_is_not_sat_is_not_post_processed(
    tmp_path: Path, log: str, exit_code: int
) -> None:
    def never() -> Completion:
        raise AssertionError

    assert judge(VALERR, CALL, completion(tmp_path, log, exit_code), never)


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
        (-33, "killed by signal 33"),
        (-99, "killed by signal 99"),
        (128 + 33, "exit code 161"),
    ],
)
def test_an_exit_code_is_said_in_words(exit_code: int | None, said: str) -> None:
    assert failure(exit_code).endswith(said)
    assert bool(failure(exit_code)) == bool(said)


def test_a_log_that_takes_a_pattern_forever_is_a_crash_unless_the_time_was_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("smacwrap.wrapper.log._PATIENCE", 0.05)
    job = ran(VALERR, metrics={"hard": re.compile("((a+)+)$")})
    log = f"{'a' * 50}b\n"
    found = outcome(tmp_path, log, job=job)
    assert found.result.status is Status.CRASHED
    assert found.reason == "the search for 'hard' in line 1 of the output takes too long"
    timed_out = judge(job, CALL, completion(tmp_path, log, None, exceeded="CPU time"))
    assert timed_out.result.status is Status.TIMEOUT


@pytest.mark.parametrize("number", ["inf", "-Infinity", "1e999"])
def test_no_result_has_an_infinite_number(tmp_path: Path, number: str) -> None:
    for line in (
        f"CRASHED, {number}, 1, {number}, 7",
        f"TIMEOUT, {number}, 1, 1, 7",
        "SAT, 1, inf, 1, 7",
    ):
        result = outcome(tmp_path, f"Result for SMAC: {line}\n").result
        assert math.isfinite(result.runtime + result.run_length + result.quality)

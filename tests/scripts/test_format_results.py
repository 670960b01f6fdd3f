"""The filter between a training script and the wrapper."""

import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts.conftest import SCRIPTS

SCRIPT = [sys.executable, str(SCRIPTS / "format_results.py")]


def formatted(formatting: ModuleType, content: bytes) -> tuple[bytes, bytes]:
    """What the filter makes of some input: (results, log)."""
    results, log = io.BytesIO(), io.BytesIO()
    formatting.format_results(io.BytesIO(content), results, log)
    return results.getvalue(), log.getvalue()


def test_errors_become_metrics_and_all_else_goes_to_the_log(formatting: ModuleType):
    content = b"Epoch 1/1\nTest error: 0.05\nVal error: 0.0625\nbye\n"
    assert formatted(formatting, content) == (
        b"testerr\t0.05\nvalerr\t0.0625\n",
        b"Epoch 1/1\nbye\n",
    )


@pytest.mark.parametrize(
    "line",
    [
        b"Result of algorithm run: UNSAT, 2.5, 0, 1.000000, 1\n",
        b"Result of this Algorithm Run: SAT, 1, 0, 0.5, -1, testerr=0.5\r\n",
        b"Final Result for ParamILS: SAT, 1, 0, 0.5, -1",
    ],
)
def test_a_result_line_passes_through_unchanged(formatting: ModuleType, line: bytes):
    assert formatted(formatting, line) == (line, b"")


@pytest.mark.parametrize("line", [b"Val error: ", b"Val error: 0.1 of 360", b"My Val error: 0.1"])
def test_a_line_that_only_resembles_a_metric_goes_to_the_log(formatting: ModuleType, line: bytes):
    assert formatted(formatting, line) == (b"", line)


def test_a_metric_needs_no_final_newline(formatting: ModuleType):
    assert formatted(formatting, b"Val error: 0.25") == (b"valerr\t0.25\n", b"")
    assert formatted(formatting, b"Val error: 0.25\r\n") == (b"valerr\t0.25\n", b"")


@given(content=st.binary())
def test_any_bytes_without_a_metric_reach_the_log_unchanged(formatting: ModuleType, content: bytes):
    assert formatted(formatting, content) == (b"", content)


@given(
    lines=st.lists(
        st.one_of(
            st.binary(max_size=20).map(lambda text: b"#" + text.replace(b"\n", b"")),
            st.floats(0, 1).map(lambda value: f"Test error: {value}".encode()),
            st.floats(0, 1).map(lambda value: f"Val error: {value}".encode()),
            st.just(b"Result of algorithm run: SAT, 1.0, 0, 0.5, 1"),
        )
    )
)
def test_every_line_arrives_once_and_in_order(formatting: ModuleType, lines: list[bytes]):
    results, log = formatted(formatting, b"".join(line + b"\n" for line in lines))
    assert log.splitlines(keepends=True) == [
        piece
        for line in lines
        if line.startswith(b"#")
        for piece in (line + b"\n").splitlines(True)
    ]
    names = {b"testerr\t": b"Test error: ", b"valerr\t": b"Val error: "}
    for short, long in names.items():
        results = results.replace(short, long)
    assert results.splitlines() == [line for line in lines if not line.startswith(b"#")]


def test_a_line_comes_out_before_the_next_one_goes_in():
    with subprocess.Popen(SCRIPT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"Val error: 0.5\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"valerr\t0.5\n"
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_finding_nothing_is_no_error():
    run = subprocess.run(SCRIPT, input=b"\xff\0 nothing", capture_output=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, b"", b"\xff\0 nothing")


def test_a_file_is_read_instead_of_standard_input(tmp_path: Path):
    (tmp_path / "log").write_bytes(b"Test error: 0.5\n")
    run = subprocess.run([*SCRIPT, tmp_path / "log"], capture_output=True, check=False)
    assert (run.returncode, run.stdout) == (0, b"testerr\t0.5\n")


def test_a_missing_file_is_one_clear_line(tmp_path: Path):
    run = subprocess.run(
        [*SCRIPT, tmp_path / "none"], capture_output=True, check=False, encoding="utf-8"
    )
    assert (run.returncode, run.stdout) == (2, "")
    assert len(run.stderr.splitlines()) == 1
    assert str(tmp_path / "none") in run.stderr

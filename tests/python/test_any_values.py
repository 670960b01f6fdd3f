"""Whatever a configuration holds, a function gives exactly one result line and exit code 0."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.protocol import Status, is_result_line, parse_result_line

NAMES = st.sampled_from(["i", "f", "b", "lit", "e", "s", "seed", "rest", "@x.y:1"]) | st.text()
VALUES = st.one_of(
    st.text(),
    st.sampled_from(["1", "0.5", "nan", "inf", "-1e400", "true", "none", "rbf", "'quoted'"]),
    st.sampled_from(["Result for SMAC: SAT, 1, 1, 1, 1", "a\nb", "\0", "\udc80", "x" * 10000]),
)


@pytest.fixture(scope="module")
def server() -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("fork_server.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    name=st.sampled_from(["typed", "choices", "texts", "loud"]),
    instance=st.text(min_size=1).filter(lambda text: not text.startswith("--")),
    parameters=st.dictionaries(NAMES.filter(len), VALUES, max_size=4),
)
def test_any_values_give_one_result_line_and_exit_code_0(
    server: "subprocess.Popen[str]", name: str, instance: str, parameters: dict[str, str]
) -> None:
    words = [instance, "0", "50", "0", "4"]
    words += [word for key, value in parameters.items() for word in (f"-{key}", value)]
    assert server.stdin
    assert server.stdout
    print(json.dumps([name, words]), file=server.stdin, flush=True)
    exit_code, written = json.loads(server.stdout.readline())
    assert exit_code == 0
    assert written.endswith("\n")
    (line,) = written[:-1].split("\n")
    assert is_result_line(line)
    result = parse_result_line(line)
    assert result.seed == 4
    if name == "loud":
        assert result.status is Status.CRASHED

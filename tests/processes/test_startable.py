"""Why a program cannot be started, as people are told it."""

import sys
from pathlib import Path

import pytest

from smacwrap.processes.startable import start_problem
from tests.conftest import write_program


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("#!/bin/sh\ntrue\n", ""),
        ("#!/usr/bin/env python\n", ""),
        ("#!/bin/sh\r\ntrue\r\n", r"ends with a carriage return, \r, as on Windows (try: sed -i "),
        ("#!/usr/bin/env python\r\n", "(try: sed -i 's/\\r$//' ./t.sh)"),
        ("#!/no/such/python\n", "the first line of ./t.sh names /no/such/python, which does not"),
        ("#!/etc/passwd\n", "the first line of ./t.sh names /etc/passwd, which is not executable"),
        ("true\n", "./t.sh is a script without a first line such as #!/bin/sh"),
        ("\ufeff#!/bin/sh\n", "./t.sh begins with a byte order mark"),
        ("", "./t.sh is empty"),
    ],
)
def test_a_script_is_looked_into(tmp_path: Path, text: str, problem: str) -> None:
    write_program(tmp_path / "t.sh", text).write_bytes(text.encode())
    found = start_problem("./t.sh", tmp_path)
    assert problem in found
    assert bool(found) == bool(problem)


def test_what_is_no_program_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "t.sh").write_text("#!/bin/sh\n")
    (tmp_path / "d").mkdir()
    assert start_problem("./t.sh", tmp_path) == ("./t.sh is not executable (try: chmod +x ./t.sh)")
    assert start_problem("./d", tmp_path) == "./d is a folder"
    assert start_problem("./u", tmp_path) == "./u does not exist"
    assert start_problem("t.sh", tmp_path) == (
        "there is no program 't.sh' on the PATH … did you mean './t.sh'?"
    )
    assert start_problem("no-such", tmp_path) == "there is no program 'no-such' on the PATH"
    assert start_problem(sys.executable) == start_problem("sh") == ""
    assert start_problem("sh", path=str(tmp_path)) == "there is no program 'sh' on the PATH"

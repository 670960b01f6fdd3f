"""Fuzzing: the readers withstand it, and what they would not withstand is found and reduced."""

import os
import subprocess
import sys
from pathlib import Path

from tests.scripts.conftest import SCRIPTS

# A reader with two faults, fuzzed like those of the formats.
FAULTY = """
import sys
sys.path.insert(0, {scripts!r})
from fuzzing.targets import FORMATS, Format

def read(data, path):
    assert path.read_bytes() == data
    if b"boom" in data:
        raise KeyError("boom")
    if b"eat" in data:
        b'x' * (100 << 20)
    raise ValueError("an error for people")

FORMATS["faulty"] = Format(read, ValueError, (b"boom", b"eat"), examples=(b"a b\\nc " * 9,))

import fuzz_formats
if __name__ == "__main__":
    fuzz_formats.main()
"""


def fuzz(*words: object, script: Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, str(script), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_readers_withstand_thousands_of_damaged_files_and_small_monsters(tmp_path):
    words = ("--inputs", 4000, "--monsters", 20_000)
    done = fuzz(*words, script=SCRIPTS / "fuzz_formats.py", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "live-rundata" in done.stdout
    assert not list(tmp_path.iterdir())


def test_inputs_that_fail_are_reduced_and_written(tmp_path):
    script = tmp_path / "faulty.py"
    script.write_text(FAULTY.format(scripts=str(SCRIPTS)))
    words = ("--format", "faulty", "--inputs", 100, "--monsters", 0, "--output", "failed")
    done = fuzz(*words, script=script, cwd=tmp_path)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "KeyError: 'boom'" in done.stdout
    assert "memory: took" in done.stdout
    assert {path.read_bytes() for path in (tmp_path / "failed").iterdir()} == {b"boom", b"eat"}


def test_another_seed_makes_other_inputs(monkeypatch):
    monkeypatch.syspath_prepend(str(SCRIPTS))
    from random import Random

    from fuzzing.inputs import Mutator

    def inputs(seed: int) -> list[bytes]:
        mutator = Mutator([b"n [1, 10] [3]\n"], [b"log"], Random(seed))
        return [mutator.input() for _ in range(20)]

    assert inputs(1) == inputs(1) != inputs(2)

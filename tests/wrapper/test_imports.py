"""The wrapper is started once per run: what it loads is what every run waits for."""

import subprocess
import sys
from pathlib import Path

# Every module takes time: a new name here should be worth it.
WRAPPER = """
ast bz2 binascii copy dataclasses datetime dis fcntl inspect json linecache lzma math opcode select
shlex shutil signal string struct threading token tokenize tomllib typing weakref zipfile zlib
""".split()
# Loaded in its own process, while the wrapper unpacks the inputs.
GUARD = "ctypes locale resource selectors subprocess".split()
# Loaded by `python -c pass` or not, as it is installed; by `python -m` in any case; or looked for
# and not there.
PYTHON = """
collections contextlib enum errno fnmatch functools importlib ipaddress itertools keyword msvcrt
ntpath operator org pathlib pkgutil re reprlib runpy types urllib warnings
""".split()


def loaded(*words: str, cwd: Path) -> set[str]:
    """The packages that a Python loads, without those of C behind them."""
    command = [sys.executable, "-X", "importtime", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines[1:]}
    return {name for name in names if not name.startswith("_")}


def test_a_run_loads_the_wrapper_and_a_few_standard_modules(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "large").write_bytes(bytes(1_000_000))
    (tmp_path / "job.toml").write_text(
        "[run]\ninput = 'input'\ncommand = 'printf loss\\\\t1'\n[result]\nquality = 'loss'"
    )
    call = "run job.toml no_instance 0 60 2147483647 1 -x 1".split()
    new = loaded("-m", "smacwrap", *call, cwd=tmp_path) - loaded("-c", "pass", cwd=tmp_path)
    assert new - {*WRAPPER, *GUARD, *PYTHON} == {"smacwrap"}

"""The wrapper is started once per run: what it loads is what every run waits for."""

import subprocess
import sys
from pathlib import Path

JOB = "[run]\ninput = 'input'\ncommand = 'printf loss\\\\t1'\n[result]\nquality = 'loss'\n"
ROOT = Path(__file__).parent.parent.parent
CALL = "run job.toml no_instance 0 60 2147483647 1 -x 1".split()
SMACWRAP = "from smacwrap.__main__ import main; main()"  # as the installed command has it

# Every module takes time: a new name here should be worth it. First what the wrapper loads, …
WRAPPER = "ctypes gc json marshal math select shlex signal struct zlib".split()
# … and its guard, which has loaded the rest with it;
GUARD = ["resource"]
# then what these load, which other versions of Python load in any case, or do not.
BEHIND = """
__future__ collections contextlib copyreg enum errno fnmatch functools glob importlib ipaddress
itertools keyword ntpath operator pathlib re reprlib types urllib warnings
""".split()
# Named by the documentation of pathlib and ctypes for other systems, and not there.
ABSENT = "grp msvcrt nt org pwd winreg".split()


def loaded(*words: str, cwd: Path) -> set[str]:
    """The packages that a Python loads, without those of C behind them."""
    command = [sys.executable, "-X", "importtime", *words]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    names = {line.rpartition("|")[2].strip().partition(".")[0] for line in lines[1:]}
    return {name for name in names if not name.startswith("_") or name == "__future__"}


def test_the_guard_is_forked_before_much_is_loaded(tmp_path: Path) -> None:
    code = "from smacwrap.processes.guard import Guard"
    new = loaded("-S", "-c", code, cwd=ROOT) - loaded("-S", "-c", "pass", cwd=ROOT)
    assert new & {"ctypes", "json", "pathlib", "re"} == set()


def test_a_run_loads_the_wrapper_and_a_few_standard_modules(tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    (tmp_path / "input" / "large").write_bytes(bytes(1_000_000))
    (tmp_path / "job.toml").write_text(JOB)
    for _ in range(2):  # first the inputs are packed, then the job is remembered
        loaded("-c", SMACWRAP, *CALL, cwd=tmp_path)
    new = loaded("-c", SMACWRAP, *CALL, cwd=tmp_path) - loaded("-c", "pass", cwd=tmp_path)
    assert new - {*WRAPPER, *GUARD, *BEHIND, *ABSENT} == {"smacwrap"}

"""Commands that a person waits for load nothing heavy: ConfigSpace alone takes a second."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"ConfigSpace", "numpy", "scipy", "smac", "sklearn", "pandas"}
GROUPS = {
    "": "launch run algo-test status stop forget import state-merge",
    "pcs": "check show fmt convert sample default from-script diff",
    "scenario": "new check show",
}
COMMANDS = [
    f"{group} {name}".strip() for group, names in GROUPS.items() for name in ("", *names.split())
]
PCS = """\
lr real [0.0001, 1] [0.01] log
n integer [1, 50] [5]
kind categorical {a, b} [a]
"""
TIED = f"{PCS}size ordinal {{s, m}} [s]\nsize | kind == b\n{{kind=b, n=7}}\n{{n * lr > 40}}\n"
SCENARIO = """\
algo = python target.py
pcs-file = params.pcs
runObj = QUALITY
use-instances = false
deterministic = true
numberOfRunsLimit = 1
"""
TARGET = 'print("Result for ParamILS: SAT, 0.1, 1, 0.5, 0")\n'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, and its study of one run."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / "params.pcs").write_text(TIED)
    (folder / "free.pcs").write_text(PCS)
    (folder / "scenario.txt").write_text(SCENARIO)
    (folder / "target.py").write_text(TARGET)
    return folder


def loaded(folder: Path, words: str, code: int = 0) -> set[str]:
    """The packages that a command loads; `code` is the exit code it is to end with."""
    command = [sys.executable, "-X", "importtime", "-m", "smacwrap", *words.split()]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


def test_what_is_loaded_is_seen(folder: Path) -> None:
    assert {"click", "numpy"} <= loaded(folder, "pcs sample free.pcs")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_loads_nothing_heavy(folder: Path, command: str) -> None:
    assert loaded(folder, f"{command} --help") & HEAVY == set()


def test_a_launch_its_status_and_its_end_load_nothing_heavy(folder: Path) -> None:
    # The workers are processes of their own, and load what they need while the first run goes on.
    assert loaded(folder, "launch scenario.txt --engine random") & HEAVY == set()
    assert loaded(folder, "launch scenario.txt --resume") & HEAVY == set()
    assert loaded(folder, "status smac-output") & HEAVY == set()
    assert loaded(folder, "stop smac-output", code=2) & HEAVY == set()
    assert loaded(folder, "forget smac-output 1-1") & HEAVY == set()


@pytest.mark.parametrize(
    "words",
    [
        "scenario check scenario.txt",
        "scenario show scenario.txt",
        "algo-test scenario.txt",
        "pcs check free.pcs",
        "pcs default params.pcs",
        "pcs diff params.pcs params.pcs",
        "pcs fmt free.pcs",
        "pcs show free.pcs",
        "pcs convert params.pcs --to new",
    ],
)
def test_what_reads_and_checks_files_loads_nothing_heavy(folder: Path, words: str) -> None:
    assert loaded(folder, words) & HEAVY == set()


@pytest.mark.parametrize(
    "words", ["pcs check params.pcs", "pcs show params.pcs", "pcs sample free.pcs"]
)
def test_what_parameters_do_to_each_other_is_reckoned_with_numpy_alone(
    folder: Path, words: str
) -> None:
    assert loaded(folder, words) & HEAVY == {"numpy"}


def test_a_script_that_imports_smacwrap_loads_nothing_heavy() -> None:
    code = "import smacwrap, sys; smacwrap.target; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()


def test_the_default_of_a_pcs_file_is_told_without_what_is_heavy() -> None:
    code = "import sys\nfrom smacwrap.pcs import default_texts, from_record, parse_pcs, to_text\n"
    code += f"print(default_texts({TIED!r}).active, file=sys.stderr)\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "('kind', 'lr', 'n')"
    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()

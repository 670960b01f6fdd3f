"""The shipped PCS, scenario and job files, as the first user of this project finds them."""

import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from smacwrap.protocol import Result, Status, parse_result_line

ROOT = Path(__file__).parents[2]
EXAMPLES = ("digits_cnn", "mnist_cnn")
FLAGS = ("nb_filters", "nb_conv", "nb_pool", "dropout1", "dropout2")
PUBLISHED = ROOT / "pcs/mnist_cnn.pcs"
PCS_FILES = sorted({*ROOT.glob("pcs/*.pcs"), *ROOT.glob("scenarios/*/*.pcs")} - {PUBLISHED})


def test_the_mnist_files_are_the_published_ones():
    assert PUBLISHED.read_text() == (
        "nb_filters integer [4, 256] [32]\n"
        "nb_conv integer [1, 20] [3]\n"
        "nb_pool integer [1, 20] [2]\n"
        "dropout1 real [0, 1] [0.25]\n"
        "dropout2 real [0, 1] [0.5]\n"
    )
    assert (ROOT / "scenarios/mnist_cnn/scenario.txt").read_text() == (
        "use-instances = false\n"
        "runObj = QUALITY\n"
        "numberOfRunsLimit = 100\n"
        "pcs-file = ../../pcs/mnist_cnn.pcs\n"
        "algo = smacwrap run job.toml\n"
        "check-sat-consistency = false\n"
        "check-sat-consistency-exception = false\n"
    )


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_defaults_of_a_pcs_file_are_those_of_the_training_script(training, example: str):
    lines = (ROOT / f"pcs/{example}.pcs").read_text().splitlines()
    defaults = {line.split()[0]: float(line.split("[")[-1].rstrip("]")) for line in lines}
    arguments = training.parse_arguments([])
    assert defaults == {name: getattr(arguments, name) for name in FLAGS}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_job_packs_scripts_that_exist_and_minimises_the_validation_error(example: str):
    path = ROOT / f"scenarios/{example}/job.toml"
    job = tomllib.loads(path.read_text())
    inputs = [path.parent / name for name in job["run"]["input"]]
    assert all(file.is_file() for file in inputs)
    assert all(f"python {file.name} " in f"{job['run']['command']} " for file in inputs)
    assert job["result"]["quality"] == "valerr"


Smacwrap = Callable[..., "subprocess.CompletedProcess[str]"]
HEAD = "no_instance 0 1.7976931348623157E308 2147483647 -1".split()
SMAC2 = os.environ.get("SMAC2_HOME", "")
needs_clingo = pytest.mark.skipif(
    importlib.util.find_spec("clingo") is None, reason="clingo is not installed"
)


def installed(folder: Path, example: str) -> Path:
    """A copy of a shipped scenario's folder, with the folders that it refers to."""
    for name in ("pcs", f"scenarios/{example}"):
        shutil.copytree(ROOT / name, folder / name)
    return folder / "scenarios" / example


def test_the_pcs_files_are_laid_out_as_fmt_does_it(smacwrap: Smacwrap) -> None:
    assert ROOT / "pcs/digits_cnn.pcs" in PCS_FILES
    done = smacwrap("pcs", "fmt", "--check", *PCS_FILES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def run(smacwrap: Smacwrap, folder: Path, call: list[str]) -> Result:
    """One run of the job in a folder, with this Python's programs first on the PATH."""
    done = smacwrap("run", "job.toml", *call, cwd=folder, env={"PATH": own_path()})
    return parse_result_line(done.stdout)


def own_path() -> str:
    return f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("example", [*EXAMPLES, "template_doe"])
def test_nothing_is_wrong_with_a_scenario_that_can_be_launched(
    example: str, smacwrap: Smacwrap
) -> None:
    done = smacwrap("scenario", "check", ROOT / f"scenarios/{example}/scenario.txt")
    assert done.returncode == 0
    assert "error" not in done.stdout
    assert "warning" not in done.stdout


def test_a_template_is_run_and_its_output_maximised(tmp_path: Path, smacwrap: Smacwrap) -> None:
    folder = installed(tmp_path, "template_doe")
    template = (folder / "reactor.awk.in").read_text()
    done = smacwrap("pcs", "default", tmp_path / "pcs/template_doe.pcs")
    result = run(smacwrap, folder, [*HEAD, *shlex.split(done.stdout)])
    assert (result.status, round(result.quality, 2)) == (Status.SAT, -0.19)
    assert "yield=" in result.additional
    assert (folder / "reactor.awk.in").read_text() == template
    hot = "-temperature 420 -concentration 2 -minutes 60 -catalyst platinum".split()
    result = run(smacwrap, folder, [*HEAD, *hot])
    assert (result.status, result.quality) == (Status.UNSAT, 0.0)


@pytest.fixture
def clasp(tmp_path: Path) -> Path:
    """A copy of the clasp scenario with two instances of each kind, in an order of its own."""
    folder = installed(tmp_path, "clasp")
    words = ["scripts/make_cnf_instances.py", str(folder / "instances"), "--number", "2"]
    subprocess.run([sys.executable, *words], cwd=ROOT, check=True)
    for name in ("train.txt", "test.txt"):
        listed = folder / "instances" / name
        listed.write_text(listed.read_text().replace(f"{folder}/", ""))
    return folder


@needs_clingo
def test_clasp_answers_with_its_run_time(clasp: Path, smacwrap: Smacwrap) -> None:
    (clasp / "instances" / "tiny.cnf").write_text("p cnf 2 2\n1 2 0\n-1 2 0\n")
    default = shlex.split(smacwrap("pcs", "default", "pcs/clasp.pcs").stdout)
    for instance, status in (
        ("instances/tiny.cnf", Status.SAT),
        ("instances/pigeonhole-1.cnf", Status.UNSAT),
        ("instances/absent.cnf", Status.CRASHED),
    ):
        result = run(smacwrap, clasp, [instance, "0", "30", "0", "7", *default])
        assert result.status is status
        if status.decided:
            assert 0 < result.runtime == result.quality < 30
            assert "solver_time=" in result.additional


@needs_clingo
def test_clasp_takes_random_configurations(clasp: Path, smacwrap: Smacwrap) -> None:
    (clasp / "tiny.cnf").write_text("p cnf 2 2\n1 2 0\n-1 2 0\n")
    lines = smacwrap("pcs", "sample", "pcs/clasp.pcs", "-n", "8").stdout.splitlines()
    assert len(lines) == 8
    for line in lines:
        result = run(smacwrap, clasp, ["tiny.cnf", "0", "30", "0", "7", *shlex.split(line)])
        assert result.status is Status.SAT, line


def tuned_by_smac2(folder: Path) -> list[str]:
    """The six runs of SMAC v2 on the scenario in a folder, as it keeps them."""
    words = "--scenario-file scenario.txt --seed 1 --rungroup study --numberOfRunsLimit 6"
    subprocess.run(
        ["bash", f"{SMAC2}/smac", *words.split(), "--validation", "false"],
        cwd=folder,
        env={
            **os.environ,
            "PATH": own_path(),
            "JAVA_TOOL_OPTIONS": "--add-opens=java.base/java.lang=ALL-UNNAMED",
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=120,
    )
    (runs,) = (folder / "smac-output" / "study").glob("state-run1/runs_and_results-it*.csv")
    return runs.read_text().splitlines()[1:]


@needs_clingo
@pytest.mark.skipif(not SMAC2, reason="SMAC2_HOME is not set")
def test_smac_v2_tunes_clasp_on_instances(clasp: Path) -> None:
    runs = tuned_by_smac2(clasp)
    assert len(runs) == 6
    assert "CRASHED" not in "".join(runs)


@pytest.mark.skipif(not SMAC2, reason="SMAC2_HOME is not set")
def test_smac_v2_tunes_the_template(tmp_path: Path) -> None:
    runs = tuned_by_smac2(installed(tmp_path, "template_doe"))
    assert len(runs) == 6
    assert all("output=" in run or "UNSAT" in run for run in runs)

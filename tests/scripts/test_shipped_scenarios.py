"""The shipped PCS, scenario and job files, as the first user of this project finds them."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ("digits_cnn", "mnist_cnn")
FLAGS = ("nb_filters", "nb_conv", "nb_pool", "dropout1", "dropout2")


def test_the_mnist_files_are_the_published_ones():
    assert (ROOT / "pcs/mnist_cnn.pcs").read_text() == (
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

"""The training script as a person or a wrapper starts it; each run here imports TensorFlow."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.scripts.conftest import SCRIPTS, Run, idx_bytes

pytest.importorskip("keras", reason="the demo's packages are not installed")
pytest.importorskip("sklearn", reason="the demo's packages are not installed")

FAST = ("--epochs", 1, "--samples", 100, "-nb_filters", 4)
NUMBER = r"(\d+(?:\.\d+)?)"
RESULT = re.compile(rf"Result of algorithm run: (\w+), {NUMBER}, 0, {NUMBER}, (-?\d+)")
"""The four groups are status, runtime, quality and seed."""


def errors(output: str) -> tuple[float, float]:
    """The test and the validation error that were printed."""
    found = [re.findall(rf"^{name} error: {NUMBER}$", output, re.M) for name in ("Test", "Val")]
    assert [len(values) for values in found] == [1, 1]
    return float(found[0][0]), float(found[1][0])


def result(run: subprocess.CompletedProcess[str]) -> tuple[str, ...]:
    """Status, runtime, quality and seed of the last line."""
    assert run.returncode == 0, run.stderr
    match = RESULT.fullmatch(run.stdout.splitlines()[-1])
    assert match, run.stdout
    return match.groups()


@pytest.fixture(scope="module")
def finished(
    train: Run, tmp_path_factory: pytest.TempPathFactory
) -> tuple[subprocess.CompletedProcess[str], Path]:
    """A run on the digits, and the folder that it wrote to."""
    folder = tmp_path_factory.mktemp("run")
    return train(*FAST, "-dropout1", 0.1, "--seed", -1, cwd=folder), folder


def test_the_last_line_reports_the_validation_error_as_quality(finished):
    run, _ = finished
    status, runtime, quality, seed = result(run)
    assert (status, seed) == ("SAT", "-1")
    assert float(runtime) > 0
    _, validation_error = errors(run.stdout)
    assert float(quality) == validation_error


def test_both_errors_are_rates(finished):
    assert all(0 <= error <= 1 for error in errors(finished[0].stdout))


def test_every_epoch_reports_one_line(finished):
    assert len(re.findall(r"val_accuracy", finished[0].stdout)) == 1


def test_the_written_model_can_be_loaded_and_reproduces_the_test_error(finished):
    run, folder = finished
    program = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import mnist_cnn_smac as script
from keras.models import model_from_json
model = model_from_json(open("mnist_model.json").read())
model.load_weights("mnist_model.weights.h5")
_, _, test = script.load_data("digits", None, None)
print((model.predict(test.pixels, verbose=0).argmax(axis=1) != test.labels).mean())
"""
    output = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, check=True, text=True
    ).stdout
    test_error, _ = errors(run.stdout)
    assert float(output.split()[-1]) == pytest.approx(test_error, abs=1e-6)


def test_the_same_seed_repeats_the_run_exactly(finished, train: Run, tmp_path: Path):
    run, folder = finished
    again = train(*FAST, "-dropout1", 0.1, "--seed", -1, "--output", tmp_path / "new", cwd=tmp_path)
    assert errors(again.stdout) == errors(run.stdout)
    weights = "mnist_model.weights.h5"
    assert weights_of(tmp_path / "new" / weights) == weights_of(folder / weights)


def weights_of(path: Path) -> dict[str, bytes]:
    import h5py

    found: dict[str, bytes] = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: (
                found.__setitem__(name, item[()].tobytes())
                if isinstance(item, h5py.Dataset)
                else None
            )
        )
    assert found
    return found


def test_a_network_that_cannot_be_built_is_unsat_with_the_worst_quality(train: Run, tmp_path: Path):
    run = train(*FAST, "-nb_conv", 5, "--seed", 7, cwd=tmp_path)
    status, _, quality, seed = result(run)
    assert (status, float(quality), seed) == ("UNSAT", 1.0, "7")
    assert run.stdout.splitlines()[-2].startswith("This configuration cannot be trained: ")
    assert "Traceback" not in run.stderr
    assert not list(tmp_path.iterdir())


def test_a_diverging_loss_and_exhausted_memory_are_unsat(tmp_path: Path):
    program = f"""
import sys
sys.path.insert(0, {str(SCRIPTS)!r})
import mnist_cnn_smac as script
build = script.build
def build_diverged(args, shape):
    model = build(args, shape)
    model.layers[-1].bias.assign([float("nan")] * script.CLASSES)
    return model
def build_too_large(args, shape):
    import tensorflow
    raise tensorflow.errors.ResourceExhaustedError(None, None, "OOM when allocating")
for script.build in (build_diverged, build_too_large):
    assert script.main({[str(word) for word in FAST]}) == 0
"""
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False, text=True
    )
    assert run.returncode == 0, run.stderr
    assert [match[0] for match in RESULT.findall(run.stdout)] == ["UNSAT", "UNSAT"]
    reasons = re.findall("cannot be trained: (.*)", run.stdout)
    assert reasons == ["the loss is no longer a finite number", "OOM when allocating"]


def test_mnist_gives_the_same_errors_from_idx_files_and_from_npz(train: Run, tmp_path: Path):
    train_images, train_labels, test_images, test_labels = digits_like_mnist()
    idx, npz = tmp_path / "idx", tmp_path / "npz"
    idx.mkdir()
    npz.mkdir()
    (idx / "train-images-idx3-ubyte").write_bytes(idx_bytes(train_images))
    (idx / "train-labels.idx1-ubyte").write_bytes(idx_bytes(train_labels))
    (idx / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(test_images)))
    (idx / "t10k-labels.idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(test_labels)))
    arrays = {"x_train": train_images, "y_train": train_labels}
    np.savez(npz / "mnist.npz", **arrays, x_test=test_images, y_test=test_labels)
    runs = [
        train(*FAST, "--dataset", "mnist", "--data", folder, cwd=tmp_path) for folder in (idx, npz)
    ]
    assert [result(run)[0] for run in runs] == ["SAT", "SAT"]
    assert errors(runs[0].stdout) == errors(runs[1].stdout)


def digits_like_mnist() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Some digits of scikit-learn, blown up to MNIST's 28x28 bytes."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    large = np.kron(digits.images[:300], np.ones((3, 3))) * 255 / 16
    images = np.pad(large, ((0, 0), (2, 2), (2, 2))).astype(np.uint8)
    labels = digits.target[:300].astype(np.uint8)
    return images[:200], labels[:200], images[200:], labels[200:]

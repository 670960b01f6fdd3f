"""What the training script reads: its arguments, the digits, MNIST's files in every bad shape."""

import gzip
import os
import struct
import zipfile
from collections import Counter
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scripts.conftest import Run, idx_bytes

small_shapes = st.integers(1, 3).flatmap(
    lambda dimensions: st.lists(st.integers(1, 5), min_size=dimensions, max_size=dimensions)
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx") / "train-images-idx3-ubyte"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder of IDX files: five images of 4x4 for training and five for testing."""
    for part in ("train", "t10k"):
        images, labels = np.zeros((5, 4, 4), np.uint8), np.arange(5, dtype=np.uint8)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx_bytes(images))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    return tmp_path


@given(data=st.data(), shape=small_shapes, zipped=st.booleans())
def test_an_idx_file_reads_back_as_it_was_written(
    training: ModuleType, file: Path, data: st.DataObject, shape: list[int], zipped: bool
):
    size = int(np.prod(shape))
    content = data.draw(st.binary(min_size=size, max_size=size))
    array = np.frombuffer(content, np.uint8).reshape(shape)
    file.write_bytes(gzip.compress(idx_bytes(array)) if zipped else idx_bytes(array))
    assert np.array_equal(training.read_idx(file, len(shape)), array)


idx_like = st.one_of(
    st.binary(max_size=64),
    st.binary(max_size=64).map(lambda rest: b"\0\0\x08\x03" + rest),
    st.binary(max_size=64).map(lambda rest: b"\x1f\x8b\x08\0" + rest),
    st.binary(max_size=64).map(gzip.compress),
)


@given(content=idx_like)
def test_garbage_raises_only_the_scripts_own_error_and_names_the_file(
    training: ModuleType, file: Path, content: bytes
):
    file.write_bytes(content)
    try:
        array = training.read_idx(file, 3)
    except training.SetupError as error:
        assert str(file) in str(error)
        assert "\n" not in str(error)
    else:
        assert array.ndim == 3


@given(data=st.data(), shape=small_shapes, zipped=st.booleans())
def test_a_truncated_idx_file_is_never_accepted(
    training: ModuleType, file: Path, data: st.DataObject, shape: list[int], zipped: bool
):
    whole = idx_bytes(np.zeros(shape, np.uint8))
    whole = gzip.compress(whole) if zipped else whole
    file.write_bytes(whole[: data.draw(st.integers(0, len(whole) - 1))])
    with pytest.raises(training.SetupError):
        training.read_idx(file, len(shape))


@given(position=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_in_a_gzipped_file_raises_only_the_scripts_own_error(
    training: ModuleType, file: Path, position: int, bit: int
):
    content = bytearray(gzip.compress(idx_bytes(np.arange(24, dtype=np.uint8).reshape(2, 3, 4))))
    content[position % len(content)] ^= 1 << bit
    file.write_bytes(content)
    try:
        training.read_idx(file, 3)
    except training.SetupError as error:
        assert str(file) in str(error)


def test_a_header_that_announces_more_than_memory_holds_is_an_error(
    training: ModuleType, file: Path
):
    file.write_bytes(struct.pack(">BBBB3I", 0, 0, 8, 3, *[2**32 - 1] * 3))
    with pytest.raises(training.SetupError, match="4294967295 x 4294967295 x 4294967295"):
        training.read_idx(file, 3)


def test_a_sound_folder_gives_images_between_zero_and_one(training: ModuleType, folder: Path):
    pixels = np.full((5, 4, 4), 255, np.uint8)
    (folder / "train-images-idx3-ubyte").write_bytes(idx_bytes(pixels))
    train, test = training.load_mnist(folder)
    assert train.pixels.shape == test.pixels.shape == (5, 4, 4, 1)
    assert train.pixels.min() == 1.0
    assert test.pixels.max() == 0.0
    assert list(train.labels) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("name", "array", "complaint"),
    [
        ("train-labels-idx1-ubyte", np.zeros(4, np.uint8), "5 images but 4 labels"),
        ("t10k-labels-idx1-ubyte", np.full(5, 10, np.uint8), r"label outside 0\.\.9"),
        ("t10k-images-idx3-ubyte", np.zeros((5, 3, 4), np.uint8), "differ in size"),
        ("train-images-idx3-ubyte", np.zeros(5, np.uint8), "header of an IDX file"),
    ],
)
def test_idx_files_that_do_not_fit_together_are_an_error(
    training: ModuleType, folder: Path, name: str, array: np.ndarray, complaint: str
):
    (folder / name).write_bytes(idx_bytes(array))
    with pytest.raises(training.SetupError, match=complaint):
        training.load_mnist(folder)


def save(path: Path, **changed: np.ndarray) -> None:
    images, labels = np.zeros((5, 4, 4), np.uint8), np.zeros(5, np.uint8)
    arrays = {"x_train": images, "y_train": labels, "x_test": images, "y_test": labels}
    np.savez(path, **{**arrays, **changed})


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"x_train": np.zeros((5, 4, 4))}, "expected integers"),
        ({"x_test": np.zeros((5, 16), np.uint8)}, "differ in size"),
        ({"y_test": np.zeros((5, 1), np.uint8)}, "expected integers"),
        ({"y_train": np.full(5, -1)}, r"label outside 0\.\.9"),
        ({"y_train": np.array([None] * 5)}, "cannot be read"),
    ],
)
def test_an_npz_file_with_unfit_arrays_is_an_error(
    training: ModuleType, tmp_path: Path, changed: dict[str, np.ndarray], complaint: str
):
    save(tmp_path / "mnist.npz", **changed)
    with pytest.raises(training.SetupError, match=complaint):
        training.load_mnist(tmp_path)


@given(content=st.one_of(st.binary(), st.binary().map(lambda rest: b"PK\x03\x04" + rest)))
def test_a_damaged_npz_file_is_an_error_that_names_it(
    training: ModuleType, file: Path, content: bytes
):
    path = file.with_name("mnist.npz")
    path.write_bytes(content)
    with pytest.raises(training.SetupError, match=r"mnist\.npz"):
        training.read_npz(path)


def test_an_npz_file_without_an_array_is_an_error_that_names_it(
    training: ModuleType, tmp_path: Path
):
    path = tmp_path / "mnist.npz"
    save(path)
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(tmp_path / "less.npz", "w") as less:
        for name in ("x_train.npy", "y_train.npy", "x_test.npy"):
            less.writestr(name, whole.read(name))
    with pytest.raises(training.SetupError, match="y_test"):
        training.read_npz(tmp_path / "less.npz")


@given(labels=st.lists(st.integers(0, 9), min_size=1, max_size=200), every=st.integers(2, 6))
def test_holding_out_takes_its_share_of_every_class_and_loses_nothing(
    training: ModuleType, labels: list[int], every: int
):
    images = training.Images(np.arange(len(labels)), np.array(labels))
    kept, held = training.hold_out(images, every)
    assert sorted([*kept.pixels, *held.pixels]) == list(range(len(labels)))
    assert all(labels[row] == label for row, label in zip(*held, strict=True))
    shares = Counter(held.labels.tolist())
    for label, count in Counter(labels).items():
        assert count // every <= shares[label] <= -(-count // every)


def test_the_digits_are_split_in_three_parts_that_share_no_image(training: ModuleType):
    pytest.importorskip("sklearn", reason="the demo's packages are not installed")
    parts = training.load_data("digits", None, None)
    assert [len(part.labels) for part in parts] == [1077, 360, 360]
    images = [{image.tobytes() for image in part.pixels} for part in parts]
    assert sum(map(len, images)) == len(set.union(*images)) == 1797


def test_samples_limits_the_training_images_alone(training: ModuleType):
    pytest.importorskip("sklearn", reason="the demo's packages are not installed")
    parts = training.load_data("digits", None, 50)
    assert [len(part.labels) for part in parts] == [50, 360, 360]
    assert set(parts[0].labels) == set(range(10))


def test_the_threads_of_openmp_become_those_of_tensorflow(
    training: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    environment = {"OMP_NUM_THREADS": "3", "TF_CPP_MIN_LOG_LEVEL": "0"}
    monkeypatch.setattr(os, "environ", environment)
    training.prepare_tensorflow()
    assert environment["TF_NUM_INTRAOP_THREADS"] == "3"
    assert environment["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_threads_that_are_set_for_tensorflow_are_left_alone(
    training: ModuleType, monkeypatch: pytest.MonkeyPatch
):
    environment = {"OMP_NUM_THREADS": "3", "TF_NUM_INTRAOP_THREADS": "1"}
    monkeypatch.setattr(os, "environ", environment)
    training.prepare_tensorflow()
    assert environment["TF_NUM_INTRAOP_THREADS"] == "1"


def test_a_message_becomes_one_line_without_colours(training: ModuleType):
    error = ValueError("cannot call.\n\n\x1b[1mToo small\x1b[0m\n\nArguments received by X:\n • a")
    assert training.one_line(error) == "cannot call. Too small"
    assert training.one_line(MemoryError()) == "MemoryError"


def test_a_truncated_file_ends_the_script_with_one_line_that_names_it(train: Run, folder: Path):
    path = folder / "t10k-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-1])
    run = train("--dataset", "mnist", "--data", folder, cwd=folder)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == (
        f"mnist_cnn_smac.py: error: {path}: "
        "its header announces 5 x 4 x 4 bytes of data, found 79\n"
    )


def test_a_folder_without_the_files_ends_the_script_with_their_names(train: Run, tmp_path: Path):
    run = train("--dataset", "mnist", "--data", tmp_path, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert f"{tmp_path}: found neither mnist.npz nor any of train-images-idx3-ubyte" in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--dataset", "mnist", "--data", "missing"), "an existing folder, found missing"),
        (("--data", "."), "--data needs --dataset mnist"),
        (("-nb_filters", "many"), "invalid int value: 'many'"),
        (("-learning_rate", "0.1"), "unrecognized arguments: -learning_rate"),
        (("--epochs", "0"), "0 is not at least 1"),
        (("--output", "file"), "File exists: 'file'"),
    ],
)
def test_wrong_arguments_end_the_script_with_code_two_and_no_result(
    train: Run, tmp_path: Path, arguments: tuple[str, ...], complaint: str
):
    (tmp_path / "file").touch()
    run = train(*arguments, cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert complaint in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr


def test_help_needs_no_training_library(
    train: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for name in ("keras", "tensorflow", "sklearn"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "imported" in train(cwd=tmp_path).stderr
    run = train("--help", cwd=tmp_path)
    assert run.returncode == 0
    assert "-nb_filters" in run.stdout


def test_a_missing_training_library_ends_the_script_with_its_name(
    train: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "sklearn.py").write_text("raise ImportError('No module named sklearn')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = train(cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "mnist_cnn_smac.py: error: No module named sklearn\n"

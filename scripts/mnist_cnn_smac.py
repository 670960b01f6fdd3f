"""Train a small convolutional network on images of handwritten digits and report its errors.

conv → conv → pool → dropout → dense → dropout → softmax. Prints the error rates on the validation
and the test images and, as its last line, the result line that SMAC reads; the quality there is
the validation error, so that a tuner never sees the test images.
"""

import argparse
import gzip
import math
import os
import re
import struct
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import keras

CLASSES = 10
# The split never follows --seed: errors of runs with different seeds must stay comparable.
SPLIT_SEED = 20240229


class SetupError(Exception):
    """The script was called wrongly or its data are unusable: no configuration is to blame."""


class UntrainableError(Exception):
    """This combination of parameters cannot be built or trained."""


class Images(NamedTuple):
    """Labelled images: float32 (n, rows, columns, 1) in [0, 1], and n labels in 0..9."""

    pixels: np.ndarray
    labels: np.ndarray

    def take(self, rows: Any) -> "Images":
        """Return the images of these rows, an index array or a slice."""
        return Images(self.pixels[rows], self.labels[rows])


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    """Parse the command line; exits with code 2 if it is wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        usage="%(prog)s [options]",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("-nb_filters", type=int, default=32, help="filters of each convolution")
    parser.add_argument("-nb_conv", type=int, default=3, help="side of the convolution kernels")
    parser.add_argument("-nb_pool", type=int, default=2, help="side of the pooling window")
    parser.add_argument("-dropout1", type=float, default=0.25, help="dropout rate after pooling")
    parser.add_argument("-dropout2", type=float, default=0.5, help="dropout rate before softmax")
    parser.add_argument(
        "--dataset", choices=("digits", "mnist"), default="digits", help="8x8 or 28x28 pixels"
    )
    parser.add_argument("--data", type=Path, help="folder to read mnist.npz or IDX files from")
    parser.add_argument("--epochs", type=positive, default=6, help="passes over the images")
    parser.add_argument("--samples", type=positive, help="use only so many training images")
    parser.add_argument("--batch-size", type=positive, default=64, help="images a step")
    parser.add_argument("--seed", type=int, default=1, help="seed of weights, order and dropout")
    parser.add_argument("--output", type=Path, default=Path(), help="folder for the trained model")
    args = parser.parse_args(argv)
    if args.data is not None and (args.dataset != "mnist" or not args.data.is_dir()):
        parser.error(f"--data needs --dataset mnist and an existing folder, found {args.data}")
    return args


def positive(text: str) -> int:
    """Return text as an integer of at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def load_data(dataset: str, folder: Path | None, samples: int | None) -> tuple[Images, ...]:
    """Return the images for training (at most `samples`), for validation and for testing."""
    if dataset == "digits":
        from sklearn.datasets import load_digits

        digits = load_digits()
        images = Images(digits.images[..., None].astype("float32") / 16, digits.target)
        rest, test = hold_out(images, every=5)
        train, validation = hold_out(rest, every=4)
    else:
        rest, test = load_mnist(folder)
        train, validation = hold_out(rest, every=6)
    return train.take(slice(samples)), validation, test


def hold_out(images: Images, every: int) -> tuple[Images, Images]:
    """Split into (kept, held out), 1/every of each class being held out; kept is shuffled."""
    order = np.random.default_rng(SPLIT_SEED).permutation(len(images.labels))
    by_class = order[np.argsort(images.labels[order], kind="stable")]
    held = by_class[::every]
    return images.take(order[~np.isin(order, held)]), images.take(held)


def load_mnist(folder: Path | None) -> tuple[Images, Images]:
    """Return MNIST's training and test images from a folder, or through Keras without one."""
    if folder is None:
        import keras

        try:
            train, test = keras.datasets.mnist.load_data()
        except Exception as error:  # what Keras raises for a failed download
            raise SetupError(f"{error} (--data reads MNIST from a folder)") from error
    elif (folder / "mnist.npz").is_file():
        train, test = read_npz(folder / "mnist.npz")
    else:
        train, test = (
            (find_idx(folder, f"{part}-images", 3), find_idx(folder, f"{part}-labels", 1))
            for part in ("train", "t10k")
        )
    source = folder or "keras.datasets.mnist"
    if train[0].shape[1:] != test[0].shape[1:]:
        raise SetupError(f"{source}: training and test images differ in size")
    return checked(*train, f"{source}, training part"), checked(*test, f"{source}, test part")


def checked(pixels: np.ndarray, labels: np.ndarray, source: str) -> Images:
    """Return images (n, rows, columns) of 0..255 and their labels (n) as Images.

    Raises:
        SetupError: they do not fit together, or are no digits.
    """
    if pixels.ndim != 3 or labels.ndim != 1 or {pixels.dtype.kind, labels.dtype.kind} - set("iu"):
        raise SetupError(
            f"{source}: expected integers (n, rows, columns) and labels (n), "
            f"found {pixels.dtype}{pixels.shape} and {labels.dtype}{labels.shape}"
        )
    if len(pixels) != len(labels):
        raise SetupError(f"{source}: {len(pixels)} images but {len(labels)} labels")
    if len(labels) < 2 or not pixels.size:
        raise SetupError(f"{source}: holds too few images")
    if labels.min() < 0 or labels.max() >= CLASSES:
        raise SetupError(f"{source}: found a label outside 0..{CLASSES - 1}")
    return Images(pixels[..., None].astype("float32") / 255, labels.astype("int64"))


def read_npz(path: Path) -> list[tuple[np.ndarray, np.ndarray]]:
    """Read (images, labels) for training and for testing from Keras's mnist.npz."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return [(arrays[f"x_{part}"], arrays[f"y_{part}"]) for part in ("train", "test")]
    except Exception as error:  # a damaged archive raises almost anything
        raise SetupError(f"{path}: cannot be read: {one_line(error)}") from error


def find_idx(folder: Path, kind: str, dimensions: int) -> np.ndarray:
    """Read the IDX file of a kind such as `train-images` under any of its usual names."""
    names = [f"{kind}{dot}idx{dimensions}-ubyte{gz}" for gz in ("", ".gz") for dot in "-."]
    for name in names:
        if (folder / name).is_file():
            return read_idx(folder / name, dimensions)
    raise SetupError(f"{folder}: found neither mnist.npz nor any of {', '.join(names)}")


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Read unsigned bytes from an IDX file, plain or gzipped.

    The format (http://yann.lecun.com/exdb/mnist/): two zero bytes, the type (8 for unsigned
    bytes), the number of dimensions, each dimension as a big-endian uint32, then the bytes.

    Raises:
        SetupError: the file cannot be read, or is no such file.
    """
    try:
        content = path.read_bytes()
        # Not by the name: browsers unpack .gz downloads and keep the name.
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise SetupError(f"{path}: cannot be read: {error}") from error
    magic, start = bytes([0, 0, 8, dimensions]), 4 + 4 * dimensions
    if content[:4] != magic or len(content) < start:
        raise SetupError(
            f"{path}: expected the header of an IDX file, {magic.hex()} and {dimensions} lengths, "
            f"found {content[:start].hex() or 'an empty file'}"
        )
    shape = struct.unpack(f">{dimensions}I", content[4:start])
    found = len(content) - start
    if found != math.prod(shape) or not found:
        announced = " x ".join(map(str, shape))
        raise SetupError(f"{path}: its header announces {announced} bytes of data, found {found}")
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def one_line(error: Exception) -> str:
    """Return an exception's message without line breaks, terminal colours and Keras's dump."""
    text = re.sub(r"(?s)\x1b\[[\d;]*m|Arguments received by.*", "", str(error))
    return " ".join(text.split())[:300] or type(error).__name__


def prepare_tensorflow() -> None:
    """Set what TensorFlow reads from its environment when it is imported."""
    # Another backend would report exhausted memory by exceptions that fit() does not know.
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # TensorFlow obeys TF_NUM_INTRAOP_THREADS and TF_NUM_INTEROP_THREADS by itself, but not this.
    if "OMP_NUM_THREADS" in os.environ:
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", os.environ["OMP_NUM_THREADS"])


def build(args: argparse.Namespace, shape: tuple[int, ...]) -> "keras.Model":
    """Build the network for images of a shape (rows, columns, 1)."""
    from keras import Input, Sequential, layers

    model = Sequential(
        [
            Input(shape),
            layers.Conv2D(args.nb_filters, args.nb_conv, activation="relu"),
            layers.Conv2D(args.nb_filters, args.nb_conv, activation="relu"),
            layers.MaxPooling2D(args.nb_pool),
            layers.Dropout(args.dropout1),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(args.dropout2),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def fit(args: argparse.Namespace, train: Images, validation: Images) -> "keras.Model":
    """Build and train the network.

    Raises:
        UntrainableError: no such network exists, fits into memory or learns.
    """
    import keras
    import tensorflow as tf

    # SMAC's seeds may be -1 or longer than the 32 bits that NumPy takes.
    keras.utils.set_random_seed(args.seed % 2**32)
    tf.config.experimental.enable_op_determinism()
    impossible = (ValueError, OverflowError, tf.errors.InvalidArgumentError)
    too_large = (MemoryError, tf.errors.ResourceExhaustedError)
    try:
        model = build(args, train.pixels.shape[1:])
        history = model.fit(
            *train,
            batch_size=args.batch_size,
            epochs=args.epochs,
            validation_data=validation,
            callbacks=[keras.callbacks.TerminateOnNaN()],
            verbose=2,
        ).history
    except impossible + too_large as error:
        raise UntrainableError(one_line(error)) from error
    if not np.isfinite(history["loss"] + history["val_loss"]).all():
        raise UntrainableError("the loss is no longer a finite number")
    return model


def error_rate(model: "keras.Model", images: Images, batch_size: int) -> float:
    """Return the share of wrongly classified images, in [0, 1]."""
    _, accuracy = model.evaluate(*images, batch_size=batch_size, verbose=0)
    return 1 - float(accuracy)


def main(argv: list[str] | None = None) -> int:
    """Train as the command line says and return the exit code."""
    started = time.monotonic()
    args = parse_arguments(argv)
    prepare_tensorflow()
    try:
        args.output.mkdir(parents=True, exist_ok=True)
        train, validation, test = load_data(args.dataset, args.data, args.samples)
        model = fit(args, train, validation)
        status, quality = "SAT", error_rate(model, validation, args.batch_size)
        (args.output / "mnist_model.json").write_text(model.to_json(), encoding="utf-8")
        model.save_weights(args.output / "mnist_model.weights.h5")
        print(f"Test error: {error_rate(model, test, args.batch_size):.6f}")
        print(f"Val error: {quality:.6f}")
    except UntrainableError as reason:
        print(f"This configuration cannot be trained: {reason}")
        status, quality = "UNSAT", 1.0
    except (SetupError, ImportError, OSError) as error:
        print(f"{Path(__file__).name}: error: {error}", file=sys.stderr)
        return 2
    runtime = time.monotonic() - started
    print(f"Result of algorithm run: {status}, {runtime:.3f}, 0, {quality:.6f}, {args.seed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Loads the shipped scripts as modules: they belong to no package, and to no installed one."""

import importlib.util
import os
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
Run = Callable[..., subprocess.CompletedProcess[str]]


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def idx_bytes(array: np.ndarray) -> bytes:
    """An array of bytes as the content of an IDX file."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


@pytest.fixture(scope="session")
def training() -> ModuleType:
    return load("mnist_cnn_smac")


@pytest.fixture(scope="session")
def formatting() -> ModuleType:
    return load("format_results")


@pytest.fixture(scope="session")
def train() -> Run:
    """Run the training script with these arguments in this folder."""

    def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, SCRIPTS / "mnist_cnn_smac.py", *arguments]
        return subprocess.run(
            [str(word) for word in command],
            cwd=cwd,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run

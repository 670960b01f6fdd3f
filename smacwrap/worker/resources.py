"""Divides a machine's cores and GPUs among the workers of a launch."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smacwrap.errors import UserError

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
)
_GPU_VARIABLE = "CUDA_VISIBLE_DEVICES"
_GPU = re.compile(r"[0-9]+|(?:GPU|MIG)-[0-9A-Za-z/-]+")


@dataclass(frozen=True)
class Share:
    """What one worker's targets may use.

    `cores` is None where the worker is alone and threads are not limited; `gpus` is None where
    nothing was said of GPUs, so that every target sees what the launch sees.
    """

    cores: int | None = None
    gpus: tuple[str, ...] | None = None

    def __str__(self) -> str:
        """For people: `2 cores, GPU 0`."""
        cores = "all cores" if self.cores is None else f"{self.cores} core{'s'[: self.cores - 1]}"
        gpus = "" if self.gpus is None else f", GPU{'s'[: len(self.gpus) - 1]} "
        return cores + gpus + ",".join(self.gpus or ())

    def split(self, slots: int) -> "list[Share]":
        """What each of several runs at once may use: as many cores, and its part of the GPUs."""
        if self.gpus is None or slots == 1:
            return [self] * slots
        return [Share(self.cores, _part(self.gpus, slots, slot)) for slot in range(slots)]

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The variables that grant this share; thread counts in `given` stay as they are."""
        granted = {}
        if self.cores is not None:
            granted = {n: str(self.cores) for n in _THREAD_VARIABLES if n not in given}
        if self.gpus is not None:
            granted[_GPU_VARIABLE] = ",".join(self.gpus)
        return granted


def divide(
    workers: int, gpus: str | None = None, cores: int | None = None, slots: int = 1
) -> list[Share]:
    """A share for each worker; its cores are those of each of its runs.

    Args:
        workers: how many there are.
        gpus: indices or UUIDs with commas, `auto` for those that CUDA_VISIBLE_DEVICES or the
            driver names, None to leave GPUs alone. With fewer GPUs than workers they are shared.
        cores: for each run; None divides the cores that this process may use.
        slots: how many runs each worker makes at once.

    Raises:
        UserError: `gpus` is not such a list, or `auto` finds none.
    """
    if cores is None and workers * slots > 1:
        cores = max(1, len(os.sched_getaffinity(0)) // (workers * slots))
    if gpus is None:
        return [Share(cores) for _ in range(workers)]
    found = _found_gpus() if gpus == "auto" else _named_gpus(gpus)
    return [Share(cores, _part(found, workers, index)) for index in range(workers)]


def _part(gpus: Sequence[str], workers: int, index: int) -> tuple[str, ...]:
    if len(gpus) < workers:
        return (gpus[index % len(gpus)],)
    return tuple(gpus[index::workers])


def _named_gpus(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if not _GPU.fullmatch(name):
            raise UserError(f"--gpus: expected indices such as 0,1 or auto, found '{text}'")
    if len(set(names)) < len(names):
        raise UserError(f"--gpus: a GPU is named twice in '{text}'")
    return names


def _found_gpus() -> list[str]:
    given = os.environ.get(_GPU_VARIABLE)
    if given is not None:
        found = [name for name in given.split(",") if name.strip()]
    elif program := shutil.which("nvidia-smi"):
        words = [program, "--query-gpu=index", "--format=csv,noheader"]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        found = done.stdout.split() if done.returncode == 0 else []
    else:
        found = []
    if not found:
        raise UserError("--gpus auto: neither CUDA_VISIBLE_DEVICES nor nvidia-smi names a GPU")
    return found

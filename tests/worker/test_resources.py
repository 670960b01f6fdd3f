"""Cores and GPUs are divided among workers, and what the user said stays."""

import pytest

from smacwrap.errors import UserError
from smacwrap.worker.resources import Share, divide
from tests.conftest import write_program


def test_a_lone_worker_has_the_whole_machine() -> None:
    assert divide(1) == [Share()]
    assert Share().environment({}) == {}


def test_cores_are_divided_and_every_worker_has_one_at_least(monkeypatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(8)))
    assert [share.cores for share in divide(3)] == [2, 2, 2]
    assert [share.cores for share in divide(20)] == [1] * 20
    assert [share.cores for share in divide(2, cores=7)] == [7, 7]


def test_thread_counts_that_the_user_set_stay() -> None:
    granted = Share(cores=2).environment({"OMP_NUM_THREADS": "5"})
    assert "OMP_NUM_THREADS" not in granted
    assert granted["MKL_NUM_THREADS"] == "2"


@pytest.mark.parametrize(
    ("workers", "gpus", "parts"),
    [
        (2, "0,1", ["0", "1"]),
        (2, "0, 1, 2", ["0,2", "1"]),
        (3, "0,1", ["0", "1", "0"]),
        (1, "0,1", ["0,1"]),
        (2, "GPU-8932f937-d72c,MIG-GPU-1/3/0", ["GPU-8932f937-d72c", "MIG-GPU-1/3/0"]),
    ],
)
def test_every_worker_has_its_own_gpus_as_far_as_they_go(
    workers: int, gpus: str, parts: list[str]
) -> None:
    shares = divide(workers, gpus)
    assert [s.environment({})["CUDA_VISIBLE_DEVICES"] for s in shares] == parts


@pytest.mark.parametrize("gpus", ["", "0,,1", "0 1", "all", "-1", "0,0"])
def test_a_wrong_list_of_gpus_is_one_clear_line(gpus: str) -> None:
    with pytest.raises(UserError, match="--gpus"):
        divide(2, gpus)


def test_auto_divides_what_a_cluster_gave_to_the_launch(monkeypatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")
    assert [share.gpus for share in divide(2, "auto")] == [("4",), ("6",)]


def test_auto_asks_the_driver(monkeypatch, tmp_path) -> None:
    write_program(tmp_path / "nvidia-smi", "#!/bin/sh\nprintf '0\\n1\\n'\n")
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert [share.gpus for share in divide(2, "auto")] == [("0",), ("1",)]


def test_auto_without_any_gpu_says_so(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    with pytest.raises(UserError, match="neither CUDA_VISIBLE_DEVICES nor nvidia-smi"):
        divide(2, "auto")

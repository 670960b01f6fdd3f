"""The CNF instances of the clasp scenario: the same for a seed, and what their names say."""

import itertools
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.scripts.conftest import load

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def cnf() -> ModuleType:
    return load("make_cnf_instances")


def make(folder: Path, *words: str) -> dict[str, str]:
    """The files that the script writes."""
    script = str(ROOT / "scripts/make_cnf_instances.py")
    subprocess.run([sys.executable, script, "made", *words], cwd=folder, check=True)
    return {file.name: file.read_text() for file in (folder / "made").iterdir()}


def satisfiable(formula: list[tuple[int, ...]]) -> bool:
    """By trying everything."""
    variables = max(abs(literal) for clause in formula for literal in clause)
    return any(
        all(any((literal > 0) == values[abs(literal) - 1] for literal in c) for c in formula)
        for values in itertools.product((False, True), repeat=variables)
    )


def test_the_same_seed_gives_the_same_files_and_another_one_others(tmp_path: Path) -> None:
    made = make(tmp_path)
    assert made == make(tmp_path)
    assert made != make(tmp_path, "--seed", "2")
    assert len(made) == 22


def test_every_instance_is_in_one_of_the_lists_and_both_have_all_kinds(tmp_path: Path) -> None:
    made = make(tmp_path, "--number", "4")
    train, test = (made.pop(name).split() for name in ("train.txt", "test.txt"))
    assert sorted([*train, *test]) == sorted(f"made/{name}" for name in made)
    for names in (train, test):
        assert {Path(name).stem.split("-")[0] for name in names} == {"random", "pigeonhole"}
    for text in made.values():
        header, *clauses = text.splitlines()
        variables, number = map(int, header.removeprefix("p cnf ").split())
        assert len(clauses) == number
        literals = [int(word) for clause in clauses for word in clause.split()[:-1]]
        assert 0 not in literals
        assert max(map(abs, literals)) == variables


def test_pigeons_never_fit(cnf: ModuleType) -> None:
    for holes in (1, 2, 3):
        assert not satisfiable(cnf.pigeonhole(holes, random.Random(holes)))


def test_random_formulas_near_the_threshold_are_of_both_kinds(cnf: ModuleType) -> None:
    rng = random.Random(1)
    assert {satisfiable(cnf.random_3sat(8, rng)) for _ in range(20)} == {False, True}


def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    script = str(ROOT / "scripts/make_cnf_instances.py")
    done = subprocess.run(
        [sys.executable, script, tmp_path / "file"], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "File exists" in done.stderr

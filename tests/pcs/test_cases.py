"""SMAC v2.10.03's own verdicts on 82 files: `tests/data/pcs-cases/verdicts.tsv`."""

import csv
from pathlib import Path

import pytest

from smacwrap.errors import UserError
from smacwrap.pcs import all_to_text, from_text, read_pcs, size_upper_bound, to_text

CASES = Path(__file__).parents[1] / "data" / "pcs-cases"

with (CASES / "verdicts.tsv").open(encoding="utf-8", newline="") as file:
    VERDICTS = list(csv.DictReader(file, delimiter="\t"))

ACCEPTED = [v for v in VERDICTS if v["verdict"] == "accept"]
REJECTED = [v for v in VERDICTS if v["verdict"] == "reject"]


def path_of(verdict: dict[str, str]) -> Path:
    return CASES / f"{verdict['case']}.pcs"


def name_of(verdict: dict[str, str]) -> str:
    return verdict["case"]


def test_all_82_cases_are_here():
    assert {v["case"] for v in VERDICTS} == {p.stem for p in CASES.glob("*.pcs")}
    assert len(VERDICTS) == 82


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_accepted_with_the_same_default_and_size(verdict):
    space = read_pcs(path_of(verdict))
    default = to_text(space.get_default_configuration())
    expected = dict(pair.split(" ") for pair in verdict["default"].split(" -") if pair)
    assert default.keys() == {name.removeprefix("-") for name in expected}
    for name, quoted in expected.items():
        text, ours = quoted.strip("'"), default[name.removeprefix("-")]
        assert ours == text or float(ours) == pytest.approx(float(text), rel=1e-12)
    assert size_upper_bound(space) == float(verdict["configurations"])


@pytest.mark.parametrize("verdict", REJECTED, ids=name_of)
def test_rejected_with_the_place_of_each_problem(verdict):
    with pytest.raises(UserError) as caught:
        read_pcs(path_of(verdict))
    lines = path_of(verdict).read_text(encoding="utf-8").splitlines()
    for problem in caught.value.problems:
        assert problem.file == path_of(verdict)
        assert problem.source == lines[problem.line - 1]
        assert problem.source[problem.column - 1 :][: problem.length].strip()


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_configurations_come_back_from_their_texts(verdict):
    space = read_pcs(path_of(verdict))
    space.seed(1)
    for configuration in [space.get_default_configuration(), *space.sample_configuration(20)]:
        configuration.check_valid_configuration()
        assert from_text(space, to_text(configuration)) == configuration
        assert from_text(space, all_to_text(configuration)) == configuration

"""Configurations as rows: they are the ones that ConfigSpace would make."""

import numpy as np
import pytest
from ConfigSpace import Configuration

from smacwrap.errors import UserError
from smacwrap.pcs import from_record, from_text, parse_pcs, to_text
from smacwrap.pcs.vectors import Vectors

PCS = """\
x real [-1, 2] [0.5]
y real [0.001, 10] [1] log
n integer [1, 50] [10]
m integer [1, 1000] [10] log
c integer [7, 7] [7]
kind categorical {a, b, d} [a]
size ordinal {small, mid, large} [mid]
z real [0, 1] [0.5]
deep integer [0, 3] [1]
z | kind in {b, d} && n > 5
deep | z < 0.5
{kind=d, n=50}
{x + n > 45}
"""


@pytest.fixture
def vectors() -> Vectors:
    return Vectors(parse_pcs(PCS))


def test_sampled_rows_are_legal_configurations(vectors: Vectors) -> None:
    rows = vectors.sample(300, np.random.default_rng(0))
    assert len(rows) == 300
    for row in rows:
        Configuration(vectors.space, vector=row).check_valid_configuration()


def test_all_values_of_an_integer_are_as_likely_to_be_sampled() -> None:
    rows = Vectors(parse_pcs("n integer [1, 4] [1]")).sample(4000, np.random.default_rng(0))
    _, counts = np.unique(rows, return_counts=True)
    assert len(counts) == 4
    assert counts.min() > 900


def test_rows_agree_with_the_vectors_of_configurations(vectors: Vectors) -> None:
    vectors.space.seed(3)
    configurations = vectors.space.sample_configuration(100)
    rows = np.array([configuration.get_array() for configuration in configurations])
    legal = vectors.legalise(vectors.snap(rows))
    assert np.allclose(rows, legal, atol=1e-9, equal_nan=True)
    assert vectors.keys(rows) == vectors.keys(legal)
    texts = [to_text(configuration) for configuration in configurations]
    assert vectors.keys(vectors.from_texts(texts)) == vectors.keys(rows)


def test_rows_read_from_texts_are_those_of_from_text(vectors: Vectors) -> None:
    space = vectors.space
    space.seed(3)
    given = [to_text(configuration) for configuration in space.sample_configuration(100)]
    default = to_text(space.get_default_configuration())
    for odd in (
        {"x": "5e-1", "n": "1E1"},
        {"x": "2.0000000000001"},  # by the last digit out of its range
        {"z": "no number", "deep": "7"},  # inactive, as are what SMAC v2 lists
        {"y": "1.0E-3"},
        {"y": "10.0", "m": "1000", "c": "7.0"},
    ):
        given.append({**default, **odd})
    expected = np.array([from_text(space, texts).get_array() for texts in given])
    assert np.array_equal(vectors.from_texts(given), expected, equal_nan=True)
    assert vectors.from_texts([]).shape == (0, len(vectors))


@pytest.mark.parametrize(
    ("odd", "complaint"),
    [
        ({"x": "2.1"}, "'2.1' is not in the domain of 'x'"),
        ({"n": "1_0"}, "'1_0' is not in the domain of 'n'"),
        ({"n": "1.5"}, "'1.5' is not in the domain of 'n'"),
        ({"c": "8"}, "'8' is not in the domain of 'c'"),
        ({"y": "nan"}, "'nan' is not in the domain of 'y'"),
        ({"kind": "e"}, "'e' is not in the domain of 'kind'"),
        ({"kind": "b", "n": "6"}, "parameter 'z' is active, but has no value"),
        ({"q": "1"}, "unknown parameter 'q'"),
    ],
)
def test_one_wrong_configuration_among_many_is_an_error(
    vectors: Vectors, odd: dict[str, str], complaint: str
) -> None:
    default = to_text(vectors.space.get_default_configuration())
    with pytest.raises(UserError, match=complaint):
        vectors.from_texts([default, {**default, **odd}, default])


def test_a_configuration_that_was_run_is_none_too_many_though_we_read_it_as_forbidden(
    vectors: Vectors,
) -> None:
    default = to_text(vectors.space.get_default_configuration())
    odd = {**default, "kind": "d", "n": "50", "z": "0.9"}
    with pytest.raises(UserError, match="forbidden"):
        from_text(vectors.space, odd)
    rows = vectors.from_texts([default, odd])
    assert vectors.allowed(rows).tolist() == [True, False]
    assert to_text(from_record(vectors.space, odd)) == odd
    assert to_text(Configuration(vectors.space, vector=rows[1])) == odd


def test_keys_tell_configurations_apart(vectors: Vectors) -> None:
    rows = vectors.sample(300, np.random.default_rng(0))
    texts = [str(to_text(Configuration(vectors.space, vector=row))) for row in rows]
    assert len(set(vectors.keys(rows))) == len(set(texts))


def test_parameters_that_become_active_get_their_default_or_the_fill(vectors: Vectors) -> None:
    space = vectors.space
    row = space.get_default_configuration().get_array()[None, :].copy()
    z = list(space).index("z")
    assert np.isnan(row[0, z])
    row[0, list(space).index("kind")] = 1
    assert vectors.activate(row)[0, z] == 0.5
    fill = np.full((1, len(vectors)), 0.25)
    assert vectors.activate(row, fill)[0, z] == 0.25


def test_all_configurations_of_a_small_space_are_listed() -> None:
    text = "a categorical {x, y} [x]\nb integer [1, 4] [2]\nc integer [1, 100] [3] log\n"
    vectors = Vectors(parse_pcs(text + "b | a == y\nc | b > 2\n{a=y, b=1}"))
    rows = vectors.list_all(300)
    assert rows is not None
    assert len(set(vectors.keys(rows))) == len(rows) == 1 + 1 + 2 * 100
    assert vectors.list_all(100) is None
    assert Vectors(parse_pcs(PCS)).list_all(10**6) is None


def test_a_space_that_is_all_forbidden_is_an_error() -> None:
    vectors = Vectors(parse_pcs("a categorical {x, y} [x]\nb real [0, 1] [0]\n{a=y}\n{b > 0}"))
    with pytest.raises(UserError, match="left none of"):
        vectors.sample(1, np.random.default_rng(0))


def test_a_configuration_of_another_space_is_an_error(vectors: Vectors) -> None:
    with pytest.raises(UserError, match="unknown parameter 'q'"):
        vectors.from_texts([{"q": "1"}])
    texts = to_text(vectors.space.get_default_configuration())
    assert from_text(vectors.space, texts) == vectors.space.get_default_configuration()

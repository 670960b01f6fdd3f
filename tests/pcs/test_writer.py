"""Writing a space and reading it again."""

import pytest
from hypothesis import HealthCheck, given, settings

from smacwrap.pcs import parse_pcs, read_pcs, write_pcs
from tests.pcs.models import models, space_of
from tests.pcs.test_cases import ACCEPTED, name_of, path_of

WRITTEN = """\
lr real [1e-05, 1] [0.01] log
n integer [-5, 1024] [32]
one integer [7, 7] [7]
opt categorical {sgd, adam} [adam]
size ordinal {1, 10, 100} [10]
momentum real [0, 1] [0.9]

momentum | opt == sgd && n > 4.5 || size in {1, 10}

{lr > 0.5 && n > 100}
{n=32, size=100}
"""


def test_files_in_the_newer_syntax_stay_as_they_are():
    assert write_pcs(parse_pcs(WRITTEN)) == WRITTEN


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_what_is_written_reads_as_the_same_space(model):
    space = space_of(model)
    assert parse_pcs(write_pcs(space)) == space


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_files_in_both_syntaxes_can_be_written(verdict):
    space = read_pcs(path_of(verdict))
    assert parse_pcs(write_pcs(space)) == space

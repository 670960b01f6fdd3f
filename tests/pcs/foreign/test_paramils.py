"""ParamILS's parameter files as PCS files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, parse_tree
from smacwrap.pcs.changes import changes
from smacwrap.pcs.foreign.paramils import paramils_to_pcs

SAPS = """\
# SAPS
alpha{1.01, 1.066, 1.4,}[1.4] #uniform
rho {0, 0.5, 1.0} [ 1 ]
walk {yes,no}[no] | rho in {0.50, 1}
step {a, b}[a]

CONDITIONALS
step|walk in {yes}  # twice
step | alpha in {1.01} && rho in {1}

Forbidden:
{alpha=1.010, rho=0}
"""

PCS = """\
# SAPS
alpha categorical {1.01, 1.066, 1.4} [1.4]  #uniform
rho categorical {0, 0.5, 1.0} [1.0]
walk categorical {yes, no} [no]
walk | rho in {0.5, 1.0}
step categorical {a, b} [a]


step | walk in {yes}  # twice
step | alpha in {1.01}
step | rho in {1.0}


{alpha=1.01, rho=0}
"""


def test_a_file_of_paramils_is_written_line_by_line():
    assert paramils_to_pcs(SAPS) == PCS
    parse_pcs(PCS)


def test_a_file_that_is_older_pcs_as_well_means_the_same():
    text = "a {1, 2} [1]\nb {x, y} [x]\nConditionals:\nb | a in {2}\nForbidden:\n{a=2, b=y}\n"
    assert list(changes(parse_tree(text), parse_tree(paramils_to_pcs(text)))) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a {x, y} [z]", "params:1:11: 'a' has no value 'z': expected one of {x, y}"),
        ("a {x, no 1} [x]", "params:1:4: no value of a PCS file can be 'no 1'"),
        ("a {x, , y} [x]", "params:1:4: no value of a PCS file can be an empty one"),
        ("a {x} [x]\na {y} [y]", "params:2:1: 'a' is declared twice"),
        ("a {x} [x]\nb | a in {x}", "params:2:1: unknown parameter 'b'"),
        ("a {x} [x]\nb {y} [y]\nb | a == x", "params:3:4: expected 'parent in {values}'"),
        ("a {x} [x]\n{a=y}", "params:2:2: 'a' has no value 'y'"),
        ("a {x} [x]\n{a}", "params:2:2: expected name=value, found 'a'"),
        ("a [1, 5] [2]i", "params:1:1: neither a parameter, name {values} [default]"),
        ("# none", "params: no parameters in it"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text, message):
    with pytest.raises(UserError) as caught:
        paramils_to_pcs(text, "params")
    assert str(caught.value).startswith(message)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [*"ab{}[]|&=,# \n", "a {1, 2} [1]\n", " in {", "Conditionals:\n", "forbidden", "1.0",
             "b {x} [x] | a in {2}\n", "{a=1}\n"]
        )
    ).map("".join)
)  # fmt: skip
def test_garbage_is_an_error_and_never_a_traceback(text):
    try:
        parse_pcs(paramils_to_pcs(text))
    except UserError as error:
        assert error.problems

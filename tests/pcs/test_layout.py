"""A laid-out file means the same, keeps its comments, and stays as it is."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, parse_tree, write_pcs
from smacwrap.pcs.layout import format_pcs
from tests.pcs.models import models
from tests.pcs.test_cases import ACCEPTED, REJECTED, name_of, path_of

UNTIDY = """\

# head


nb_filters integer [4,256] [32]   # a
nb_conv    integer [1, 20] [03.0]log
   # between
dropout1   real [ 0 , 1 ] [0.25]# c
older {a,b , c,}[ a ]
count [1,2][ 1 ] i #   x

Conditionals: # sections stay
older|  nb_conv  ==  3.0&&count in {1,2 ,}||  dropout1 <  .5


Forbidden:
{older=c,count = 2}
{ 2count^-1>  - 3 - - 4 + abs ( count )*(1+count) }   # odd

"""

TIDY = """\
# head

nb_filters integer [4, 256] [32]    # a
nb_conv    integer [1, 20]  [03.0] log
# between
dropout1   real    [0, 1]   [0.25]  # c
older {a, b, c} [a]
count [1, 2]    [1]i                #   x

Conditionals:  # sections stay
older | nb_conv == 3.0 && count in {1, 2} || dropout1 < .5

Forbidden:
{older=c, count=2}
{2count ^ -1 > -3 - -4 + abs(count) * (1 + count)}  # odd
"""


def meaning(text):
    """The space, whatever the blanks inside clauses and the order that follows from them."""
    return sorted(re.sub(r"\s", "", line) for line in write_pcs(parse_tree(text)).splitlines())


def comments(text):
    return [line.partition("#")[2].rstrip() for line in re.split(r"\r\n|\n|\r", text)
            if "#" in line]  # fmt: skip


def check_layout(text):
    tidy = format_pcs(text)
    assert meaning(tidy) == meaning(text)
    assert comments(tidy) == comments(text)
    assert format_pcs(tidy) == tidy
    return tidy


@st.composite
def untidy(draw, text):
    """`text` with other blanks, blank lines and comments."""
    lines = []
    for line in text.splitlines():
        for tight in ("{", "}", "[", ","):
            blank = draw(st.sampled_from(["", "", " ", "\t  "]))
            inside_default = tight == "[" and "] [" in line
            if not inside_default and " in {" not in line:
                line = line.replace(tight, blank + tight)
        line = line.replace(" ", draw(st.sampled_from([" ", "  ", "\t"])))
        lines += draw(st.lists(st.sampled_from(["", "  ", "# note", "\t#", "Conditionals:"]),
                               max_size=2))  # fmt: skip
        lines.append(line + draw(st.sampled_from(["", " ", "# why", "   # {a=b} | #  "])))
    return draw(st.sampled_from(["\n", "\r\n", "\r"])).join(lines)


def test_an_untidy_file_becomes_tidy():
    assert check_layout(UNTIDY) == TIDY


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models(), st.data())
def test_any_file_keeps_its_meaning_and_comments_and_is_laid_out_once(model, data):
    text = data.draw(untidy(model.text()))
    try:
        parse_pcs(text)
    except UserError:
        assume(False)
    check_layout(text)


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_files_that_smac2_accepts_are_laid_out(verdict):
    check_layout(path_of(verdict).read_bytes().decode())


@pytest.mark.parametrize("verdict", REJECTED, ids=name_of)
def test_files_with_errors_are_refused_with_their_errors(verdict):
    text = path_of(verdict).read_bytes().decode()
    with pytest.raises(UserError) as expected:
        parse_pcs(text, "x.pcs")
    with pytest.raises(UserError) as caught:
        format_pcs(text, "x.pcs")
    assert caught.value.problems == expected.value.problems


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_stay_as_they_were(end):
    assert format_pcs(f"a  [0,1]  [0]{end}{end}") == f"a [0, 1] [0]{end}"


def test_mixed_line_ends_become_those_of_the_first_line():
    assert format_pcs("a [0,1] [0]\r\nb [0,1] [0]\n# c") == (
        "a [0, 1] [0]\r\nb [0, 1] [0]\r\n# c\r\n"
    )


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n"])
def test_an_empty_file_stays_empty(text):
    assert format_pcs(text) == ""


def test_one_long_domain_does_not_push_the_others_to_the_right():
    values = ", ".join(f"value{i}" for i in range(20))
    tidy = format_pcs(f"a categorical {{{values}}} [value3] # c\nbb categorical {{x}} [x]# d")
    assert tidy == (f"a  categorical {{{values}}} [value3]  # c\nbb categorical {{x}} [x]  # d\n")


def test_values_may_hold_brackets():
    assert format_pcs("a {x[1] , [y]} [ [y] ]") == "a {x[1], [y]} [[y]]\n"

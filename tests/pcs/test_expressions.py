"""What advanced forbidden clauses mean. Every outcome here was observed with SMAC v2.10.03."""

import numpy as np
import pytest

from smacwrap.pcs import from_text, parse_pcs

BASE = """
a categorical {x, y, z} [x]
b real [0, 1] [0.5]
n integer [1, 10] [3]
o ordinal {lo, mid, hi} [mid]
d categorical {p, q} [p]
m integer [-5, 5] [2]
"""
SEVEN = {"a": "x", "b": "0.5", "d": "p", "n": "7", "o": "mid", "m": "2"}


def forbids(clause, settings=SEVEN, base=BASE):
    """Asked one configuration at a time, and all at once: the answers have to agree."""
    free = parse_pcs(base)
    configuration = from_text(free, settings)
    space = parse_pcs(f"{base}\n{clause} \n")
    if not space.forbidden_clauses:
        return False
    (forbidden,) = space.forbidden_clauses
    vector = configuration.get_array()
    one = forbidden.is_forbidden_vector(vector)
    assert forbidden.is_forbidden_value(dict(configuration)) == one
    assert list(forbidden.is_forbidden_vector_array(np.array([vector] * 3).T)) == [one] * 3
    return one


@pytest.mark.parametrize(
    "clause",
    [
        "{n > 5 && b < 1 || d == q}",
        "{d == q && n > 5 || n > 6}",
        "{n == 7 || a == y && d == q}",
        "{n == 7 == 1}",
        "{n - 3}",
        "{n > 3 && n - 6.9}",
        "{a == y || n - 6.9}",
        "{-n < -6}",
        "{-n^2 == -49}",
        "{2^3^2 == 512 && n == 7}",
        "{2 ^ -1 == .5 && n == 7}",
        "{n - 1 - 1 == 5}",
        "{n / 2 / 2 == 1.75}",
        "{n / 2 == 3.5}",
        "{n % 4 * 2 == 6 && n == 7}",
        "{2 * -1 + n == 5}",
        "{log(n) > 1.9 && log(n) < 2}",
        "{log2(n) > 2.8 && n == 7}",
        "{log10(n) < 0.9 && n == 7}",
        "{cbrt(8) == 2 && n == 7}",
        "{ceil(b) == 1 && n == 7}",
        "{floor(b) == 0 && n == 7}",
        "{abs(m) > 1 && n == 7}",
        "{log (n) > 1 && n==7}",
        "{log(0) < 1 && n == 7}",
        "{asin(b)+acos(b)+atan(b)+cos(b)+sin(b)+tan(b)+cosh(b)+tanh(b)+sinh(b) > 0 && n == 7}",
        "{sqrt(n+2) + exp(0) == 4}",
        "{x == a && n == 7}",
        "{a != y && n == 7}",
        "{a < y && n == 7}",
        "{o > lo && n == 7}",
        "{lo < o && n==7}",
        "{o == mid && n==7}",
        "{n>5&&b<1}",
        "{n > 1e0 && n > .5 && n > 6.}",
        "{n > +5}",
        "{n > --5}",
        "{n*-m < -13}",
        "{n - -m > 8 && n == 7}",
        "{(a == x) == 1 && n==7}",
        "{(n > 5) + (b < 1) == 2}",
        "{2n > 13}",
        "{2(n + 1) > 15}",
        "{n = 7}",
        "{n=7.0,a=x}",
        "{ n = 7 , a = x,}",
    ],
)
def test_forbidden(clause):
    assert forbids(clause)


@pytest.mark.parametrize(
    "clause",
    [
        "{(n == 7 || a == y) && d == q}",
        "{-n^2 == 49}",
        "{n > 6 && 6.9 - n}",
        "{a == y || sqrt(-n)}",
        "{2^3^2 == 64 && n == 7}",
        "{-n % 4 == 1}",
        "{n / 2 == 3}",
        "{sqrt(-1) < 1 && n == 7}",
        "{a == y}",
        "{a > x}",
        "{a == d}",
        "{0}",
        "{a=x,a=y}",
    ],
)
def test_not_forbidden(clause):
    assert not forbids(clause)


@pytest.mark.parametrize(
    ("ordinal", "clause", "forbidden"),
    [
        ("{small, 5, 10} [5]", "{o > 5 && k == 4}", {"10"}),
        ("{small, 5, 10} [5]", "{o < 5 && k == 4}", {"small"}),
        ("{small, 5, 10} [5]", "{o < small && k == 4}", set()),
        ("{small, 5, 10} [5]", "{o + 0 > 7 && k == 4}", {"10"}),
        ("{1, 5, max} [5]", "{o > 2 && k == 4}", {"5", "max"}),
        ("{1, 5, max} [5]", "{o < max && k == 4}", {"1", "5"}),
        ("{1, 5, max} [5]", "{o == 6 && k == 4}", {"max"}),
        ("{1, 5, max} [5]", "{o > 100 && k == 4}", set()),
    ],
)
def test_ordinals_may_mix_numbers_and_names(ordinal, clause, forbidden):
    base = f"o ordinal {ordinal}\nk integer [1, 10] [3]"
    values = ordinal[1 : ordinal.index("}")].split(", ")
    found = {v for v in values if forbids(clause, {"o": v, "k": "4"}, base)}
    assert found == forbidden


def test_values_of_different_parameters_compare_by_name():
    base = "o ordinal {lo, mid, hi} [hi]\na categorical {c1, b1, a1} [a1]\nk integer [1, 10] [3]"
    settings = {"o": "mid", "a": "c1", "k": "4"}
    assert forbids("{a > b1 && k == 4}", settings, base)
    assert forbids("{a < lo && k == 4}", settings, base)
    assert forbids("{a < o && k == 4}", settings, base)
    assert not forbids("{a > b1 && k == 4}", {**settings, "a": "a1"}, base)


def test_one_to_the_power_of_what_is_no_number_is_no_number():
    assert forbids("{1 ^ sqrt(-n) != 1 && (-1) ^ exp(999 * n) != 1 && n == 7}")


def test_a_parameter_may_be_named_like_a_function():
    base = "log real [0, 1] [.5]\nk integer [1, 10] [3]"
    assert forbids("{k > 9 && log > .1 && exp(k) > 2}", {"log": "0.5", "k": "10"}, base)


def test_parameters_and_values_may_be_named_like_the_operators_of_other_languages():
    base = "or {and, no} [no]\nNot integer [1, 10] [3]"
    assert forbids("{or == and && Not > 4}", {"or": "and", "Not": "7"}, base)


@pytest.mark.parametrize("clause", ["{n>6}", "{n>=7 && a==x}", "{n >=7}", "{(n*2)>=14 || n<0}"])
def test_most_operators_need_no_blanks(clause):
    assert forbids(clause)


@pytest.mark.parametrize("clause", ["{n=4.5}", "{n = 7.000001, a = x}"])
def test_a_clause_on_a_fraction_of_an_integer_forbids_nothing(clause):
    assert parse_pcs(BASE + clause) == parse_pcs(BASE)

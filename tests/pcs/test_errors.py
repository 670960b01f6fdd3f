"""Errors in PCS files: all of a file at once, each with its place and the likely fix."""

import string

import pytest
from ConfigSpace import ConfigurationSpace
from hypothesis import given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, read_pcs
from tests.pcs.test_cases import CASES

BASE = """a categorical {x, y} [x]
n integer [1, 10] [3]
r real [0, 1] [0.5]
o ordinal {lo, hi} [lo]
"""


def problems_of(text):
    with pytest.raises(UserError) as caught:
        parse_pcs(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("line", "place", "message"),
    [
        ("m [1, 10] [12]i", "12", "default 12 is outside [1, 10]"),
        ("m {a, b} [c]", "c", "default 'c' is not among {a, b}"),
        ("m {alpha, beta} [betta]", "betta", "did you mean 'beta'?"),
        ("m {a, b, a} [b]", "a", "value 'a' is listed twice for 'm'"),
        ("m {a, , b} [b]", ",", "an empty value in the domain of 'm'"),
        ("m {a b, c} [c]", "a b", "'a b' in the domain of 'm'"),
        ("m {} [c]", "{}", "'m' has no values"),
        ("m {a, b} a", "a", "expected the default in brackets"),
        ("m {a, b", "{a, b", "'{' is never closed"),
        ("m {a, b} [a", "[a", "'[' is never closed"),
        ("m real [1, 5 [2]", "[1, 5 [", "the range is never closed: expected ']' before '['"),
        ("m {a, b} [a] log", "log", "nothing may follow the default"),
        ("m [1, 2, 3] [2]", "[1, 2, 3]", "expected two bounds, [lowest, highest], found 3"),
        ("m [10, 1] [2]", "10, 1", "the lowest value 10 is not below the highest 1"),
        ("m [0, 1] [0.5]l", "0", "a log scale starts above 0"),
        ("m [0, 1] [0.5] log", "log", "did you mean 'm real … log'?"),
        ("m integer [0, 9] [1.5]", "1.5", "1.5 is not an integer, but the parameter is"),
        ("m real [7, 7.0000000001] [7]", "7, 7.0000000001", "the range is too narrow"),
        ("m real [0, 1e308] [0]", "1e308", "too large for a real"),
        ("m integer [0, 9007199254740992] [0]", "9007199254740992", "at most 9007199254740991"),
        ("m integer [0, 1e17] [0]", "1e17", "too large for an integer"),
        ("m real [0, one] [0]", "one", "'one' is not a number"),
        ("m real {a, b} [a]", "{a, b} [a]", "expected 'real [0, 10] [5]', found '{'"),
        ("m float [0, 1] [0]", "float", "did you mean 'real'?"),
        ("m real [0, 1] [ 0 ]", "[ 0 ]", "no blanks inside the brackets of a default"),
        ("a real [0, 1] [0]", "a", "'a' is already declared in line 1"),
        ("conditionals:", "conditionals:", "did you mean 'Conditionals:'?"),
        ("what is this", "what is this", "neither a parameter"),
        ("größe [0, 1] [0]", "ö", "names and values are ASCII"),
        ("r | a = x", "a = x", "'=' in a condition: did you mean '=='?"),
        ("r | a==x", "a==x", "expected 'a == x'"),
        ("r | a in{x}", "a in{x}", "expected 'a in {x}'"),
        ("r | n <= 3", "n <= 3", "did you mean '<'? (<= and >= do not exist)"),
        ("r | a IN {x}", "a IN {x}", "did you mean 'in'?"),
        ("r | a in x", "x", "expected a set of values, as {x}"),
        ("r | a in {}", "{}", "the set is empty"),
        ("r | a in {x, x}", "x", "'x' is listed twice"),
        ("r | a in {x, z}", "z", "'a' has no value 'z': expected one of {x, y}"),
        ("r | a > x", ">", "declare it ordinal"),
        ("r | n > 40", "40", "40 is outside the range [1, 10] of 'n'"),
        ("r | n > four", "four", "'four' is not a number, but 'n' is"),
        ("r | aa == x", "aa", "unknown parameter 'aa' … did you mean 'a'?"),
        ("rr | a == x", "rr", "unknown parameter 'rr'"),
        ("r | a == x | n > 3", "a == x | n > 3", "did you mean '||'?"),
        ("r | n>=3", "n>=3", "expected 'n > 3'"),
        ("r | a in{x, y}", "a in{x, y}", "expected 'a in {x, y}'"),
        ("r | a == x y", "a == x y", "expected 'parent operator value'"),
        ("r | a == x or n > 3", "a == x or n > 3", "'or' in a condition: did you mean '||'?"),
        ("r | a==x AND n>3", "a==x AND n>3", "'AND' in a condition: did you mean '&&'?"),
        ("r | a in {x, y}, n > 3", "a in {x, y}, n > 3", "',' in a condition: did you mean '&&'?"),
        ("r | a in x, y", "a in x, y", "expected 'parent operator value'"),
        ("r | (a == x) || n > 3", "(a == x)", "no parentheses in conditions"),
        ("r | a == x &&", "&&", "a condition is missing next to '&&'"),
        ("r | r > 0", "r > 0", "'r' cannot be conditional on itself"),
        ("r n | a == x", "r n |", "expected one parameter's name before '|'"),
        ("{n=50}", "50", "50 is outside the range [1, 10] of 'n'"),
        ("{n=4 a=y}", "n=4 a=y", "'n=4 a=y' is not 'parameter=value'"),
        ("{n=4,, a=y}", ",", "a pair is missing between commas"),
        ("{n<=1}", "n<=1", "an operator with '=' stands between blanks: expected 'n <= 1'"),
        ("{ n== 4 }", "n== 4", "expected 'n == 4'"),
        ("{a==y, n== 4}", "a==y, n== 4", "'==' in a classic clause: expected {a=y, n=4}"),
        ("{a=y, n<=1}", "a=y, n<=1", "expected 'a == y && n <= 1'"),
        ("{n<=1 a==y}", "n<=1 a==y", "expected 'n <= 1 && a == y'"),
        ("{a==y, n==}", "a==y, n==", "expected {parameter=value, ...}, or comparisons joined"),
        ("{n<=1=2, a=y}", "n<=1=2, a=y", "expected {parameter=value, ...}, or comparisons joined"),
        ("{1 / (n - 3) > 5}", "{1 / (n - 3) > 5}", "divides by 0 in the default configuration"),
        ("{5 % 0 > 1}", "{5 % 0 > 1}", "this clause divides by 0"),
        ("{n > 5 5}", "5", "an operator is missing before '5'"),
        ("m {a, b, } [b]", "}", "an empty value in the domain of 'm'"),
        ("m [0, 1,] [1]", "[0, 1,]", "expected two bounds, [lowest, highest], found 3"),
        ("m [0,\xa01] [1]", "\xa0", "'U+00A0' cannot stand here"),
        ("{a=w}", "w", "'a' has no value 'w'"),
        ("{m=1}", "m", "unknown parameter 'm'"),
        ("{a=x}", "{a=x}", "this clause forbids the default configuration"),
        ("{a=y", "{a=y", "'{' is never closed"),
        ("{a=y} {n=4}", "{n=4}", "one forbidden clause a line"),
        ("{}", "{}", "the clause is empty"),
        ("{a = y && n = 4}", "=", "did you mean '=='?"),
        ("{a == y, n == 4}", ",", "did you mean '&&'?"),
        ("{a == 'y'}", "'", "values stand without quotes"),
        ("{!(a == y)}", "!", "there is no 'not', only !="),
        ("{a == y or n == 4}", "or", "did you mean '||'?"),
        ("{n > 4 AND (a == y)}", "AND", "did you mean '&&'?"),
        ("{not (a == y)}", "not", "there is no 'not', only !="),
        ("{n ** 2 > 4}", "**", "did you mean '^'?"),
        ("{n <> 4}", "<>", "did you mean '!='?"),
        ("{n === 4}", "===", "did you mean '=='?"),
        ("{n => 4}", "=>", "did you mean '>='?"),
        ("{(n > 4}", "(", "'(' is never closed"),
        ("{n > 4)}", ")", "')' without '('"),
        ("{n > }", "}", "the clause ends where a value is expected"),
        ("{n > * 4}", "*", "a value is missing before '*'"),
        ("{n 4}", "4", "an operator is missing before '4'"),
        ("{squirt(n) > 4}", "squirt", "unknown function 'squirt' … did you mean 'sqrt'?"),
        ("{m > 4}", "m", "'m' is neither a parameter nor a value"),
        ("{1 > 0}", "{1 > 0}", "always true"),
    ],
)
def test_each_error_has_its_place_and_a_hint(line, place, message):
    (problem,) = problems_of(f"{BASE}{line}\n")
    assert message in problem.message
    assert problem.line == 5
    assert problem.source == line
    assert line[problem.column - 1 :][: problem.length] == place


def test_all_errors_of_a_file_are_reported_in_the_order_of_its_lines():
    text = f"{BASE}r | a == z\nm [1, 2] [3]\n{{n=99}}\n{{n > }}\nhello\n"
    assert [p.line for p in problems_of(text)] == [5, 6, 7, 8, 9]


@pytest.mark.parametrize(
    ("line", "places"),
    [
        ("child | parent == 3", ["child", "parent"]),
        ("rr | aa == x && n > 40 || a > x", ["rr", "aa", "40", ">"]),
        ("r | a in {x, u, v} && n in {1, 99}", ["u", "v", "99"]),
        ("r | a == && n = 3", ["a ==", "n = 3"]),
        ("{aa=x, n=99, a=z}", ["aa", "99", "z"]),
        ("{nn > 4 && mm == y", ["{nn > 4 && mm == y"]),
        ("{nn > 4 && mm == why}", ["nn", "mm", "why"]),
        ("{nn > 4 && (mm == 5}", ["nn", "(", "mm"]),
        ("m {a b, c, , c} [a]", ["a b", ",", "c"]),
        ("m real [zero, one] [half]", ["zero", "one", "half"]),
        ("m integer [0.5, 9] [1.5]", ["0.5", "1.5"]),
        ("m real [0, 1] [2] log", ["0", "2"]),
    ],
)
def test_all_errors_of_a_line_are_reported(line, places):
    problems = problems_of(f"{BASE}{line}\n")
    assert [line[p.column - 1 :][: p.length] for p in problems] == places


def test_suggestions_end_when_they_would_take_long():
    names = [f"parameter_{i}" for i in range(500)]
    lines = [f"{name} [0, 1] [0]\n" for name in names] + [f"{{{name}x=1}}\n" for name in names]
    problems = problems_of("".join(lines))
    assert len(problems) == 500
    assert "did you mean 'parameter_0'?" in problems[0].message
    assert problems[-1].message == "unknown parameter 'parameter_499x'"


def test_of_very_many_values_only_the_first_are_shown():
    values = ", ".join(f"v{i}" for i in range(200))
    (problem,) = problems_of(f"m {{{values}}} [v200]")
    assert problem.message == (
        "default 'v200' is not among {"
        + ", ".join(f"v{i}" for i in range(20))
        + ", …} … did you mean 'v20'?"
    )


def test_a_wrong_parameter_is_reported_once_however_often_it_is_named():
    (problem,) = problems_of("m [1, 2] [3]\nr [0, 1] [0]\nr | m > 1\n{m=1, r=1}\n{m > r}\n")
    assert problem.message == "default 3 is outside [1, 2]"


def test_conditions_in_a_circle_are_reported_with_the_circle():
    (problem,) = problems_of(f"{BASE}a | n == 3\nn | o == lo\no | a == x\nr | a == x\n")
    assert "a depends on n depends on o depends on a" in problem.message


def test_a_second_condition_in_the_newer_form_is_refused():
    (problem,) = problems_of(f"{BASE}r | a == x\nr | n in {{3}}\n")
    assert problem.message == "'r' already has a condition in line 5: join them with &&"


@pytest.mark.parametrize(
    ("clause", "message"),
    [
        ("m-1 [0, 1] [0]\n{n > 4}", "rename m-1"),
        ("m {x-y, n} [n]\n{n > 4}", "rename x-y"),
        ("m {n, k} [n]\n{n > 4}", "no parameter may be named like a value: rename n"),
        ("m ordinal {hi, lo} [hi]\n{n > 4}", "ordinals disagree on lo, hi"),
        ("m ordinal {10, 9} [9]\n{n > 4}", "ordinals disagree on 10, 9"),
    ],
)
def test_advanced_clauses_need_plain_names_and_one_order_of_values(clause, message):
    assert message in problems_of(BASE + clause)[0].message


def test_what_prevents_advanced_clauses_is_said_once():
    clauses = "{n > 4}\n{n > 5}\n{n > 6 && oo == lo}\n"
    problems = problems_of(f"{BASE}m-1 {{n, k}} [n]\n{clauses}")
    assert [(p.line, p.message.partition(": ")[2]) for p in problems] == [
        (6, "rename m-1"),
        (6, "rename n"),
    ]


def test_a_file_that_is_not_there_is_an_error_with_its_path(tmp_path):
    with pytest.raises(UserError, match=r"params\.pcs: cannot be read: No such file"):
        read_pcs(tmp_path / "params.pcs")


def test_the_file_that_was_perhaps_meant_is_named(tmp_path):
    (tmp_path / "params.pcs").write_text(BASE)
    (tmp_path / "notes.txt").write_text("")
    with pytest.raises(UserError, match=r"No such file or directory … did you mean 'params.pcs'\?"):
        read_pcs(tmp_path / "parms.pcs")


def test_a_folder_is_an_error_too(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        read_pcs(tmp_path)


def test_a_file_that_is_not_text_is_an_error_at_its_line(tmp_path):
    path = tmp_path / "params.pcs"
    path.write_bytes(b"x [0,1] [0]\n\xff\xfe\0")
    with pytest.raises(UserError, match=r"params\.pcs:2: not UTF-8 text"):
        read_pcs(path)


def test_a_byte_order_mark_is_no_part_of_the_first_name(tmp_path):
    path = tmp_path / "params.pcs"
    path.write_bytes(b"\xef\xbb\xbfx [0,1] [0]\r\n")
    assert list(read_pcs(path)) == ["x"]


def space_or_user_error(text):
    try:
        space = parse_pcs(text)
    except UserError as error:
        assert error.problems
    else:
        assert isinstance(space, ConfigurationSpace)


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_any_text_gives_a_space_or_a_user_error(text):
    space_or_user_error(text)


@settings(deadline=None, max_examples=300)
@given(st.text("ab01.-+*{}[](),|&=<>! \nil#^%", max_size=60))
def test_any_text_made_of_the_formats_signs_gives_a_space_or_a_user_error(text):
    space_or_user_error("a {a,b} [a]\n" + text)
    space_or_user_error("b [0,9] [1]\nc {d,e} [e]\n{" + text.replace("\n", ""))
    space_or_user_error("b [0,9] [1]\nc {d,e} [e]\nb | " + text)


@settings(deadline=None, max_examples=200)
@given(st.binary())
def test_any_bytes_give_a_space_or_a_user_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "params.pcs"
    path.write_bytes(content)
    try:
        read_pcs(path)
    except UserError as error:
        assert error.problems


VALID = sorted(p.read_bytes().decode("utf-8") for p in CASES.glob("*.pcs"))


@settings(deadline=None, max_examples=500)
@given(
    st.sampled_from(VALID),
    st.integers(0, 200),
    st.integers(0, 6),
    st.text(string.printable, max_size=4) | st.sampled_from(["1e999", "{", "}", "||", "nan"]),
)
def test_a_damaged_file_gives_a_space_or_a_user_error(text, at, cut, inserted):
    space_or_user_error(text[:at] + inserted + text[at + cut :])


def test_expressions_of_any_depth_are_read_without_recursion():
    deep = "(" * 20_000 + "n" + ")" * 20_000
    long = " + ".join(["n"] * 20_000)
    minus = "-" * 20_000 + "n"
    space = parse_pcs(f"{BASE}{{{deep} > 9}}\n{{{long} > 190000}}\n{{{minus} > 9}}\n")
    assert len(space.forbidden_clauses) == 3

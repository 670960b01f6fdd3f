"""PCS files that are deep, long, many-valued, in other encodings or full of huge numbers."""

import pytest

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, read_pcs, size_upper_bound, write_pcs

BASE = """\
a categorical {x, y} [x]
n integer [1, 10] [3]
r real [0, 1] [0.5]
o ordinal {lo, hi} [lo]
"""
MANY = 100_000


def problems_of(text):
    with pytest.raises(UserError) as caught:
        parse_pcs(text)
    return caught.value.problems


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 45_000 + "n" + ")" * 45_000 + " > 9",
        "-" * 90_000 + "n > 9",
        "abs(" * 19_000 + "n" + ")" * 19_000 + " > 9",
        " - ".join(["n"] * 24_000) + " > 9",
        " && ".join(["n > 9"] * 11_000),
        "n > 9 && " + " ^ ".join(["1"] * 24_000),
    ],
    ids=["parentheses", "minuses", "functions", "terms", "comparisons", "powers"],
)
def test_a_clause_may_be_of_any_depth(expression):
    space = parse_pcs(f"{BASE}{{{expression}}}")
    assert len(space.forbidden_clauses) == 1
    space.sample_configuration(10)


def test_a_condition_may_have_ten_thousand_terms():
    terms = " || ".join(f"n == {i % 10 + 1} && r > 0" for i in range(2000))
    space = parse_pcs(f"{BASE}o | {terms}")
    assert space.get_default_configuration()["o"] == "lo"
    space.sample_configuration(10)


def test_a_categorical_may_have_a_hundred_thousand_values():
    values = ", ".join(f"v{i}" for i in range(MANY))
    text = f"{BASE}m {{{values}}} [v7]\nr | m in {{{values}}}\n{{m=v1}}\n{{m == v2}}\n"
    space = parse_pcs(text)
    assert space.get_default_configuration()["m"] == "v7"
    assert "r" in space.get_default_configuration()
    assert size_upper_bound(parse_pcs(f"m {{{values}}} [v7]")) == MANY
    assert parse_pcs(write_pcs(space.tree)) == space


def test_what_is_wrong_with_a_long_line_is_said_shortly():
    values = ", ".join(f"v{i}" for i in range(MANY))
    (problem,) = problems_of(f"m {{{values}}} [w]\n")
    assert problem.message.startswith("default 'w' is not among {v0, v1, ")
    assert len(problem.underlined()) < 500
    assert problem.column == len(values) + 7


def test_an_ordinal_may_have_a_hundred_thousand_values():
    values = ", ".join(f"v{i}" for i in range(MANY))
    space = parse_pcs(f"{BASE}m ordinal {{{values}}} [v7]\nr | m < v100\n{{m > v{MANY - 2}}}")
    assert "r" in space.get_default_configuration()
    space.sample_configuration(10)


def test_thousands_of_lines_may_name_a_categorical_of_many_values():
    values = ", ".join(f"v{i}" for i in range(MANY))
    clauses = "".join(f"{{m=v{i}}}\n" for i in range(2000))
    space = parse_pcs(f"{BASE}m {{{values}}} [v{MANY - 1}]\n{clauses}{{m == v2001 && n > 9}}")
    assert len(space.forbidden_clauses) == 2001


@pytest.mark.parametrize("sign", list("a 9,({[-|&=#\t"))
def test_a_line_of_ten_megabytes_is_refused_shortly_but_for_blanks_and_comments(sign):
    text = f"{BASE}{sign * 10_000_000}"
    if sign in " #\t":
        assert parse_pcs(text) == parse_pcs(BASE)
        return
    (problem,) = problems_of(text)
    assert "10,000,000 characters: at most 1,000,000 are read" in problem.message
    assert (problem.line, problem.source) == (5, None)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r | " + " && ".join(["n > 2"] * 21_000), "21,000 comparisons in a condition"),
        ("{" + ", ".join(["n=4"] * 21_000) + "}", "a forbidden clause of 105,000 characters"),
        ("m {" + "v" * 10_000 + "".join(f", v{i}" for i in range(2000)) + "} [v0]", "10,000 char"),
    ],
)
def test_what_takes_long_within_a_line_is_refused(line, message):
    (problem,) = problems_of(BASE + line)
    assert message in problem.message
    assert len(problem.underlined()) < 200


def test_a_file_that_never_ends_is_refused():
    with pytest.raises(UserError, match="/dev/zero: more than 10,000,000 bytes"):
        read_pcs("/dev/zero")


def test_millions_of_empty_lines_are_skipped():
    text = f"{BASE}{chr(10) * 9_000_000}q\n"
    (problem,) = problems_of(text)
    assert problem.line == 9_000_005


@pytest.mark.parametrize("line", ["{a=y}\n", "r | n in {1, 2}\n"])
def test_ten_thousand_copies_of_a_line_are_read(line):
    parse_pcs(BASE + line * 10_000)


@pytest.mark.parametrize("line", [BASE, "m {x, x} [x]\n", "{a=x}\n", "hello\n"])
def test_after_a_thousand_errors_the_rest_is_not_read(line):
    *problems, last = problems_of(BASE + line * 20_000)
    assert len(problems) == 1000
    assert last.message.startswith("more than 1,000 errors, the rest is not read")


def test_a_hundred_thousand_clauses_are_enough():
    (problem,) = problems_of("p [0, 1] [0]\n" * 100_001)
    assert problem.message.startswith("more than 100,000 parameters, conditions and")


@pytest.mark.parametrize("low", ["1", "-{}", "1e-300", "0"])
@pytest.mark.parametrize("high", ["1e9", "1e15", "1e16", "1e290", "1e308", "1e999", "9" * 5000])
@pytest.mark.parametrize("kind", ["real", "integer"])
@pytest.mark.parametrize("log", ["", " log"])
def test_bounds_of_any_size_give_a_space_that_samples_or_an_error(low, high, kind, log):
    text = f"{BASE}m {kind} [{low.format(high)}, {high}] [1]{log}\nr | m > 1\n{{m == 2}}"
    try:
        space = parse_pcs(text)
    except UserError as error:
        assert len(error.underlined()) < 1000
    else:
        for configuration in space.sample_configuration(10):
            configuration.check_valid_configuration()


@pytest.mark.parametrize(
    "number", ["9" * MANY, "9" * MANY + "x", "1e999", "1e" + "9" * MANY, "0." + "3" * MANY + "x"]
)
@pytest.mark.parametrize(
    "line",
    [
        "m real [0, {}] [0]",
        "m [0, 1] [{}]",
        "r | n > {}",
        "r | n in {{1, {}}}",
        "{{n={}}}",
        "{{r={}}}",
        "{{n > {}}}",
        "{{n ^ {} < -1}}",
    ],
)
def test_numbers_of_any_length_are_read_or_refused(line, number):
    try:
        parse_pcs(BASE + line.format(number))
    except UserError as error:
        assert len(error.underlined()) < 1000


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_may_end_in_any_way_and_the_file_start_with_a_mark(tmp_path, end, mark):
    path = tmp_path / "params.pcs"
    path.write_bytes((mark + BASE.replace("\n", end)).encode())
    assert read_pcs(path) == parse_pcs(BASE)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_refused(tmp_path, encoding):
    path = tmp_path / "params.pcs"
    path.write_bytes(BASE.encode(encoding))
    with pytest.raises(UserError) as caught:
        read_pcs(path)
    assert "not UTF-8" in str(caught.value) or "'U+0000' cannot stand here" in str(caught.value)


@pytest.mark.parametrize("sign", ["\0", "\x0b", "\x0c", "\x1c", "\x7f", "\x85", "\xa0", "\u2028"])
@pytest.mark.parametrize("line", ["m{} [0, 1] [0]", "m [0,{}1] [0]", "r | a =={} x", "{{a ={}y}}"])
def test_what_only_looks_like_a_blank_is_named(sign, line):
    (problem,) = problems_of(BASE + line.format(sign))
    assert problem.message.startswith(f"'U+{ord(sign):04X}' cannot stand here")
    assert problem.column == line.replace("{{", "{").index("{}") + 1

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
        "(" * MANY + "n" + ")" * MANY + " > 9",
        "-" * MANY + "n > 9",
        "abs(" * MANY + "n" + ")" * MANY + " > 9",
        " - ".join(["n"] * MANY) + " > 9",
        " && ".join(["n > 9"] * MANY),
        "n > 9 && " + " ^ ".join(["1"] * MANY),
    ],
    ids=["parentheses", "minuses", "functions", "terms", "comparisons", "powers"],
)
def test_a_clause_may_be_of_any_depth_and_length(expression):
    space = parse_pcs(f"{BASE}{{{expression}}}")
    assert len(space.forbidden_clauses) == 1
    space.sample_configuration(10)


def test_a_condition_may_have_ten_thousand_terms():
    terms = " || ".join(f"n == {i % 10 + 1} && r > 0" for i in range(10_000))
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
    assert parse_pcs(write_pcs(space)) == space


def test_what_is_wrong_with_a_long_line_is_said_shortly():
    values = ", ".join(f"v{i}" for i in range(MANY))
    (problem,) = problems_of(f"m {{{values}}} [w]\n")
    assert problem.message.startswith("default 'w' is not among {v0, v1, ")
    assert len(problem.underlined()) < 500
    assert problem.column == len(values) + 7


@pytest.mark.parametrize("sign", list("a 9,({[-|&=#\t"))
def test_a_line_of_ten_megabytes_is_read_or_refused_shortly(sign):
    try:
        parse_pcs(f"{BASE}{sign * 10_000_000}")
    except UserError as error:
        assert len(error.underlined()) < 1000


@pytest.mark.parametrize(
    "line", [BASE, "{a=y}\n", "r | n in {1, 2}\n", "m {x, x} [x]\n", "{a=x}\n"]
)
def test_ten_thousand_copies_of_a_line_are_read_or_refused(line):
    try:
        parse_pcs(BASE + line * 10_000)
    except UserError as error:
        assert len(error.problems) >= 10_000 - 1


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

"""irace's parameter files as PCS files: the same configurations, or an error with its place."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs, to_text
from smacwrap.pcs.foreign.irace import first_configuration, irace_to_pcs
from smacwrap.pcs.foreign.known import looks_like_irace

ACOTSP = """\
# name       switch           type  values               [conditions (using R syntax)]
algorithm    "--"             c     (as,mmas,eas,ras,"acs")
localsearch  "--localsearch " c     (0, 1, 2, 3)
alpha        "--alpha "       r     (0.00, 5.00)
rho          "--rho  "        r,log (1e-2, 1.00)
ants         "--ants "        i,log (5, 10^2 + 5)   # a comment, "with a quote
q0           ""               r     (-0.5, 1.0)  | algorithm == "acs"
nnls         "--nnls "        i     (5, 50)      | localsearch %in% c(1,2,3) & !(algorithm != "as")
dlb          "--dlb "         o     (0, 1)       | !(localsearch == 0) || alpha >= 2.5

[forbidden]
(alpha == 0.0) & (rho > 0.5)
ants > 50 & algorithm %in% c("as", "ras")
dlb == 1 & nnls < 10
[global]
digits = 2
"""

PCS = """\
algorithm categorical {as, mmas, eas, ras, acs} [as]  # "--"
localsearch categorical {0, 1, 2, 3} [0]              # "--localsearch "
alpha real [0, 5] [2.5]                               # "--alpha "
rho real [0.01, 1] [0.1] log                          # "--rho  "
ants integer [5, 105] [22] log                        # "--ants "
q0 real [-0.5, 1] [0.25]
nnls integer [5, 50] [27]                             # "--nnls "
dlb ordinal {0, 1} [0]                                # "--dlb "

q0 | algorithm == acs
nnls | localsearch in {1, 2, 3} && algorithm == as
dlb | localsearch in {1, 2, 3} || alpha > 2.5 || alpha == 2.5

{alpha == 0 && rho > 0.5}
{ants >= 51 && (algorithm == as || algorithm == ras)}
{dlb=1, nnls=5}
{dlb=1, nnls=6}
{dlb=1, nnls=7}
{dlb=1, nnls=8}
{dlb=1, nnls=9}
"""


def written(text, default=None):
    return irace_to_pcs(text, "parameters.txt", default)


def problems_of(text, default=None):
    with pytest.raises(UserError) as caught:
        written(text, default)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_of_irace_is_written_with_its_switches_as_comments():
    text = written(ACOTSP)
    comments, _, rest = text.partition("\n\n")
    assert "irace rounds reals to 2 decimals" in comments
    assert "numbers start in the middle of their ranges" in comments
    assert rest == PCS
    parse_pcs(text)


def test_starting_values_may_come_from_a_configurations_file():
    configurations = '# the default\nalgorithm alpha "localsearch" q0\n"mmas" 1.0 2 NA\nas 0 0 NA\n'
    default = first_configuration(configurations)
    assert default == {"algorithm": "mmas", "alpha": "1.0", "localsearch": "2"}
    found = to_text(parse_pcs(written(ACOTSP, default)).get_default_configuration())
    assert (found["algorithm"], found["alpha"], found["localsearch"]) == ("mmas", "1.0", "2")
    assert problems_of('x "" r (0, 1)', {"y": "1"}) == [
        "parameters.txt: the default names 'y', which is no parameter here"
    ]
    (outside,) = problems_of('x "" r (0, 1)', {"x": "3"})
    assert outside == "parameters.txt:1:1: default 3 is outside [0, 1]"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ('a "" i (1, b)', "depends on 'b'"),
        ('a "" i (1, "min(b, 10)")', "depends on '\"min(b, 10)\"'"),
        ('a "" i (1, 2, 3)', "expected two bounds"),
        ('a "" i (1, 2.5)', "2.5 is not an integer"),
        ('a "" r (5, 1)', "not below"),
        ('a "" r,log (0, 1)', "a log scale starts above 0"),
        ('a "" c,log (x, y)', "log is for i and r only"),
        ('a "" c ("very low", high)', "give it another name here"),
        ('a "" c ("", high)', "give it another name here"),
        ('a "" c ()', "has no values"),
        ("a -a i (1, 2)", 'expected: name "switch" type (values)'),
        ('a "" i (1, 2) b == 1', "expected (values), then nothing or '| condition'"),
        ('b "" i (1, 2)\na "" i (1, 2)\na "" i (1, 2)', "already declared in line 2"),
        ('b "" i (1, 2)\na "" i (1, 2) | c == 1', "unknown parameter 'c'"),
        ('b "" i (1, 2)\na "" i (1, 2) | b + 1 == 2', "compares a parameter with values only"),
        ('b "" i (1, 2)\na "" i (1, 2) | is.na(b)', "the function 'is.na' cannot be said"),
        ('b "" o (lo, hi)\na "" i (1, 2) | b < "hi"', "by the alphabet: use %in%"),
        ('b "" i (1, 2)\na "" i (1, 2) | b > 2', "never active"),
        ('b "" i (1, 2)\na "" i (1, 2) | b == ', "ends where a value is expected"),
        ('b "" i (1, 2)\na "" i (1, 2) | b', "expected a comparison"),
        ('b "" i (1, 2)\na "" i (1, 2) | (b == 1', "')' is missing"),
        ('b "" i (1, 2)\na "" i (1, 2) | b == 1 b', "unexpected 'b'"),
        ('a "" i (1, 1e999)', "has no result"),
        ('a "" i (1, 2) | b == 1\nb "" i (1, 2) | a == 1', "circular conditions"),
        ('a "" i (1, 2)\n[global]\ndepth = 1', "expected 'digits = 4'"),
        ("# nothing", "no parameters in it"),
    ],
)
def test_what_a_pcs_file_cannot_say_is_told_with_its_place(lines, message):
    (problem,) = problems_of(lines)
    assert problem.startswith("parameters.txt:")
    assert message in problem


@pytest.mark.parametrize(
    "expression",
    [
        " | ".join(["a == 1"] * 500), " & ".join(["(a == 1 | a == 2)"] * 30),
        "(" * 500 + "a == 1" + ")" * 500, "!" * 5000 + "a == 1", "-" * 5000 + "a == 1",
        "+".join(["a"] * 5000) + " == 1", "^".join(["2"] * 5000) + " == a",
    ],
)  # fmt: skip
def test_a_deep_or_long_expression_is_read_or_refused_in_a_line(expression):
    text = f'a "" i (1, 3)\n[forbidden]\n{expression}\n'
    try:
        parse_pcs(written(text))
    except UserError as error:
        assert len(error.problems) == 1


# Kleene's logic of R, worked out the slow way.

NAMES = ("p", "q", "r")
DOMAINS = {"p": ("1", "2", "3"), "q": ("x", "y"), "r": ("1", "2", "3", "4")}
HEADS = {"p": 'p "" i (1, 3)', "q": 'q "" c (x, y)', "r": 'r "" o (1, 2, 3, 4)'}


def comparisons(names):
    def of(name):
        values = st.sampled_from(DOMAINS[name])
        several = st.lists(values, min_size=1, max_size=3).map(tuple)
        signs = ["==", "!="] if name == "q" else ["==", "!=", "<", "<=", ">", ">="]
        return st.tuples(st.just("in"), st.just(name), several) | st.tuples(
            st.sampled_from(signs), st.just(name), values
        )

    return st.sampled_from(names).flatmap(of)


def expressions(names):
    return st.recursive(
        comparisons(names),
        lambda inner: (
            st.tuples(st.sampled_from("&|"), inner, inner) | st.tuples(st.just("!"), inner)
        ),
        max_leaves=4,
    )


def shown(node):
    sign, *parts = node
    if sign == "!":
        return f"!({shown(parts[0])})"
    if sign in "&|":
        return f"({shown(parts[0])} {sign} {shown(parts[1])})"
    quoted = '"{}"' if parts[0] == "q" else "{}"
    if sign == "in":
        return f"{parts[0]} %in% c({', '.join(quoted.format(v) for v in parts[1])})"
    return f"{parts[0]} {sign} {quoted.format(parts[1])}"


def value_of(node, active):
    """True, False or None for NA."""
    sign, *parts = node
    if sign == "!":
        inner = value_of(parts[0], active)
        return None if inner is None else not inner
    if sign in "&|":
        both = [value_of(part, active) for part in parts]
        decides = sign == "|"
        if decides in both:
            return decides
        return None if None in both else not decides
    name, other = parts
    if sign == "in":
        return active.get(name) in other
    if name not in active:
        return None
    one = active[name]
    return {
        "==": one == other, "!=": one != other, "<": one < other, "<=": one <= other,
        ">": one > other, ">=": one >= other,
    }[sign]  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_legal_configurations_are_those_of_irace(data):
    conditions = {
        name: data.draw(st.none() | expressions(NAMES[:i])) for i, name in enumerate(NAMES) if i
    }
    forbidden = data.draw(st.lists(expressions(NAMES), max_size=2))
    lines = [
        HEADS[name] + (f" | {shown(conditions[name])}" if conditions.get(name) else "")
        for name in NAMES
    ]
    text = "\n".join([*lines, "[forbidden]", *map(shown, forbidden)])
    expected = set()
    for values in itertools.product(*DOMAINS.values()):
        active = {}
        for name, value in zip(NAMES, values, strict=True):
            if conditions.get(name) is None or value_of(conditions[name], active) is True:
                active[name] = value
        if not any(value_of(node, active) is True for node in forbidden):
            expected.add(frozenset(active.items()))
    try:
        space = parse_pcs(written(text))
    except UserError as error:
        message = str(error)
        assert (
            "forbids the default" in message
            or "always true" in message
            or "never active" in message
        )
        return
    found = {frozenset(to_text(c).items()) for c in space.sample_configuration(500)}
    assert found <= expected
    assert len(expected) > 12 or found == expected


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    st.text()
    | st.lists(
        st.sampled_from(
            [*'abci,r()|&!"\'<>=-+*/^ \n', ' "" c (', ' "" i (1, 9)', "%in%", "c(", "[forbidden]\n",
             "[global]\n", "digits = 3\n", "a", "1", "2.5", "TRUE", " | a == 1\n", "1e999", "log"]
        )
    ).map("".join)
)  # fmt: skip
def test_garbage_is_an_error_and_never_a_traceback(text):
    looks_like_irace(text)
    try:
        parse_pcs(written(text))
    except UserError as error:
        assert error.problems
    try:
        first_configuration(text)
    except UserError as error:
        assert error.problems


@pytest.mark.parametrize("text", [ACOTSP, 'a "" c (1)', '\n\n# x\n\ta.b "-x" r,log (1,2)\r\n'])
def test_files_of_irace_are_recognised(text):
    assert looks_like_irace(text)


@pytest.mark.parametrize("text", ["", "a {x} [x]", "a real [0, 1] [0]", '{"a": 1}', "x c (1)"])
def test_other_files_are_not(text):
    assert not looks_like_irace(text)

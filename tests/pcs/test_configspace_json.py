"""ConfigSpace's JSON means the same as the PCS file, in both directions."""

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest
from ConfigSpace import ConfigurationSpace
from ConfigSpace.types import NotSet
from ConfigSpace.util import generate_grid
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import all_to_text, parse_pcs, parse_tree, read_pcs, to_text, write_pcs
from smacwrap.pcs.configspace_json import parse_configspace_json, to_configspace_json
from smacwrap.pcs.space import PcsSpace
from tests.pcs.models import models, space_of
from tests.pcs.test_cases import ACCEPTED, name_of, path_of

Domains = Mapping[str, list[Any]]


def plain_space(text: str) -> ConfigurationSpace:
    """As a person has it who does not know smacwrap."""
    return ConfigurationSpace.from_serialized_dict(json.loads(text))


def legal_in_plain(space: ConfigurationSpace, domains: Domains) -> set[frozenset[tuple[str, str]]]:
    """The legal configurations, by ConfigSpace's own conditions and clauses.

    By values, one by one: by vectors, ConfigSpace's `!=` holds for inactive parents.
    """
    found = set()
    for values in itertools.product(*domains.values()):
        setting = dict(zip(domains, values, strict=True))
        active: dict[str, Any] = {}
        for name in space:  # parents before their children
            known = {other: active.get(other, NotSet) for other in space}
            if all(c.satisfied_by_value(known) for c in space.parent_conditions_of[name]):
                active[name] = setting[name]
        if not any(clause.is_forbidden_value(active) for clause in space.forbidden_clauses):
            found.add(frozenset((name, str(value)) for name, value in active.items()))
    return found


def legal_in_pcs(space: ConfigurationSpace, domains: Domains) -> set[frozenset[tuple[str, str]]]:
    steps = {n: len(d) for n, d in domains.items() if hasattr(space[n], "lower")}
    return {frozenset(to_text(c).items()) for c in generate_grid(space, steps)}


@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(models())
def test_plain_configspace_reads_the_same_legal_configurations(model):
    space = space_of(model)
    try:
        text = to_configspace_json(space.tree)
    except UserError as error:
        assert all("ConfigSpace" in p.message for p in error.problems)
        return
    domains: Domains = {
        name: [int(v) for v in domain] if model.kinds[name] == "integer" else domain
        for name, domain in model.domains.items()
    }
    plain = plain_space(text)
    assert legal_in_plain(plain, domains) == model.legal().keys()
    decoded = parse_configspace_json(text)
    assert not decoded.warnings
    assert legal_in_pcs(PcsSpace(decoded.tree), domains) == model.legal().keys()
    assert all_to_text(PcsSpace(decoded.tree).get_default_configuration()) == all_to_text(
        space.get_default_configuration()
    )


TEXT = """\
lr real [1e-05, 1] [0.01] log
n integer [-5, 1024] [32]
one integer [7, 7] [7]
opt categorical {sgd, adam} [adam]
size ordinal {lo, mid, hi} [mid]
width integer [1, 64] [8] log
momentum real [0, 1] [0.9]

momentum | opt == sgd && n > 4 || size in {lo, hi} && n != 7

{lr > 0.5 && n > 100}
{lr > 0.5 && size > lo}
{n < width}
{n=32, size=hi}
{opt=sgd}
"""


def test_a_file_comes_back_from_json_as_it_was():
    assert write_pcs(parse_configspace_json(to_configspace_json(parse_tree(TEXT))).tree) == TEXT


def test_a_large_default_on_a_log_scale_comes_back_as_it_was():
    text = "x real [1000000, 100000000000000] [1000000000000] log\n"
    assert write_pcs(parse_configspace_json(to_configspace_json(parse_tree(text))).tree) == text


def test_configspace_writes_the_same_json_again():
    text = to_configspace_json(parse_tree(TEXT))
    ours, theirs = json.loads(text), plain_space(text).to_serialized_dict()
    assert ours["hyperparameters"] == theirs["hyperparameters"]
    assert ours["conditions"] == theirs["conditions"]
    assert sorted(map(str, ours["forbiddens"])) == sorted(map(str, theirs["forbiddens"]))
    assert ours["format_version"] == theirs["format_version"]


@pytest.mark.parametrize("verdict", ACCEPTED, ids=name_of)
def test_files_that_smac2_accepts_come_back_or_are_refused(verdict):
    space = read_pcs(path_of(verdict))
    try:
        text = to_configspace_json(space.tree)
    except UserError:
        return
    decoded = PcsSpace(parse_configspace_json(text).tree)
    assert dict(decoded) == dict(space)
    assert [c.child for c in decoded.conditions] == [c.child for c in space.conditions]
    assert plain_space(text).keys() == space.keys()


PARENTS = "a {x, y} [x]\nd {p, q} [p]\nn [1, 900] [3]i\nd | a == y\nc [0, 1] [0.5]\n"


INACTIVE = """\
a {x, y} [x]
d {p, q} [p]
e {u, v} [v]
n [1, 9] [3]i
c [0, 1] [0.5]
d | a == y
e | d == q
"""


@pytest.mark.parametrize(
    ("clause", "items"),
    [
        # Where e is active, so is d.
        ("{d=q, e=u}", 1),
        ("{d=p, e=u}", 0),
        # d counts with its default, p, where a is not y.
        ("{d=p, n=5}", 2),
        ("{d == p && n == 5}", 2),
        ("{d != q && c > 0.75}", 2),
        # e is inactive where d is, or has the other value.
        ("{e=v, n=5}", 3),
        ("{d=p, e=v, n=5}", 2),
        # What reckons with few values is tried out.
        ("{n * 2 > 15}", 1),
        ("{abs(n - 5) > 3}", 2),
        ("{n * d > 8}", None),
    ],
)
def test_inactive_parameters_that_count_by_default_become_clauses_about_their_parents(
    clause, items
):
    space = parse_pcs(INACTIVE + clause)
    text = to_configspace_json(space.tree)
    assert items is None or len(json.loads(text)["forbiddens"]) == items
    domains = {
        "a": ["x", "y"],
        "d": ["p", "q"],
        "e": ["u", "v"],
        "n": [*range(1, 10)],
        "c": [0.0, 0.5, 1.0],
    }
    domains = {name: domains[name] for name in space}
    expected = legal_in_pcs(space, domains)
    assert legal_in_plain(plain_space(text), domains) == expected
    assert legal_in_pcs(PcsSpace(parse_configspace_json(text).tree), domains) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{n * r > 300}", "no arithmetic"),
        ("{abs(r) > 0.75}", "no arithmetic"),
        ("{a == r && r > 0.75}", "compares numbers with numbers"),
        ("c | one > 7", "it never holds"),
    ],
)
def test_what_configspace_cannot_say_is_named_with_the_reason(line, reason):
    with pytest.raises(UserError) as caught:
        to_configspace_json(parse_tree(f"{PARENTS}r [0, 1] [0.5]\none [7, 7] [7]i\n{line}"))
    (problem,) = caught.value.problems
    assert f"ConfigSpace's JSON cannot say '{line.removeprefix('c | ')}'" in problem.message
    assert reason in problem.message


def test_conditions_that_configspace_would_take_for_one_another_are_told_apart():
    children = "e [0, 1] [0.5]\nf [0, 1] [0.5]\n"
    text = f"{PARENTS}{children}c | a == x && n == 3\ne | a == x || n == 3\nf | n == 3 || a == x"
    plain = plain_space(to_configspace_json(parse_tree(text)))
    for configuration in plain.sample_configuration(300):
        parents = configuration["a"] == "x", configuration["n"] == 3
        active = [name in configuration for name in "cef"]
        assert active == [all(parents), any(parents), any(parents)]
    plain.get_default_configuration()


def test_thousands_of_conditions_are_compared_in_seconds():
    names = [f"p{i}" for i in range(2000)]
    lines = [f"{name} integer [1, 9] [2]\n{name} | a == x && n > {i % 500 + 1}\n"
             for i, name in enumerate(names)]  # fmt: skip
    data = json.loads(to_configspace_json(parse_tree(PARENTS + "".join(lines))))
    assert len(data["conditions"]) == 2001


def test_not_equal_to_a_value_of_a_parent_that_may_be_inactive_works_in_plain_configspace():
    space = plain_space(to_configspace_json(parse_tree(PARENTS + "c | d != p")))
    for configuration in space.sample_configuration(50):
        assert ("c" in configuration) == (configuration.get("d") == "q")


@pytest.mark.parametrize(
    ("clause", "back"),
    [
        ("n >= 5", "n > 4"), ("n <= 2", "n < 3"), ("n > 4.5", "n > 4"), ("n < 2.5", "n < 3"),
        ("5 < n", "n > 5"), ("n > 2 + 3 * 2", "n > 8"), ("o >= hi && n > 5", "o == hi && n > 5"),
        ("o <= lo && n > 5", "o == lo && n > 5"), ("n > 5 && n < 900.5", "n > 5"),
        ("n > 5 || n < 0", "n > 5"), ("r >= 0.75", "r >= 0.75"),
        ("n > 5 && a > x", "n > 5 && a == y"),
    ],
)  # fmt: skip
def test_comparisons_come_back_with_the_same_meaning(clause, back):
    parents = f"{PARENTS}o ordinal {{lo, mid, hi}} [mid]\nr [0, 1] [0.5]\n"
    text = to_configspace_json(parse_tree(f"{parents}{{{clause}}}"))
    decoded = PcsSpace(parse_configspace_json(text).tree)
    assert [repr(c) for c in decoded.forbidden_clauses] == [f"{{{back}}}"]


# From JSON


@st.composite
def serialized(draw: st.DrawFn) -> tuple[dict[str, Any], Domains]:
    """ConfigSpace's JSON with all kinds of conditions and clauses over finite domains."""
    parameters: list[dict[str, Any]] = []
    domains: dict[str, list[Any]] = {}
    for name in "pqrs"[: draw(st.integers(1, 4))]:
        kind = draw(st.sampled_from(["categorical", "ordinal", "uniform_int", "constant"]))
        size = draw(st.integers(2, 3))
        values: list[Any] = [f"{name}{letter}" for letter in "abc"[:size]]
        if kind == "uniform_int" or draw(st.booleans()):
            values = list(range(1, size + 1))
        if kind == "constant":
            values = values[:1]
        item: dict[str, Any] = {"type": kind, "name": name}
        if kind == "constant":
            item["value"] = values[0]
        elif kind == "uniform_int":
            item |= {"lower": 1, "upper": size, "log": draw(st.booleans())}
        else:
            item["choices" if kind == "categorical" else "sequence"] = values
        if kind != "constant":
            item["default_value"] = draw(st.sampled_from(values))
        parameters.append(item)
        domains[name] = values
    kinds = {item["name"]: item["type"] for item in parameters}
    names = list(domains)
    conditional = {i: name for i, name in enumerate(names) if i and draw(st.booleans())}
    conditions = [draw(_conditions(n, names[:i], kinds, domains)) for i, n in conditional.items()]
    # By value, but not by vector, ConfigSpace forbids inactive ordinals by <= and >=.
    always = {n: k for n, k in kinds.items() if k != "ordinal" or n not in conditional.values()}
    clauses = draw(
        st.lists(_clauses(names, {**dict.fromkeys(names, ""), **always}, domains), max_size=2)
    )
    data = {"hyperparameters": parameters, "conditions": conditions, "forbiddens": clauses}
    return data, domains


def _signs(kind: str) -> list[str]:
    return ["LT", "GT"] if kind in ("ordinal", "uniform_int") else []


@st.composite
def _conditions(draw, child, parents, kinds, domains, depth=2):
    if depth and draw(st.booleans()):
        inner = _conditions(child, parents, kinds, domains, depth - 1)
        parts = draw(st.lists(inner, min_size=2, max_size=2))
        return {"type": draw(st.sampled_from(["AND", "OR"])), "conditions": parts}
    parent = draw(st.sampled_from(parents))
    kind = draw(st.sampled_from(["EQ", "NEQ", "IN", *_signs(kinds[parent])]))
    values = draw(st.lists(st.sampled_from(domains[parent]), min_size=1, unique=True))
    item = {"type": kind, "child": child, "parent": parent}
    return item | ({"values": values} if kind == "IN" else {"value": values[0]})


@st.composite
def _clauses(draw, names, kinds, domains, depth=2):
    if depth and draw(st.booleans()):
        inner = _clauses(names, kinds, domains, depth - 1)
        parts = draw(st.lists(inner, min_size=2, max_size=2))
        return {"type": draw(st.sampled_from(["AND", "OR"])), "clauses": parts}
    name = draw(st.sampled_from(names))
    if len(names) > 1 and draw(st.integers(0, 3)) == 0:
        other = draw(st.sampled_from([n for n in names if n != name]))
        sign = draw(st.sampled_from(["LT", "LE", "EQ", "GT", "GE"]))
        return {"type": f"RELATION_{sign}", "left": name, "right": other}
    signs = [f"CLAUSE_{sign[0]}{end}" for sign in _signs(kinds[name]) for end in "TE"]
    kind = draw(st.sampled_from(["EQUALS", "IN", *signs]))
    values = draw(st.lists(st.sampled_from(domains[name]), min_size=1, unique=True))
    return {"type": kind, "name": name} | (
        {"values": values} if kind == "IN" else {"value": values[0]}
    )


def test_clauses_of_parameters_that_may_be_inactive_name_what_makes_them_active():
    data = json.loads(to_configspace_json(parse_tree(INACTIVE)))
    both = [
        {"type": "EQUALS", "name": "e", "value": "v"},
        {"type": "EQUALS", "name": "n", "value": 5},
    ]
    data["forbiddens"] = [{"type": "AND", "clauses": both}]
    space = PcsSpace(parse_configspace_json(json.dumps(data)).tree)
    assert list(map(repr, space.forbidden_clauses)) == ["{e=v, n=5, d=q, a=y}"]


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(serialized())
def test_any_json_of_configspace_keeps_its_legal_configurations_or_is_refused(drawn):
    data, domains = drawn
    text = json.dumps(data)
    try:
        plain = plain_space(text)
    except Exception:  # the default is forbidden, a condition holds for no value, …
        assume(False)
    try:
        space = PcsSpace(parse_configspace_json(text).tree)
    except UserError:
        return
    try:
        expected = legal_in_plain(plain, domains)
    except TypeError:  # a text is compared with a number
        return
    assert legal_in_pcs(space, domains) == expected


def parameter(**fields: Any) -> str:
    return json.dumps({"hyperparameters": [{"name": "x", **fields}]})


BOUNDS = {"lower": 1, "upper": 10, "default_value": 2}


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"type": "uniform_float", **BOUNDS}, "x real [1, 10] [2]"),
        ({"type": "uniform_float", **BOUNDS, "log": True}, "x real [1, 10] [2] log"),
        ({"type": "uniform_int", **BOUNDS, "log": True}, "x integer [1, 10] [2] log"),
        ({"type": "categorical", "choices": [1, 2.5, True]}, None),
        ({"type": "categorical", "choices": [3, 2.5, True]}, "x categorical {3, 2.5, True} [3]"),
        ({"type": "ordinal", "sequence": ["lo", "hi"]}, "x ordinal {lo, hi} [lo]"),
        ({"type": "constant", "value": 7}, "x integer [7, 7] [7]"),
        ({"type": "constant", "value": "relu"}, "x categorical {relu} [relu]"),
        ({"type": "constant", "value": 0.5}, "x categorical {0.5} [0.5]"),
    ],
)
def test_each_kind_of_parameter(fields, line):
    if line is None:  # ConfigSpace takes 1 and True for the same
        with pytest.raises(UserError, match=r"hyperparameters\[0\] 'x': "):
            parse_configspace_json(parameter(**fields))
        return
    decoded = parse_configspace_json(parameter(**fields))
    assert write_pcs(decoded.tree).strip() == line
    assert decoded.warnings == ()


@pytest.mark.parametrize(
    ("fields", "line", "warning"),
    [
        (
            {"type": "categorical", "choices": ["a", "b"], "weights": [1, 3]},
            "x categorical {a, b} [b]",
            "'x': the weights of its values are dropped",
        ),
        (
            {"type": "normal_float", **BOUNDS, "mu": 3, "sigma": 1},
            "x real [1, 10] [2]",
            "'x': its normal distribution becomes a uniform one",
        ),
        (
            {"type": "normal_int", **BOUNDS, "mu": 3, "sigma": 1},
            "x integer [1, 10] [2]",
            "'x': its normal distribution becomes a uniform one",
        ),
        (
            {"type": "beta_float", **BOUNDS, "alpha": 3, "beta": 2},
            "x real [1, 10] [2]",
            "'x': its beta distribution becomes a uniform one",
        ),
        (
            {"type": "beta_int", **BOUNDS, "alpha": 3, "beta": 2, "log": True},
            "x integer [1, 10] [2] log",
            "'x': its beta distribution becomes a uniform one",
        ),
        (
            {"type": "uniform_int", **BOUNDS, "q": 2},
            "x integer [1, 10] [2]",
            "'x': its quantisation, q=2, is dropped",
        ),
        (
            {"type": "constant", "value": 1, "meta": {"unit": "s"}},
            "x integer [1, 1] [1]",
            "'x': its meta data are dropped",
        ),
    ],
)
def test_what_a_pcs_file_has_no_place_for_is_dropped_with_a_warning(fields, line, warning):
    decoded = parse_configspace_json(parameter(**fields))
    assert write_pcs(decoded.tree).strip() == line
    assert decoded.warnings == (warning,)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "categorical", "choices": ["a b", "c"]}, "the value 'a b' is not an ASCII word"),
        ({"type": "categorical", "choices": ["a,b", "c"]}, "the value 'a,b' holds ','"),
        ({"type": "categorical", "choices": ["é", "c"]}, "the value 'é' is not an ASCII word"),
        ({"type": "categorical", "choices": [1, "1"]}, "two of its values are both written 1"),
        ({"type": "categorical", "choices": [[1], [2]]}, "the value [1] is neither"),
        ({"type": "constant", "value": 1, "name": "a b"}, "the name 'a b' is not an ASCII word"),
        ({"type": "constant", "value": 1, "name": "a=b"}, "the name 'a=b' holds '='"),
        ({"type": "uniform_float", "lower": 2, "upper": 1}, ""),
        ({"type": "uniform_float", "lower": 2}, "upper"),
        ({"type": "tree"}, "its type 'tree' is none of uniform_float, "),
        ({}, "its type None is none of"),
    ],
)
def test_what_a_pcs_file_cannot_hold_is_an_error_that_names_the_parameter(fields, reason):
    with pytest.raises(UserError) as caught:
        parse_configspace_json(parameter(**fields), "space.json")
    (problem,) = caught.value.problems
    name = fields.get("name", "x")
    assert str(problem).startswith(f"space.json: hyperparameters[0] '{name}': ")
    assert reason in problem.message


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "ordinal", "sequence": [f"v{i}" for i in range(6000)]}, "6,000 values"),
        ({"type": "categorical", "choices": ["v" * 10**6, *map(str, range(99))]}, "1,000,000 char"),
        ({"type": "categorical", "choices": [[i] for i in range(10_000)]}, "[0] is neither"),
        ({"type": "categorical", "choices": ["v" * 500, "\ud800"], "name": "x\ud800"}, "\\ud800"),
    ],
)
def test_what_takes_long_or_cannot_be_printed_is_refused_shortly(fields, reason):
    with pytest.raises(UserError) as caught:
        parse_configspace_json(parameter(**fields))
    assert reason in str(caught.value)
    assert len(str(caught.value).encode()) < 500


def test_a_categorical_may_have_many_values():
    values = [f"v{i}" for i in range(20_000)]
    text = parameter(type="categorical", choices=values)
    assert parse_configspace_json(text).tree["x"].size == 20_000


def test_all_problems_are_named_in_one_go():
    data = json.loads(parameter(type="categorical", choices=["a b"]))
    data["hyperparameters"] += [5, {"type": "constant", "name": "x"}]
    with pytest.raises(UserError) as caught:
        parse_configspace_json(json.dumps(data))
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "5", "{}", '{"hyperparameters": 5}', "[" * 10**5, '{"a": 1} x']
)
def test_what_is_no_configspace_json_is_refused(text):
    with pytest.raises(UserError, match=r"not JSON|no list \"hyperparameters\""):
        parse_configspace_json(text)


@settings(deadline=None, max_examples=200)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
        | st.sampled_from(["x", "categorical", "uniform_int", "EQ", "AND", "EQUALS"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["hyperparameters", "conditions", "forbiddens", "type", "name", "value", "choices",
                 "lower", "upper", "default_value", "child", "parent", "clauses", "q", "weights"]
            ),
            inner,
        ),
    )
)  # fmt: skip
def test_any_json_gives_a_space_or_an_error(data):
    data = {"hyperparameters": [data, data], "conditions": [data], "forbiddens": data}
    with pytest.raises(UserError):
        parse_configspace_json(json.dumps(data))

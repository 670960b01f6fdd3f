"""The spaces hold exactly the legal configurations: random files against a plain model of them."""

import copy
import itertools
import pickle
from collections.abc import Mapping

import pytest
from ConfigSpace import Configuration, ConfigurationSpace
from ConfigSpace.util import generate_grid, get_one_exchange_neighbourhood
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from smac.utils.configspace import create_uniform_configspace_copy

from smacwrap.errors import UserError
from smacwrap.pcs import from_text, parse_pcs, to_text
from tests.pcs.models import models, space_of


def key(configuration: Configuration) -> frozenset[tuple[str, str]]:
    return frozenset(to_text(configuration).items())


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(models())
def test_a_space_lists_and_checks_exactly_the_legal_configurations(model):
    space, legal = space_of(model), model.legal()
    steps = {n: len(d) for n, d in model.domains.items() if model.kinds[n] == "integer"}
    assert {key(c) for c in generate_grid(space, steps)} == legal.keys()
    for values in itertools.product(*model.domains.values()):
        active = model.active(dict(zip(model.domains, values, strict=True)))
        if frozenset(active.items()) in legal:
            assert to_text(from_text(space, active)) == dict(sorted(active.items()))
        else:
            with pytest.raises(UserError, match="forbidden"):
                from_text(space, active)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(models(), st.integers(0, 2**31))
def test_samples_and_all_their_neighbours_are_legal(model, seed):
    space, legal = space_of(model), model.legal()
    space.seed(seed)
    for configuration in space.sample_configuration(20):
        configuration.check_valid_configuration()
        assert key(configuration) in legal
        for neighbour in get_one_exchange_neighbourhood(configuration, seed):
            neighbour.check_valid_configuration()
            assert key(neighbour) in legal


CONDITIONAL = """
a categorical {x, y} [x]
n integer [1, 1000] [30] log
r real [1e-6, 1] [0.001] log
o ordinal {lo, mid, hi} [mid]
c real [0, 1] [0.5]
c | a == x && n > 10
o | c > 0.2 || a == y
{n + 1 > 900 && r > 0.5}
{a=y, o=hi}
"""


def checked(space: ConfigurationSpace) -> set[frozenset[tuple[str, str]]]:
    space.seed(3)
    configurations = space.sample_configuration(50)
    for configuration in configurations:
        configuration.check_valid_configuration()
    return {key(c) for c in configurations}


@pytest.mark.parametrize(
    "duplicate",
    [copy.deepcopy, lambda s: pickle.loads(pickle.dumps(s))],
    ids=["deepcopy", "pickle"],
)
def test_copies_are_equal_and_behave_alike(duplicate):
    space = parse_pcs(CONDITIONAL)
    assert duplicate(space) == space
    assert checked(duplicate(space)) == checked(space)


def test_the_copy_that_smac_makes_for_random_designs_keeps_conditions_and_clauses():
    space = parse_pcs(CONDITIONAL)
    for settings_ in checked(create_uniform_configspace_copy(space)):
        from_text(space, dict(settings_))


def test_the_space_can_be_saved_as_json_by_smac(tmp_path):
    parse_pcs(CONDITIONAL).to_json(tmp_path / "configspace.json")
    text = (tmp_path / "configspace.json").read_text(encoding="utf-8")
    assert "n + 1 > 900 && r > 0.5" in text


@pytest.mark.parametrize("operator", ["==", "!=", "<", ">"])
@pytest.mark.parametrize("log", ["", " log"])
def test_conditions_on_integers_are_exact_however_the_integer_arose(operator, log):
    space = parse_pcs(f"n integer [1, 997] [3]{log}\nb real [0, 1] [0.5]\nb | n {operator} 500")
    tests = {"==": int.__eq__, "!=": int.__ne__, "<": int.__lt__, ">": int.__gt__}
    space.seed(1)
    for start in space.sample_configuration(300):
        configurations = [start, *get_one_exchange_neighbourhood(start, 1)]
        for configuration in configurations:
            assert ("b" in configuration) == tests[operator](int(configuration["n"]), 500)


def test_a_child_of_an_inactive_parent_is_inactive_under_not_equal_too():
    space = parse_pcs("a {x,y} [x]\nd {p,q} [p]\nb [0,1] [0.5]\nd | a == y\nb | d != q")
    assert to_text(space.get_default_configuration()) == {"a": "x"}


def test_one_active_alternative_is_enough():
    space = parse_pcs("a {x,y} [x]\nd {p,q} [p]\nb [0,1] [0.5]\nd | a == y\nb | a == x || d == q")
    assert to_text(space.get_default_configuration()) == {"a": "x", "b": "0.5"}


def test_inactive_parameters_count_with_their_default_in_forbidden_clauses():
    space = parse_pcs(
        "g {on,off} [off]\nd {p,q} [q]\nk [1,10] [3]i\nd | g == on\n{d == q && k == 4}\n{d=q,k=5}"
    )
    settings_: Mapping[str, str] = {"g": "off", "k": "6"}
    assert to_text(from_text(space, settings_)) == settings_
    for k in "45":
        with pytest.raises(UserError, match="forbidden"):
            from_text(space, {"g": "off", "k": k})


def test_a_neighbour_that_a_clause_forbids_only_through_switching_off_is_not_proposed():
    space = parse_pcs(
        "a {on,off} [on]\nd {p,q} [p]\nn [1,5] [3]i\nd | a == on\n{d=p, n=5}\n{d == p && n == 4}"
    )
    for n in "45":
        configuration = from_text(space, {"a": "on", "d": "q", "n": n})
        for neighbour in get_one_exchange_neighbourhood(configuration, 1):
            neighbour.check_valid_configuration()


def test_equal_terms_joined_otherwise_stay_apart():
    space = parse_pcs(
        "a {x,y} [x]\nd {p,q} [q]\nb [0,1] [0.5]\nc [0,1] [0.5]\n"
        "b | a == x && d == p\nc | a == x || d == p"
    )
    assert to_text(space.get_default_configuration()) == {"a": "x", "c": "0.5", "d": "q"}


@pytest.mark.parametrize(
    "domain",
    [
        "integer [1, 1e15] [5] log",
        "integer [-1e15, 1e15] [5]",
        "integer [-2147483648, 2147483647] [0]",
        "integer [5, 5] [5]",
        "integer [5, 6] [5] log",
        "real [1e-12, 1e12] [5] log",
        "real [-1e290, 1e290] [5]",
        "real [0, 1e-9] [5e-10]",
    ],
)
def test_extreme_domains_work_as_parents_children_and_in_clauses(domain):
    default = domain.split("[")[-1].split("]")[0]
    space = parse_pcs(
        f"a {domain}\nc {domain}\nb [0,1] [0.5]\nb | a == {default}\nd [0,1] [0.5]\n"
        f"d | a < {default} || a > {default}\nc | b > 0.1\n{{a + c > {default} && b > 0.9}}\n"
        f"{{a={default}, b=0.7}}"
    )
    space.seed(1)
    for configuration in [space.get_default_configuration(), *space.sample_configuration(50)]:
        configuration.check_valid_configuration()
        assert ("b" in configuration) != ("d" in configuration)
        assert from_text(space, to_text(configuration)) == configuration
        for neighbour in get_one_exchange_neighbourhood(configuration, 1):
            neighbour.check_valid_configuration()


def test_few_legal_configurations_among_many_clauses_are_found_in_little_memory():
    pairs = [f"{{a={x}, b={y}}}" for x in range(30) for y in range(30) if (x, y) != (0, 0)]
    space = parse_pcs("\n".join(["a [0,29] [0]i", "b [0,29] [0]i", "c [0,1] [0]", *pairs]))
    configurations = space.sample_configuration(100)
    assert len(configurations) == 100
    assert {(c["a"], c["b"]) for c in configurations} == {(0, 0)}


def test_no_configuration_but_the_default_is_an_error_instead_of_an_endless_search(monkeypatch):
    monkeypatch.setattr("smacwrap.pcs.rows._MOST_DRAWN", 100_000)
    space = parse_pcs("x [0,1] [0.5]\n{x != 0.5}")
    with pytest.raises(UserError, match="left none of"):
        space.sample_configuration()


def test_samples_come_as_many_as_asked_and_the_same_for_the_same_seed():
    space = parse_pcs(CONDITIONAL)
    space.seed(5)
    many = space.sample_configuration(200)
    space.seed(5)
    assert space.sample_configuration(200) == many
    assert isinstance(space.sample_configuration(), Configuration)
    assert [len(parse_pcs("").sample_configuration(n)) for n in (0, 2)] == [0, 2]


def test_the_bookkeeping_agrees_with_configspaces_own_where_that_is_right():
    space = parse_pcs(CONDITIONAL)
    own = ConfigurationSpace()
    own.add(list(space.values()), list(space.conditions), list(space.forbidden_clauses))
    assert list(space) == list(own)
    assert space.index_of == own.index_of
    for ours, theirs in ((space.children_of, own.children_of), (space.parents_of, own.parents_of)):
        assert {n: {p.name for p in relatives} for n, relatives in ours.items()} == {
            n: {p.name for p in relatives} for n, relatives in theirs.items()
        }
    assert space.parent_conditions_of == own.parent_conditions_of
    assert space.forbidden_clauses == own.forbidden_clauses


@pytest.mark.parametrize("line", ["b|a in {x}", "  b|a  in{x}", "b|a in {x}&&c == p"])
def test_a_condition_needs_no_blanks_around_its_bar(line):
    text = "a {x, y} [y]\nc {p, q} [p]\nb [0, 1] [0.5]\n"
    assert to_text(parse_pcs(text + line.replace("in{", "in {")).get_default_configuration()) == {
        "a": "y",
        "c": "p",
    }

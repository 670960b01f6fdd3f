"""Random PCS files with finite domains, and what they mean, worked out the slow way."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from ConfigSpace import ConfigurationSpace
from hypothesis import assume
from hypothesis import strategies as st

from smacwrap.errors import UserError
from smacwrap.pcs import parse_pcs

Values = dict[str, str]
"""A configuration: texts by the names of the active parameters."""


@dataclass
class Model:
    """A PCS file with finite domains, and what it means, worked out the slow way."""

    domains: dict[str, list[str]]  # parents before children
    kinds: dict[str, str]
    defaults: Values
    conditions: dict[str, list[list[tuple[str, str, list[str]]]]]
    classic: list[Values]
    advanced: list[str]

    def text(self) -> str:
        lines = [*self._conditions(), *self._parameters()]
        lines += ["{" + ", ".join(f"{n}={v}" for n, v in c.items()) + "}" for c in self.classic]
        return "\n".join([*lines, *(f"{{{clause}}}" for clause in self.advanced)])

    def _parameters(self) -> Iterator[str]:
        for name, domain in self.domains.items():
            if self.kinds[name] == "integer":
                body = f"integer [{domain[0]}, {domain[-1]}]"
            else:
                body = f"{self.kinds[name]} {{{', '.join(domain)}}}"
            yield f"{name} {body} [{self.defaults[name]}]"

    def _conditions(self) -> Iterator[str]:
        for child, alternatives in self.conditions.items():
            joined = (
                " && ".join(
                    f"{parent} in {{{','.join(values)}}}"
                    if operator == "in"
                    else f"{parent} {operator} {values[0]}"
                    for parent, operator, values in terms
                )
                for terms in alternatives
            )
            yield f"{child} | {' || '.join(joined)}"

    def _holds(self, parent: str, operator: str, values: list[str], active: Values) -> bool:
        if parent not in active:
            return False
        place = self.domains[parent].index
        value = place(active[parent])
        return {
            "==": value == place(values[0]),
            "!=": value != place(values[0]),
            "<": value < place(values[0]),
            ">": value > place(values[0]),
            "in": value in map(place, values),
        }[operator]

    def active(self, values: Values) -> Values:
        found: Values = {}
        for name, value in values.items():
            alternatives = self.conditions.get(name, [[]])
            if any(all(self._holds(*term, found) for term in terms) for terms in alternatives):
                found[name] = value
        return found

    def forbidden(self, active: Values) -> bool:
        values = self.defaults | active
        if any(all(values[n] == v for n, v in clause.items()) for clause in self.classic):
            return True
        numbers = {
            name: int(value) if self.kinds[name] == "integer" else self.domains[name].index(value)
            for name, value in values.items()
        }
        texts = {
            text: place
            for name, domain in self.domains.items()
            if self.kinds[name] != "integer"
            for place, text in enumerate(domain)
        }
        return any(
            eval(
                clause.replace("&&", " and ").replace("||", " or ").replace("^", "**"),
                {"__builtins__": {}, "abs": abs},
                numbers | texts,
            )
            for clause in self.advanced
        )

    def legal(self) -> dict[frozenset[tuple[str, str]], Values]:
        every = (
            self.active(dict(zip(self.domains, values, strict=True)))
            for values in itertools.product(*self.domains.values())
        )
        return {frozenset(v.items()): v for v in every if not self.forbidden(v)}


@st.composite
def models(draw: st.DrawFn) -> Model:
    names = draw(st.permutations(["p", "q", "r", "s", "t"]))[: draw(st.integers(1, 5))]
    domains: dict[str, list[str]] = {}
    kinds: dict[str, str] = {}
    for name in names:
        kinds[name] = draw(st.sampled_from(["categorical", "ordinal", "integer"]))
        size = draw(st.integers(1, 4))
        if kinds[name] == "integer":
            low = draw(st.integers(-3, 3))
            domains[name] = [str(n) for n in range(low, low + size)]
        else:
            domains[name] = [f"{name}{letter}" for letter in "abcd"[:size]]
    defaults = {name: draw(st.sampled_from(domain)) for name, domain in domains.items()}
    conditions = {}
    for i, child in enumerate(names[1:], start=1):
        if draw(st.booleans()):
            term = st.sampled_from(names[:i]).flatmap(lambda n: terms(n, kinds[n], domains[n]))
            conditions[child] = draw(
                st.lists(st.lists(term, min_size=1, max_size=2), min_size=1, max_size=2)
            )
    pair = st.sampled_from(names).flatmap(
        lambda n: st.tuples(st.just(n), st.sampled_from(domains[n]))
    )
    classic = draw(st.lists(st.lists(pair, min_size=1, max_size=3).map(dict), max_size=2))
    advanced = draw(st.lists(clauses(kinds, domains), max_size=2))
    return Model(domains, kinds, defaults, conditions, classic, advanced)


def terms(name: str, kind: str, domain: list[str]) -> st.SearchStrategy[tuple[str, str, list[str]]]:
    operators = ["==", "!=", "in"] if kind == "categorical" else ["==", "!=", "<", ">", "in"]
    values = st.lists(st.sampled_from(domain), min_size=1, max_size=3, unique=True)
    return st.tuples(st.just(name), st.sampled_from(operators), values)


def clauses(kinds: dict[str, str], domains: dict[str, list[str]]) -> st.SearchStrategy[str]:
    numbers = [name for name, kind in kinds.items() if kind == "integer"]

    def comparison(name: str) -> st.SearchStrategy[str]:
        equal = ["==", "!="]
        operators = equal if kinds[name] == "categorical" else [*equal, "<", ">", "<=", ">="]
        return st.tuples(
            st.just(name), st.sampled_from(operators), st.sampled_from(domains[name])
        ).map(" ".join)

    base = st.sampled_from(list(kinds)).flatmap(comparison)
    if numbers:
        operand = st.sampled_from([*numbers, *(f"abs({n})" for n in numbers), "2", "-1"])
        arithmetic = st.tuples(operand, st.sampled_from(["+", "-", "*"]), operand).map(" ".join)
        sums = st.tuples(arithmetic, st.sampled_from(["<", ">=", "=="]), operand).map(" ".join)
        base = base | sums
    return st.recursive(
        base,
        lambda inner: st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        max_leaves=3,
    )


def space_of(model: Model) -> ConfigurationSpace:
    """The model's space; models whose default is forbidden must be, and are, turned down."""
    if model.forbidden(model.active(model.defaults)):
        with pytest.raises(UserError, match=r"default|always true"):
            parse_pcs(model.text())
        assume(False)
    # A clause on constants alone, always true, is caught with the default above.
    return parse_pcs(model.text())

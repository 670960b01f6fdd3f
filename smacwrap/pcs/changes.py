"""What differs between two configuration spaces, by meaning and not by text."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Literal

from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace
from ConfigSpace.conditions import ConditionLike, OrConjunction

from smacwrap.pcs.describe import Description, describe
from smacwrap.pcs.forbidden import Combination, PcsClause
from smacwrap.pcs.network import clauses_of, terms_of
from smacwrap.pcs.terms import Term
from smacwrap.pcs.units import Parameter, plain, texts
from smacwrap.pcs.writer import condition_text


@dataclass(frozen=True)
class Change:
    """One difference.

    `text` is the line of a PCS file that was added or removed; where a parameter was changed,
    its name and what of it: `lr: default 0.1 → 0.01, log no → yes`.
    """

    kind: Literal["added", "removed", "changed"]
    text: str


def changes(old: ConfigurationSpace, new: ConfigurationSpace) -> Iterator[Change]:
    """The differences: of the parameters, then the conditions, then the forbidden clauses.

    The order of lines makes none, nor does that of a categorical's values, of the values in a
    set, or of what `&&`, `||` or the commas of a clause join.
    """
    for name in {**old, **new}:
        if name not in new:
            yield Change("removed", str(describe(old[name])))
        elif name not in old:
            yield Change("added", str(describe(new[name])))
        elif difference := ", ".join(_differences(old[name], new[name])):
            yield Change("changed", f"{name}: {difference}")
    yield from _lines(_conditions(old), _conditions(new))
    yield from _lines(_clauses(old), _clauses(new))


def _differences(old: Parameter, new: Parameter) -> Iterator[str]:
    before, after = describe(old), describe(new)
    for field in fields(Description):
        was, is_ = getattr(before, field.name), getattr(after, field.name)
        if was == is_ or (field.name == "domain" and _same_choices(old, new)):
            continue
        what = "range" if field.name == "domain" and texts(new) is None else field.name
        yield f"{what} {_word(was)} → {_word(is_)}"


def _word(value: str | bool) -> str:
    return value if isinstance(value, str) else ("yes" if value else "no")


def _same_choices(old: Parameter, new: Parameter) -> bool:
    """Whether two parameters are categorical with the same values, in whatever order."""
    return (
        isinstance(old, CategoricalHyperparameter)
        and isinstance(new, CategoricalHyperparameter)
        and set(old.choices) == set(new.choices)
    )


def _lines(old: Mapping[object, str], new: Mapping[object, str]) -> Iterator[Change]:
    yield from (Change("removed", text) for meaning, text in old.items() if meaning not in new)
    yield from (Change("added", text) for meaning, text in new.items() if meaning not in old)


def _conditions(space: ConfigurationSpace) -> dict[object, str]:
    """The conditions' lines by their meaning."""
    return {
        (condition.child.name, _alternatives(condition)): (
            f"{condition.child.name} | {condition_text(condition)}"
        )
        for condition in space.conditions
    }


def _alternatives(condition: ConditionLike) -> frozenset[object]:
    parts = condition.components if isinstance(condition, OrConjunction) else (condition,)
    return frozenset(frozenset(map(_meaning, terms_of(part))) for part in parts)


def _meaning(term: Term) -> object:
    if term.operator in ("in", "=="):
        return term.parent.name, frozenset(term.value if term.operator == "in" else (term.value,))
    return term.parent.name, term.operator, term.value


def _clauses(space: ConfigurationSpace) -> dict[object, str]:
    """The clauses' lines by their meaning."""
    return {_comparisons(clause): repr(clause) for clause in clauses_of(space)}


def _comparisons(clause: PcsClause) -> frozenset[object]:
    """What an advanced clause joins by `&&`, within what it joins by `||`.

    Order counts in parentheses: `(a || b) && c` is `c && (a || b)`, but not `(b || a) && c`.
    """
    if isinstance(clause, Combination):
        pairs = (f"{c.hyperparameter.name}=={plain(c.value)}" for c in clause.components)
        return frozenset([frozenset(pairs)])
    text = "".join(repr(clause)[1:-1].split())
    return frozenset(frozenset(_split(part, "&&")) for part in _split(text, "||"))


def _split(text: str, operator: str) -> Iterable[str]:
    """The parts of an expression between the operators that stand outside of parentheses."""
    parts = [""]
    depth = 0
    for token in re.split(r"(\|\||&&|[()])", text):
        depth += {"(": 1, ")": -1}.get(token, 0)
        if token == operator and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return parts

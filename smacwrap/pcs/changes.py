"""What differs between two PCS files, by meaning and not by text."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Literal

from smacwrap.pcs.condition_term import Condition, Or, Term, terms_of
from smacwrap.pcs.describe import Description, describe
from smacwrap.pcs.entries import plain, texts
from smacwrap.pcs.forbidden import Combination, PcsClause, names_in
from smacwrap.pcs.meaning import Clauses, Meaning
from smacwrap.pcs.model import Categorical, Parameter
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.writer import condition_text


@dataclass(frozen=True)
class Change:
    """One difference.

    `text` is the line of a PCS file that was added or removed; where a parameter was changed,
    its name and what of it: `lr: default 0.1 → 0.01, log no → yes`.
    """

    kind: Literal["added", "removed", "changed"]
    text: str


def changes(old: Tree, new: Tree) -> Iterator[Change]:
    """The differences: of the parameters, then the conditions, then the forbidden clauses.

    The order of lines makes none, nor does that of a categorical's values. Conditions and clauses
    that hold in the same cases are the same, however they are written.
    """
    for name in {**old, **new}:
        if name not in new:
            yield Change("removed", str(describe(old[name])))
        elif name not in old:
            yield Change("added", str(describe(new[name])))
        elif difference := ", ".join(_differences(old[name], new[name])):
            yield Change("changed", f"{name}: {difference}")
    same = {name for name in {*old} & {*new} if _same_values(old[name], new[name])}
    meaning = Meaning(old, same)
    yield from _of_conditions(old, new, meaning)
    yield from _of_clauses(old, new, meaning)


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
        isinstance(old, Categorical)
        and isinstance(new, Categorical)
        and set(old.values) == set(new.values)
    )


def _same_values(old: Parameter, new: Parameter) -> bool:
    """Whether two parameters have the same values; texts in whatever order."""
    one, other = texts(old), texts(new)
    if one is not None and other is not None:
        return set(one) == set(other)
    before, after = describe(old), describe(new)
    return (before.type, before.domain) == (after.type, after.domain)


def _of_conditions(old: Tree, new: Tree, meaning: Meaning) -> Iterator[Change]:
    before, after = old.condition_of, new.condition_of
    # Parents before their children, as a tree lists them.
    differing = [
        name
        for name in {**old, **new}
        if (was := before.get(name)) is not (is_ := after.get(name))
        and (was is None or is_ is None or _alternatives(was) != _alternatives(is_))
        and not (name in old and name in new and meaning.same_conditions(was, is_))
    ]
    yield from (Change("removed", _line(before[name])) for name in differing if name in before)
    yield from (Change("added", _line(after[name])) for name in differing if name in after)


def _line(condition: Condition) -> str:
    return f"{condition.child.name} | {condition_text(condition)}"


def _alternatives(condition: Condition) -> frozenset[object]:
    parts = condition.components if isinstance(condition, Or) else (condition,)
    return frozenset(frozenset(map(_meaning, terms_of(part))) for part in parts)


def _meaning(term: Term) -> object:
    if term.operator in ("in", "=="):
        return term.parent.name, frozenset(term.value if term.operator == "in" else (term.value,))
    return term.parent.name, term.operator, term.value


def _of_clauses(old: Tree, new: Tree, meaning: Meaning) -> Iterator[Change]:
    """The clauses that differ, with those of the other side that speak of the same parameters.

    Without these, a clause that was narrowed would look as if it were gone.
    """
    before, after = ({_comparisons(c): c for c in tree.clauses} for tree in (old, new))
    gone = [clause for text, clause in before.items() if text not in after]
    come = [clause for text, clause in after.items() if text not in before]
    olds, news = Clauses(before.values()), Clauses(after.values())
    differing = [c for c in gone if not meaning.forbidden_by(c, news)]
    differing += [c for c in come if not meaning.forbidden_by(c, olds)]
    names = {name for clause in differing for name in names_in(clause)}
    yield from (Change("removed", repr(c)) for c in gone if names & names_in(c))
    yield from (Change("added", repr(c)) for c in come if names & names_in(c))


def _comparisons(clause: PcsClause) -> frozenset[object]:
    """What an advanced clause joins by `&&`, within what it joins by `||`.

    Order counts in parentheses: `(a || b) && c` is `c && (a || b)`, but not `(b || a) && c`.
    """
    if isinstance(clause, Combination):
        pairs = (f"{pair.parameter.name}=={plain(pair.value)}" for pair in clause.pairs)
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

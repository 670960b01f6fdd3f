"""Writes what a PCS file says as its text."""

from collections.abc import Iterable
from typing import Literal

from smacwrap.pcs.condition_term import And, Condition, Or
from smacwrap.pcs.entries import plain, texts
from smacwrap.pcs.model import Constant, Number, Ordinal, Parameter, Real
from smacwrap.pcs.tree import Tree
from smacwrap.pcs.writer_old import older_blocks

Syntax = Literal["new", "old"]


def write_pcs(tree: Tree, syntax: Syntax = "new") -> str:
    """The text of a PCS file that says the same as `tree`.

    In the newer syntax, `parse_tree(write_pcs(tree))` says the same. The older one is for programs
    that read no other; what it has no words for is put into those it has if that keeps the
    legal configurations, such as `!=` into `in {...}`. Comments are kept by neither.

    Raises:
        UserError: the older syntax cannot say it: a problem for each parameter, condition and
            forbidden clause that stands in the way.
    """
    blocks = _newer_blocks(tree)
    if syntax == "old":
        blocks = older_blocks(tree, blocks)
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in blocks if lines)


def _newer_blocks(tree: Tree) -> Iterable[list[str]]:
    return (
        [_parameter(parameter) for parameter in tree.values()],
        [f"{condition.child.name} | {condition_text(condition)}" for condition in tree.conditions],
        [repr(clause) for clause in tree.clauses],
    )


def _parameter(parameter: Parameter) -> str:
    default = plain(parameter.default_value)
    names = texts(parameter)
    if names is not None:
        kind = "ordinal" if isinstance(parameter, Ordinal) else "categorical"
        return f"{parameter.name} {kind} {{{', '.join(names)}}} [{default}]"
    if isinstance(parameter, Constant):
        return f"{parameter.name} integer [{default}, {default}] [{default}]"
    assert isinstance(parameter, Number)
    kind = "real" if isinstance(parameter, Real) else "integer"
    low, high = plain(parameter.lower), plain(parameter.upper)
    log = " log" if parameter.log else ""
    return f"{parameter.name} {kind} [{low}, {high}] [{default}]{log}"


def condition_text(condition: Condition) -> str:
    """What a condition says about the parents, as in a PCS file: `a == x && n > 4`."""
    if isinstance(condition, Or):
        return " || ".join(map(condition_text, condition.components))
    if isinstance(condition, And):
        return " && ".join(map(condition_text, condition.components))
    return repr(condition).split(" | ", 1)[1]

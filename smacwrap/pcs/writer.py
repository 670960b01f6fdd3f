"""Writes a configuration space as a PCS file."""

from collections.abc import Iterable
from typing import Literal

from ConfigSpace import (
    ConfigurationSpace,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.conditions import AndConjunction, ConditionLike, OrConjunction

from smacwrap.pcs.entries import Parameter, plain, texts
from smacwrap.pcs.writer_old import older_blocks

Syntax = Literal["new", "old"]


def write_pcs(space: ConfigurationSpace, syntax: Syntax = "new") -> str:
    """The text of a PCS file that describes `space`, which `read_pcs` has read.

    In the newer syntax, `parse_pcs(write_pcs(space)) == space`. The older one is for programs
    that read no other; what it has no words for is put into those it has if that keeps the
    legal configurations, such as `!=` into `in {...}`. Comments are kept by neither.

    Raises:
        UserError: the older syntax cannot say it: a problem for each parameter, condition and
            forbidden clause that stands in the way.
    """
    blocks = _newer_blocks(space)
    if syntax == "old":
        blocks = older_blocks(space, blocks)
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in blocks if lines)


def _newer_blocks(space: ConfigurationSpace) -> Iterable[list[str]]:
    return (
        [_parameter(parameter) for parameter in space.values()],
        [f"{condition.child.name} | {condition_text(condition)}" for condition in space.conditions],
        [repr(clause) for clause in space.forbidden_clauses],
    )


def _parameter(parameter: Parameter) -> str:
    default = plain(parameter.default_value)
    names = texts(parameter)
    if names is not None:
        kind = "ordinal" if isinstance(parameter, OrdinalHyperparameter) else "categorical"
        return f"{parameter.name} {kind} {{{', '.join(names)}}} [{default}]"
    if isinstance(parameter, Constant):
        return f"{parameter.name} integer [{default}, {default}] [{default}]"
    assert isinstance(parameter, UniformFloatHyperparameter | UniformIntegerHyperparameter)
    kind = "real" if isinstance(parameter, UniformFloatHyperparameter) else "integer"
    low, high = plain(parameter.lower), plain(parameter.upper)
    log = " log" if parameter.log else ""
    return f"{parameter.name} {kind} [{low}, {high}] [{default}]{log}"


def condition_text(condition: ConditionLike) -> str:
    """What a condition says about the parents, as in a PCS file: `a == x && n > 4`."""
    if isinstance(condition, OrConjunction):
        return " || ".join(map(condition_text, condition.components))
    if isinstance(condition, AndConjunction):
        return " && ".join(map(condition_text, condition.components))
    return repr(condition).split(" | ", 1)[1]

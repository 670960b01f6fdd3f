"""Writes a configuration space as a PCS file, in the newer syntax."""

from ConfigSpace import (
    ConfigurationSpace,
    Constant,
    OrdinalHyperparameter,
    UniformFloatHyperparameter,
    UniformIntegerHyperparameter,
)
from ConfigSpace.conditions import AndConjunction, ConditionLike, OrConjunction

from smacwrap.pcs.units import Parameter, plain, texts


def write_pcs(space: ConfigurationSpace) -> str:
    """The text of a PCS file that describes `space`, which `read_pcs` has read.

    `parse_pcs(write_pcs(space)) == space`; comments and the older syntax are not kept.
    """
    blocks = (
        [_parameter(parameter) for parameter in space.values()],
        [f"{condition.child.name} | {_condition(condition)}" for condition in space.conditions],
        [repr(clause) for clause in space.forbidden_clauses],
    )
    return "\n".join("".join(f"{line}\n" for line in lines) for lines in blocks if lines)


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


def _condition(condition: ConditionLike) -> str:
    if isinstance(condition, OrConjunction):
        return " || ".join(map(_condition, condition.components))
    if isinstance(condition, AndConjunction):
        return " && ".join(map(_condition, condition.components))
    return repr(condition).split(" | ", 1)[1]

"""Merges the runs of several states into one."""

from collections.abc import Iterable, Iterator, Mapping
from difflib import ndiff

from smacwrap.errors import UserError
from smacwrap.history.run import Run
from smacwrap.history.state.state import Context, State
from smacwrap.pcs import Tree, parse_tree
from smacwrap.pcs.changes import changes
from smacwrap.pcs.entries import texts

_DIGITS = 12
"""In SMAC v2 reals go through the unit interval, and lose up to three of their sixteen digits."""


def merge_states(states: Mapping[str, State]) -> State:
    """One state with the runs of all, by iteration, each configuration, instance and seed once.

    The context is the first state's.

    Args:
        states: by names that errors call them by; at least one.

    Raises:
        UserError: their parameters or their instances differ.
    """
    (first_name, first), *others = states.items()
    differences = [
        line
        for name, state in others
        for line in _differences(first_name, first.context, name, state.context)
    ]
    if differences:
        raise UserError(*differences)
    runs = [run for state in states.values() for run in state.runs]
    runs.sort(key=lambda run: int(run.details["iteration"]))
    iteration = max(state.iteration for state in states.values())
    tree = parse_tree(first.context.pcs_text)
    lost = tuple(problem for state in states.values() for problem in state.lost)
    return State(first.context, tuple(without_duplicates(runs, tree)), iteration, lost)


def without_duplicates(runs: Iterable[Run], tree: Tree) -> list[Run]:
    """The first run of each configuration, instance and seed.

    A later one with a higher cutoff takes the place of one that was not decided.
    """
    kept: dict[object, Run] = {}
    for run in runs:
        key = _key(run, tree)
        other = kept.setdefault(key, run)
        if run.cutoff > other.cutoff and not other.result.status.decided:
            kept[key] = run
    return list(kept.values())


def not_among(known: Iterable[Run], runs: Iterable[Run], tree: Tree) -> list[Run]:
    """Those of `runs` whose configuration, instance and seed none of the `known` runs has."""
    keys = {_key(run, tree) for run in known}
    return [run for run in runs if _key(run, tree) not in keys]


def _key(run: Run, tree: Tree) -> tuple[object, ...]:
    """What runs have in common that SMAC v2 takes for the same; Java writes 0.0001 as 1.0E-4."""
    values = tuple(
        value if texts(tree[name]) is not None else f"{float(value):.{_DIGITS}g}"
        for name, value in run.configuration.items()
    )
    return (*run.configuration, *values, run.instance, run.seed)


def _differences(first_name: str, first: Context, name: str, other: Context) -> Iterator[str]:
    trees = parse_tree(first.pcs_text), parse_tree(other.pcs_text)
    if found := "; ".join(f"{change.kind}: {change.text}" for change in changes(*trees)):
        yield f"{name} has other parameters than {first_name}: {found}"
    names, its_names = ([i.name for i in context.instances] for context in (first, other))
    if found := "; ".join(line for line in ndiff(names, its_names) if line[0] in "-+"):
        yield f"{name} has other instances than {first_name}: {found}"

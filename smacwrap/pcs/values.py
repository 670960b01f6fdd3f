"""Configurations as texts: the wire form, in which SMAC v2 writes them on command lines.

A configuration is ConfigSpace's, which takes a second to load. It is loaded with the first space,
not with this module: a worker's first run has none yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smacwrap.pcs.settings import active_values, check_allowed, settings_of_words
from smacwrap.pcs.tree import Tree, value_text

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace


def tree_of(space: ConfigurationSpace) -> Tree:
    """What the PCS file says that a space was read from, or that smac copied the space of."""
    tree: Tree | None = getattr(space, "tree", None)
    if tree is None:
        from smacwrap.pcs.space_parts import tree_of_parts

        tree = space.tree = tree_of_parts(  # type: ignore[attr-defined]
            space.values(), space.conditions, space.forbidden_clauses
        )
    return tree


def to_text(configuration: Configuration) -> dict[str, str]:
    """The active parameters, sorted by name: `{"lr": "0.25", "n": "32", "opt": "adam"}`."""
    tree = tree_of(configuration.config_space)
    return {name: value_text(tree[name], configuration[name]) for name in sorted(configuration)}


def all_to_text(configuration: Configuration) -> dict[str, str]:
    """All parameters, sorted by name; inactive ones have their default."""
    tree = tree_of(configuration.config_space)
    return {
        name: value_text(tree[name], configuration.get(name, tree[name].default_value))
        for name in sorted(tree)
    }


def from_words(space: ConfigurationSpace, text: str) -> Configuration:
    """The configuration of a text such as `-lr 0.01 -opt 'adam'`; the rest are the defaults.

    Raises:
        UserError: these are no pairs of `-name value`, or as in `from_text`.
    """
    return from_text(space, settings_of_words(tree_of(space), text))


def from_text(space: ConfigurationSpace, settings: Mapping[str, str]) -> Configuration:
    """The configuration whose active parameters have these values.

    Settings of parameters that are inactive under the others are ignored: SMAC v2 lists them.

    Args:
        space: as `read_pcs` returns it.
        settings: texts by parameter name, as `to_text` writes them.

    Raises:
        UserError: a name is unknown, a value outside its domain, an active parameter missing,
            or the configuration forbidden.
    """
    return from_values(space, active_values(tree_of(space), settings))


def from_record(space: ConfigurationSpace, settings: Mapping[str, str]) -> Configuration:
    """As `from_text`, of a configuration that has been run: forbidden clauses are not looked at.

    SMAC v2 gives inactive parameters values too, and judges clauses by these; for us they have
    their defaults. What it ran is a fact, whatever our reading of it.

    Raises:
        UserError: a name is unknown, a value outside its domain, or an active parameter missing.
    """
    return _configuration(space, active_values(tree_of(space), settings))


def from_values(space: ConfigurationSpace, values: Mapping[str, Any]) -> Configuration:
    """The configuration whose active parameters have these values of their domains.

    Raises:
        UserError: it is forbidden.
    """
    check_allowed(tree_of(space), values)
    return _configuration(space, values)


def _configuration(space: ConfigurationSpace, values: Mapping[str, Any]) -> Configuration:
    import numpy as np

    from smacwrap.pcs.configuration import PcsConfiguration

    entries = tree_of(space).entries(values)
    # NumPy's strings, as in the space's own values: see `space_parts.hyperparameter`.
    own = {name: np.str_(v) if isinstance(v, str) else v for name, v in values.items()}
    return PcsConfiguration(space, np.array(entries), own)

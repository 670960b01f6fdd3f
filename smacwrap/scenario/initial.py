"""The configurations that a search begins with, as a scenario names them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smacwrap.errors import UserError
from smacwrap.pcs import Tree
from smacwrap.pcs.settings import values_of_words
from smacwrap.scenario.scenario import Scenario

if TYPE_CHECKING:
    from ConfigSpace import Configuration, ConfigurationSpace


def initial_configurations(
    scenario: Scenario, space: "ConfigurationSpace", seed: int
) -> "list[Configuration]":
    """The initial incumbent and the initial challengers, each once, in the order to run them.

    Parameters that a configuration does not name have their defaults; SMAC v2 wants them all.

    Args:
        scenario: names them.
        space: of its PCS file.
        seed: makes what is RANDOM repeatable.

    Raises:
        UserError: one of them is no configuration of the space.
    """
    space.seed(seed)
    return list(dict.fromkeys(_read(scenario, space)))


def check_initial(scenario: Scenario, tree: Tree) -> None:
    """Complains of those that are no configurations; RANDOM ones are drawn later.

    Raises:
        UserError: one of them is none.
    """
    for option, text in _written(scenario):
        if text.upper() not in ("DEFAULT", "RANDOM"):
            try:
                values_of_words(tree, text)
            except UserError as error:
                raise _at(scenario, option, error) from None


def _written(scenario: Scenario) -> list[tuple[str, str]]:
    """The options that name them, each with a text."""
    challengers = [("initial-challengers", text) for text in scenario.initial_challengers]
    return [("initial-incumbent", scenario.initial_incumbent), *challengers]


def _read(scenario: Scenario, space: "ConfigurationSpace") -> "Iterator[Configuration]":
    from smacwrap.pcs import from_words  # ConfigSpace takes a second, and a check needs none

    for option, text in _written(scenario):
        if text.upper() == "DEFAULT":
            yield space.get_default_configuration()
        elif text.upper() == "RANDOM":
            yield space.sample_configuration()
        else:
            try:
                yield from_words(space, text)
            except UserError as error:
                raise _at(scenario, option, error) from None


def _at(scenario: Scenario, option: str, error: UserError) -> UserError:
    setting = scenario.settings[option]
    return UserError(*(setting.problem(problem.message) for problem in error.problems))

"""The configurations that a search begins with, as a scenario names them."""

from collections.abc import Iterator

from ConfigSpace import Configuration, ConfigurationSpace

from smacwrap.errors import UserError
from smacwrap.pcs import from_words
from smacwrap.scenario.scenario import Scenario


def initial_configurations(
    scenario: Scenario, space: ConfigurationSpace, seed: int
) -> list[Configuration]:
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


def _read(scenario: Scenario, space: ConfigurationSpace) -> Iterator[Configuration]:
    written = [("initial-incumbent", scenario.initial_incumbent)]
    written += [("initial-challengers", text) for text in scenario.initial_challengers]
    for option, text in written:
        if text.upper() == "DEFAULT":
            yield space.get_default_configuration()
        elif text.upper() == "RANDOM":
            yield space.sample_configuration()
        else:
            try:
                yield from_words(space, text)
            except UserError as error:
                setting = scenario.settings[option]
                raise UserError(*(setting.problem(p.message) for p in error.problems)) from None
